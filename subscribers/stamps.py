"""Stamps: when a form was first touched, signed. No person signs up within two seconds.

Pages are kept for everybody, so that no moment stands in them; a script fetches one.
"""

import datetime

from django.core.signing import BadSignature, Signer
from django.utils import timezone

YOUNGEST = datetime.timedelta(seconds=2)
OLDEST = datetime.timedelta(days=1)
MILLISECOND = datetime.timedelta(milliseconds=1)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def make(at: datetime.datetime | None = None) -> str:
    """Give a stamp of the moment `at` (now by default)."""
    return signer().sign(str(((at or timezone.now()) - EPOCH) // MILLISECOND))


def holds(stamp: str, at: datetime.datetime | None = None) -> bool:
    """Say whether a form with this stamp was sent by somebody with time to read and type."""
    made_at = read(stamp)
    return made_at is not None and YOUNGEST <= (at or timezone.now()) - made_at <= OLDEST


def ripening(stamp: str, at: datetime.datetime | None = None) -> str:
    """Give a stamp for one more try: this one if it is only too young, so that it gets older."""
    now, made_at = at or timezone.now(), read(stamp)
    is_young = made_at is not None and made_at <= now < made_at + YOUNGEST
    return stamp if is_young else make(now)


def read(stamp: str) -> datetime.datetime | None:
    """Give the moment of a stamp; None if it is none of ours."""
    try:
        return EPOCH + int(signer().unsign(stamp)) * MILLISECOND
    except (BadSignature, UnicodeError):
        return None


def signer() -> Signer:
    return Signer(salt="subscribers.stamp", sep=".")
