"""Reading reports one after the other, each kept before the next, whatever is in them."""

import datetime
import enum
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from subscribers import limits
from subscribers.bounces import mailboxes, reports
from subscribers.bounces.mailboxes import Mail, Source, Unreachable
from subscribers.bounces.noting import note
from subscribers.bounces.whose import find
from subscribers.models import Bounce

logger = logging.getLogger(__name__)

# The worker looks about every ten minutes, and of many workers one.
LOOKING = limits.Rule(most=1, within=datetime.timedelta(minutes=9))


class Outcome(enum.StrEnum):
    """What came of a message."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"
    NOTHING_NEW = "known already, or about a former address"
    UNKNOWN = "about no message of ours"
    UNDER_WAY = "still under way, or delivered"
    ANSWER = "automatic answer"
    OTHER = "no report"
    UNREADABLE = "unreadable"

    @property
    def is_ours(self) -> bool:
        return self in (self.HARD, self.SOFT, self.COMPLAINT, self.NOTHING_NEW)


class Read(NamedTuple):
    """A message that was read."""

    where: str
    outcome: Outcome
    about: str = ""  # whom it names, or why it could not be read


def read_all(source: Source) -> Iterator[Read]:
    """Read what is there; say what came of each message when that is kept."""
    for mail in source:
        outcome, about = read_one(mail)
        source.finish(mail, outcome.is_ours)
        yield Read(mail.where, outcome, about)


def read_one(mail: Mail) -> tuple[Outcome, str]:
    try:
        report = reports.read(mail.data)
    except Exception as error:  # Python's reader has many ways to fail, and others wrote this
        return Outcome.UNREADABLE, type(error).__name__
    said = report.said
    if said.kind is None:
        return Outcome[said.sort.name], ""
    message = find(report.numbers)
    if message is None:
        return Outcome.UNKNOWN, said.address
    is_news = message.subscriber is not None and note(
        message.subscriber,
        said.kind,
        Bounce.Source.REPORT,
        event=f"{report.event}:{message.uid.hex}",
        status=said.status,
        detail=said.detail,
        message=message,
        at=report.at,
    )
    return (Outcome[said.kind.name] if is_news else Outcome.NOTHING_NEW), ""


def read_mailbox_due(at: datetime.datetime | None = None) -> Counter[Outcome] | None:
    """Read the mailbox of the settings if it was not read lately; give what came of it.

    One that cannot be read is named in the log, and is tried again the next time.
    """
    place = settings.BOUNCE_MAILBOX
    if not place or not limits.take("bounce-mailbox", LOOKING, at):
        return None
    try:
        found = Counter(told(one).outcome for one in read_place(place))
    except (Unreachable, OSError) as error:
        logger.warning("No reports of bounces are read for now: %s", error)
        return None
    if found:
        logger.info("Reports were read: %s", summary(found))
    return found


def read_place(place: str) -> Iterator[Read]:
    """Read what a setting names: a mailbox on a server, or a path."""
    if "://" in place:
        with mailboxes.on_server(place) as source:
            yield from read_all(source)
    else:
        for source in mailboxes.on_disk(Path(place)):
            yield from read_all(source)


def told(one: Read) -> Read:
    """Log what a person should look at, without the address."""
    if one.outcome == Outcome.UNREADABLE:
        logger.warning("A report cannot be read: %s: %s", one.where, one.about)
    return one


def summary(found: Counter[Outcome]) -> str:
    return ", ".join(f"{found[one]} {one}" for one in Outcome if found[one]) or "nothing"
