"""Signed links instead of accounts: who holds one may do one thing for one person.

A token names the person by a random number, never by address or by a number to count by, and each
purpose has a salt of its own, so that no link does what another one is for.
"""

import base64
import datetime
import hashlib
import struct
import uuid
from enum import StrEnum

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from subscribers.models import FormerLink, Subscriber

LIFETIME = datetime.timedelta(days=7)  # of what has to be confirmed
EXPIRING = struct.Struct(">16sQ8s")  # who, until when (seconds since 1970), of which round


class Purpose(StrEnum):
    CONFIRM = "confirm"
    CHANGE = "change"  # from the new address
    CHOOSE = "choose"
    LEAVE = "leave"


def make(purpose: Purpose, subscriber: Subscriber, at: datetime.datetime | None = None) -> str:
    """Give the token that lets its holder do one thing for one person.

    What has to be confirmed is so within `LIFETIME` of the moment `at` (now by default), and only
    as long as nothing else has happened to the person; choosing and leaving never expire.
    """
    if purpose in (Purpose.CHOOSE, Purpose.LEAVE):
        payload = subscriber.uid.bytes
    else:
        until = int(((at or timezone.now()) + LIFETIME).timestamp())
        payload = EXPIRING.pack(subscriber.uid.bytes, until, bound(purpose, subscriber))
    return signer(purpose).sign(base64.urlsafe_b64encode(payload).decode().rstrip("="))


def read(purpose: Purpose, token: str, at: datetime.datetime | None = None) -> Subscriber | None:
    """Give the person whom a token is about; None for one that does not hold (any more)."""
    uid, limits = opened(purpose, token)
    subscriber = named(uid)
    if subscriber is None or not limits:
        return subscriber
    until, of_round = limits
    is_late = (at or timezone.now()).timestamp() > until
    return None if is_late or of_round != bound(purpose, subscriber) else subscriber


def is_spent(token: str) -> bool:
    """Say whether a link for a change of address has done its work, as a second press finds it."""
    uid, limits = opened(Purpose.CHANGE, token)
    subscriber = named(uid)
    if subscriber is None or not limits:
        return False
    former = FormerLink.objects.filter(uid=uid).first()
    of_round = former.round if former else subscriber.round - 1
    return limits[1] == digest_of([of_round, subscriber.email])


def opened(purpose: Purpose, token: str) -> tuple[uuid.UUID | None, list]:
    """Give whom a token names, and what limits it, whether or not that still holds."""
    try:
        text = signer(purpose).unsign(token)
        payload = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        who, *limits = [payload] if len(payload) == 16 else EXPIRING.unpack(payload)
    except (BadSignature, ValueError, struct.error):  # not base64 is a ValueError, too
        return None, []
    return uuid.UUID(bytes=who), limits


def named(uid: uuid.UUID | None) -> Subscriber | None:
    """Give the person whom links call so, or called so at a former address."""
    if uid is None:
        return None
    found = Subscriber.objects.filter(uid=uid).first()
    return found or Subscriber.objects.filter(former_links__uid=uid).first()


def bound(purpose: Purpose, subscriber: Subscriber) -> bytes:
    """Say what must still be so when a confirmation comes: not left, no other address asked for."""
    facts = [subscriber.round]
    if purpose is Purpose.CHANGE:
        facts.append(subscriber.new_email)
    return digest_of(facts)


def digest_of(facts: list) -> bytes:
    return hashlib.blake2b(repr(facts).encode(), digest_size=8).digest()


def signer(purpose: Purpose) -> Signer:
    return Signer(salt=f"subscribers.{purpose}", sep=".")
