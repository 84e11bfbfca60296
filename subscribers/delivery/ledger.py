"""The ledger at work: who takes a row has it until it is written what has become of it.

Each message is between two commits. What has become of one and who has the next are written in one
transaction, so that a hundred thousand messages cost a hundred thousand commits, and three
statements each. These are written by hand: Django's own would take as long as sending does.

A mail server cannot tell whether it took a message that it did not confirm (RFC 1047). Whoever
dies between its answer and our commit leaves a row whose lease runs out; it is sent once more, with
the same Message-ID. So nothing is lost, and a crash sends at most one message twice on each
connection.
"""

import datetime
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from subscribers.models import Delivery, Mailing, Subscriber

State, Skip = Delivery.State, Delivery.Skip

# Who has a row in hand sends it within so many of the mail server's longest silences.
SILENCES = 10
MOST_LOST = 3  # leases that ran out, before a person has to look
# Rows that are left out in one transaction, in search of one that is not.
AT_ONCE = 100

TABLE, PEOPLE = Delivery._meta.db_table, Subscriber._meta.db_table
CHOICES = Subscriber.unwanted_types.through._meta.db_table

CLAIM = f"""
    UPDATE {TABLE}
    SET state = 'sending', due_at = %s, worker = %s, attempts = attempts + 1,
        lost = lost + CASE WHEN state = 'sending' THEN 1 ELSE 0 END,
        first_at = COALESCE(first_at, %s)
    WHERE id = (
        SELECT id FROM {TABLE} WHERE mailing_id = %s AND due_at <= %s
        ORDER BY due_at LIMIT 1 {{lock}}
    ) AND EXISTS (SELECT 1 FROM {Mailing._meta.db_table} WHERE id = %s AND state = 'sending')
    RETURNING id, uid, subscriber_id, attempts, lost, first_at
"""
PERSON = f"""
    SELECT uid, email, state, paused_until,
        (SELECT {{list}} FROM {CHOICES} WHERE subscriber_id = {PEOPLE}.id)
    FROM {PEOPLE} WHERE id = %s
"""
SETTLE = f"""
    UPDATE {TABLE}
    SET state = %s, due_at = %s, attempts = attempts - %s,
        first_at = CASE WHEN attempts = %s THEN NULL ELSE first_at END,
        skip = %s, code = %s, reply = %s, ended_at = %s
    WHERE id = %s AND {{condition}}
"""

# Threads of one process take turns: SQLite lets one of them write, and the others sleep too long.
turns = Lock()


class Claimed(NamedTuple):
    """A row in hand."""

    pk: int
    uid: uuid.UUID
    subscriber_id: int | None
    attempts: int
    lost: int
    first_at: datetime.datetime
    lease: datetime.datetime


class Person(NamedTuple):
    """Somebody as they are when their row is taken; `unwanted` are keys of types."""

    uid: uuid.UUID
    email: str
    state: str
    paused_until: datetime.datetime | None
    unwanted: frozenset[int]


class Job(NamedTuple):
    """A message to be sent: whose row it is, and to whom."""

    row: Claimed
    person: Person


@dataclass(frozen=True)
class Outcome:
    """What has become of a row."""

    row: Claimed
    state: State
    reply: str = ""
    code: int | None = None
    skip: str = ""
    due_at: datetime.datetime | None = None
    was_no_attempt: bool = False  # nobody has tried, as it were


def lease() -> datetime.timedelta:
    """Say for how long a row may be in hand: longer than the slowest mail server takes."""
    return datetime.timedelta(seconds=SILENCES * settings.EMAIL_TIMEOUT)


def settle(outcome: Outcome) -> None:
    """Write what has become of a row, and take no other."""
    with in_turn(), transaction.atomic():
        write(outcome)


def settle_and_claim(
    outcome: Outcome | None,
    mailing_id: int,
    worker: str,
    has_something: Callable[[frozenset[int]], bool] = lambda unwanted: True,
) -> Job | None:
    """Write what has become of a row, and take the next that is due; None if there is none.

    People who do not get this mailing are left out on the way, as they are at this moment:
    `has_something` says whether anything remains for somebody who left types out. Raises nothing
    but what the database does, and then neither has happened.
    """
    while True:
        with in_turn(), transaction.atomic():
            if outcome:
                write(outcome)
            for _turn in range(AT_ONCE):
                row = claim(mailing_id, worker)
                if row is None:
                    return None
                found = judged(row, has_something)
                if isinstance(found, Job):
                    return found
                write(found)
        outcome = None


def claim(mailing_id: int, worker: str) -> Claimed | None:
    """Take a row that is due in hand, if the mailing is being sent."""
    now = timezone.now()
    until = now + lease()
    moment = connection.ops.adapt_datetimefield_value
    values = [moment(until), worker, moment(now), mailing_id, moment(now), mailing_id]
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM.format(lock=lock), values)
        found = cursor.fetchone()
    if found is None:
        return None
    pk, uid, subscriber_id, attempts, lost, first_at = found
    return Claimed(pk, as_uuid(uid), subscriber_id, attempts, lost, as_moment(first_at), until)


def judged(row: Claimed, has_something: Callable[[frozenset[int]], bool]) -> Job | Outcome:
    """Read who it is, as they are now, and say whether they get it."""
    skipped = partial(Outcome, row, State.SKIPPED)
    if row.lost > MOST_LOST:
        words = "Whoever sent it did not come back to say what became of it, again and again."
        return Outcome(row, State.HELD, words)
    person = read_person(row.subscriber_id)
    if person is None:
        return skipped(skip=Skip.ERASED)
    if person.state != Subscriber.State.ACTIVE:
        is_unreachable = person.state == Subscriber.State.BOUNCED
        return skipped(skip=Skip.UNREACHABLE if is_unreachable else Skip.LEFT)
    if person.paused_until and person.paused_until > timezone.now():
        return skipped(skip=Skip.RESTING)
    if not has_something(person.unwanted):
        return skipped(skip=Skip.NOTHING_CHOSEN)
    return Job(row, person)


def read_person(pk: int | None) -> Person | None:
    """Give a person, with the types that they left out, by one statement."""
    if pk is None:
        return None
    is_postgres = connection.vendor == "postgresql"
    keys = (
        "string_agg(sectiontype_id::text, ',')" if is_postgres else "group_concat(sectiontype_id)"
    )
    with connection.cursor() as cursor:
        cursor.execute(PERSON.format(list=keys), [pk])
        found = cursor.fetchone()
    if found is None:
        return None
    uid, email, state, paused_until, unwanted = found
    keys = frozenset(map(int, unwanted.split(","))) if unwanted else frozenset()
    return Person(as_uuid(uid), email, state, paused_until and as_moment(paused_until), keys)


def write(outcome: Outcome) -> None:
    """Write what has become of a row, if it is still ours.

    That a mail server took a message is true whoever has the row in hand by now.
    """
    row, moment = outcome.row, connection.ops.adapt_datetimefield_value
    is_over = outcome.state not in Delivery.OPEN
    not_tried = int(outcome.was_no_attempt)
    values = [
        # If the first attempt was none, it is still to come.
        *(outcome.state.value, moment(outcome.due_at), not_tried, not_tried, outcome.skip),
        *(outcome.code, outcome.reply, moment(timezone.now()) if is_over else None, row.pk),
    ]
    if outcome.state == State.SENT:
        condition = "state <> 'sent'"
    else:
        condition = "state = 'sending' AND due_at = %s"
        values.append(moment(row.lease))
    with connection.cursor() as cursor:
        cursor.execute(SETTLE.format(condition=condition), values)


def in_turn():
    return nullcontext() if connection.features.has_select_for_update else turns


def as_uuid(value: str | uuid.UUID) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


def as_moment(value: str | datetime.datetime) -> datetime.datetime:
    """Give a moment as Django does, whatever the database gives."""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
