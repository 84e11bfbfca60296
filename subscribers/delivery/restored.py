"""Notices that the database was put back from a backup: it does not know who was mailed since.

Every few seconds each worker counts on, in the database first, then in a file of DATA_DIR. So the
file never is ahead of the database, unless somebody has put an older one in its place. Where the
whole folder was put back, file and database agree; but they are copies then, which the file can
tell: it holds the numbers under which the file system knew it, its folder and the database when it
was written, and a copy is newer than what it says. One of both alone would prove nothing: whoever
changes the owner of a file renews it, and some file systems number anew whenever they are mounted.

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
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.moments import in_words
from subscribers.delivery import lateness
from subscribers.models import Installation, Mailing

logger = logging.getLogger(__name__)

NAME = "worker.json"
A_MOMENT = datetime.timedelta(seconds=5)  # between a beat and the file that tells of it
NOWHERE = uuid.UUID(int=0)  # stands for all folders in which nothing can be kept


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
            is_newer = facts.st_ctime > (at + A_MOMENT).timestamp()
            return cls(uid, beats, at, found["inodes"] != inodes(facts) and is_newer)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            warn(f"{path()} cannot be read: {error}")
            return None


def path() -> Path:
    return Path(settings.DATA_DIR, NAME)


def inodes(file: os.stat_result) -> list[int]:
    """Give the numbers of a file, of the folder, and of the database if that is a file, too."""
    known = [file.st_ino, path().parent.stat().st_ino]
    if connection.vendor == "sqlite":
        known.append(os.stat(connection.settings_dict["NAME"]).st_ino)
    return known


def watch(at: datetime.datetime | None = None) -> int:
    """Hold mailings if the database went back, or nobody lived for long; give a sign of life.

    Call it before a worker begins to send, and every few seconds. Gives how many were held.
    """
    at = at or timezone.now()
    held = hold_all(reason()) if is_restored() else lateness.hold_stalled(at)
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
    beats = count_on(uid, at)
    try:
        write({"uid": str(uid), "beats": beats, "at": at.isoformat()})
    except OSError as error:  # mail goes out all the same
        warn(f"{path()} cannot be written: {error.strerror}")
        if kept is None:  # or each sign of life would leave a row of its own
            Installation.objects.filter(uid=uid).delete()
            count_on(NOWHERE, at)


def count_on(uid: uuid.UUID, at: datetime.datetime) -> int:
    Installation.objects.get_or_create(uid=uid, defaults={"seen_at": at})
    ours = Installation.objects.filter(uid=uid)
    ours.update(beats=F("beats") + 1, seen_at=at)
    return ours.values_list("beats", flat=True).get()


@cache
def warn(words: str) -> None:
    """Log it once, and not with every sign of life."""
    logger.warning(words)


def write(facts: dict) -> None:
    """Put a file in the place of the former one, whole or not at all."""
    unfinished = path().with_name(f"{NAME}.{uuid.uuid4().hex}")
    try:
        with unfinished.open("w") as file:
            json.dump({**facts, "inodes": inodes(os.fstat(file.fileno()))}, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path())
    finally:
        unfinished.unlink(missing_ok=True)


def hold_all(words: str) -> int:
    """Let no mailing begin or go on until a person says so; give how many there were."""
    State = Mailing.State
    going = Mailing.objects.filter(state__in=[State.APPROVED, State.STARTING, State.SENDING])
    count = going.update(state=State.PAUSED, reason=words)
    if count:
        logger.warning("%d mailings wait for a person: %s", count, words)
    return count


def reason() -> str:
    """Say what has happened, and of when the database is."""
    kept = Kept.read()
    known = kept and Installation.objects.filter(uid=kept.uid).first()
    words = [_("The database was put back from a backup, or copied.")]
    if known:
        words.append(_("It knows nothing of what happened after %s.") % in_words(known.seen_at))
    words.append(_("Some may have got it since. Now it waits for you."))
    return " ".join(words)
