"""Notices that the database was put back from a backup: it does not know who was mailed since.

Every few seconds each worker counts on, in the database first, then in a file of DATA_DIR. So the
file never is ahead of the database, unless somebody has put an older one in its place. Where the
whole folder was put back, file and database agree; but the file is a copy then, which it can tell:
it holds the number under which the file system knew it when it was written.

Each folder counts for itself, so that any number of workers on one folder, and of machines with
folders of their own, may share a database. Not noticed is a database that is put back while all
folders are new, and a whole disk put back by what is below its file system: whoever does that calls
`hold_all`. If no worker lived for long, `lateness` holds what is under way all the same.
"""

import datetime
import json
import logging
import os
import uuid
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.moments import in_words
from subscribers.delivery import lateness
from subscribers.models import Installation, Mailing

logger = logging.getLogger(__name__)

NAME = "worker.json"
A_MOMENT = datetime.timedelta(minutes=1)


class Kept(NamedTuple):
    """What the file says: of which folder it is, how far that had counted, and when."""

    uid: uuid.UUID
    beats: int
    at: datetime.datetime
    is_copy: bool

    @classmethod
    def read(cls) -> "Kept | None":
        """Read the file; None if there is none that can be read."""
        try:
            with path().open() as file:
                found, facts = json.load(file), os.fstat(file.fileno())
            at = datetime.datetime.fromisoformat(found["at"])
            uid, beats = uuid.UUID(found["uid"]), int(found["beats"])
            is_later = facts.st_ctime > (at + A_MOMENT).timestamp()
            return cls(uid, beats, at, found["inode"] != facts.st_ino and is_later)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            logger.warning("%s cannot be read: %s", path(), error)
            return None


def path() -> Path:
    return Path(settings.DATA_DIR, NAME)


def watch(at: datetime.datetime | None = None) -> int:
    """Hold mailings if the database went back, or nobody lived for long; give a sign of life.

    Call it before a worker begins to send, and every few seconds. Gives how many were held.
    """
    at = at or timezone.now()
    held = hold_all(words()) if is_restored() else lateness.hold_stalled(at)
    note(at)
    return held


def is_restored() -> bool:
    """Say whether the database is older than what our workers have written to it."""
    kept = Kept.read()
    if kept is None:
        return False
    known = Installation.objects.filter(uid=kept.uid).first()
    if known is None or known.beats < kept.beats:
        return True
    return kept.is_copy and known.seen_at < kept.at + A_MOMENT


def note(at: datetime.datetime | None = None) -> None:
    """Count on, and give a sign of life."""
    at = at or timezone.now()
    kept = Kept.read()
    uid = kept.uid if kept else uuid.uuid4()
    Installation.objects.get_or_create(uid=uid, defaults={"seen_at": at})
    ours = Installation.objects.filter(uid=uid)
    ours.update(beats=F("beats") + 1, seen_at=at)
    beats = ours.values_list("beats", flat=True).get()
    try:
        write({"uid": str(uid), "beats": beats, "at": at.isoformat()})
    except OSError as error:  # mail goes out all the same
        logger.warning("%s cannot be written: %s", path(), error)


def write(facts: dict) -> None:
    """Put a file in the place of the former one, whole or not at all."""
    unfinished = path().with_suffix(f".{os.getpid()}")
    with unfinished.open("w") as file:
        json.dump({**facts, "inode": os.fstat(file.fileno()).st_ino}, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path())


def hold_all(reason: str) -> int:
    """Let no mailing begin or go on until a person says so; give how many there were."""
    State = Mailing.State
    going = Mailing.objects.filter(state__in=[State.APPROVED, State.STARTING, State.SENDING])
    count = going.update(state=State.PAUSED, reason=reason)
    if count:
        logger.warning("%d mailings wait for a person: %s", count, reason)
    return count


def words() -> str:
    seen_at = lateness.last_sign()
    if seen_at is None:
        return _("The database was put back from a backup. Some may have got it before.")
    return _(
        "The database was put back from a backup, it seems: of what happened since %s it knows "
        "nothing. Some may have got it since then. Now it waits for you."
    ) % in_words(seen_at)
