"""The ledger at work: who takes a row has it until it is written what has become of it.

Each message is between two commits. What has become of one and who has the next are written in one
transaction, so that a hundred thousand messages cost a hundred thousand commits, and two
statements each. These are written by hand: Django's own would take as long as sending does.

A mail server cannot tell whether it took a message that it did not confirm (RFC 1047). Whoever
dies between its answer and our commit leaves a row whose lease runs out; it is sent once more, with
the same Message-ID. So nothing is lost, and a crash sends at most one message twice on each
connection.
"""

import datetime
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from threading import Lock
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from subscribers.models import Delivery, Hold, Mailing, Subscriber

State, Skip = Delivery.State, Delivery.Skip

# Who has a row in hand sends it within so many of the mail server's longest silences.
SILENCES = 10
MOST_LOST = 3  # leases that ran out, before a person has to look
# Rows that are left out in one transaction, in search of one that is not.
AT_ONCE = 100

TABLE, PEOPLE = Delivery._meta.db_table, Subscriber._meta.db_table
CHOICES = Subscriber.unwanted_types.through._meta.db_table

# All that is put into these texts are names of tables and columns; values are parameters.
CLAIM = f"""
    UPDATE {TABLE}
    SET state = 'sending', due_at = %s, worker = %s, attempts = attempts + 1,
        lost = lost + CASE WHEN state = 'sending' THEN 1 ELSE 0 END,
        first_at = COALESCE(first_at, %s)
    WHERE id = (
        SELECT id FROM {TABLE} WHERE mailing_id = %s AND due_at <= %s
        ORDER BY due_at LIMIT 1 {{lock}}
    ) AND EXISTS (SELECT 1 FROM {Mailing._meta.db_table} WHERE id = %s AND state = 'sending')
    AND NOT EXISTS (SELECT 1 FROM {Hold._meta.db_table})
    RETURNING id, uid, attempts, lost, first_at, {{person}}
"""  # nosec B608
# A person is read in the statement that takes their row: what they said last counts.
PERSON = [
    f"(SELECT {column} FROM {PEOPLE} WHERE id = subscriber_id)"  # nosec B608
    for column in ("uid", "email", "state", "paused_until")
]
OF_PERSON = f"{CHOICES}.subscriber_id = {TABLE}.subscriber_id"
UNWANTED = f"(SELECT {{keys}} FROM {CHOICES} WHERE {OF_PERSON})"  # nosec B608
# Several keys as one text.
KEYS = {
    "sqlite": "group_concat(sectiontype_id)",
    "postgresql": "string_agg(sectiontype_id::text, ',')",
}
SETTLE = f"""
    UPDATE {TABLE}
    SET state = %s, due_at = %s, attempts = attempts - %s,
        first_at = CASE WHEN attempts = %s THEN NULL ELSE first_at END,
        skip = %s, code = %s, reply = %s, ended_at = %s
    WHERE id = %s AND {{condition}}
"""  # nosec B608


class Claimed(NamedTuple):
    """A row in hand."""

    pk: int
    uid: uuid.UUID
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


@dataclass(eq=False)
class Request:
    """What a sender asks of the ledger: to write an outcome, and to give it another row."""

    outcome: Outcome | None
    find: Callable[[], Job | Outcome | None] = lambda: None
    job: Job | None = None
    may_be_more: bool = False
    error: Exception | None = None
    is_served: bool = False

    def serve(self) -> None:
        """Write, and take rows until one is to be sent; the people of the others are left out."""
        if self.outcome:
            write(self.outcome)
        for _turn in range(AT_ONCE):
            found = self.find()
            if not isinstance(found, Outcome):
                self.job = found
                return
            write(found)
        self.may_be_more = True


class Counter:
    """Where the senders of a process come together: whoever is first serves all who wait.

    For SQLite, which lets one of them write at a time, and the others sleep too long. So one commit
    is for all who have come meanwhile.
    """

    def __init__(self):
        self.turn, self.waiting = Lock(), deque()

    def serve(self, request: Request) -> None:
        self.waiting.append(request)
        with self.turn:
            if not request.is_served:
                serve_all([self.waiting.popleft() for _ in range(len(self.waiting))])


counter = Counter()


def serve(request: Request) -> Job | None:
    """Give the job that was asked for, once all is committed; raise what went wrong."""
    if connection.features.has_select_for_update:
        serve_all([request])  # others may write at the same time
    else:
        counter.serve(request)
    if request.error:
        raise request.error
    return request.job


def serve_all(requests: list[Request]) -> None:
    error = None
    try:
        with transaction.atomic():
            for one in requests:
                one.serve()
    except Exception as trouble:  # nothing of it has happened, to any of them
        error = trouble
    for one in requests:
        one.error, one.is_served = error, True


def lease() -> datetime.timedelta:
    """Say for how long a row may be in hand: longer than the slowest mail server takes."""
    return datetime.timedelta(seconds=SILENCES * settings.EMAIL_TIMEOUT)


def settle(outcome: Outcome) -> None:
    """Write what has become of a row, and take no other."""
    serve(Request(outcome))


def settle_and_claim(
    outcome: Outcome | None,
    mailing_id: int,
    worker: str,
    has_something: Callable[[frozenset[int]], bool] = lambda unwanted: True,
) -> Job | None:
    """Write what has become of a row, and take the next that is due; None if there is none.

    People who do not get this mailing are left out on the way, as they are at this moment:
    `has_something` says whether anything remains for somebody who left types out. If the database
    raises an error, neither has happened.
    """
    find_one = partial(find, mailing_id, worker, has_something)
    request = Request(outcome, find_one)
    while serve(request) is None and request.may_be_more:
        request = Request(None, find_one)
    return request.job


def find(mailing_id: int, worker: str, has_something: Callable) -> Job | Outcome | None:
    """Take a row that is due, if the mailing is being sent; say whether its person gets it."""
    found = claim(mailing_id, worker)
    return found and judged(*found, has_something)


def claim(mailing_id: int, worker: str) -> tuple[Claimed, Person | None] | None:
    """Take a row that is due in hand, and read whose it is; None for who was erased."""
    now = timezone.now()
    until = now + lease()
    moment = connection.ops.adapt_datetimefield_value
    values = [moment(until), worker, moment(now), mailing_id, moment(now), mailing_id]
    with connection.cursor() as cursor:
        cursor.execute(claim_for(connection.vendor), values)
        found = cursor.fetchone()
    if found is None:
        return None
    pk, uid, attempts, lost, first_at, *person = found
    row = Claimed(pk, as_uuid(uid), attempts, lost, as_moment(first_at), until)
    return row, person_of(*person)


@cache
def claim_for(vendor: str) -> str:
    """Give the statement as a database wants it."""
    lock = "FOR UPDATE SKIP LOCKED" if vendor == "postgresql" else ""
    columns = [*PERSON, UNWANTED.format(keys=KEYS[vendor])]
    return CLAIM.format(lock=lock, person=", ".join(columns))


def person_of(uid, email, state, paused_until, unwanted) -> Person | None:
    if uid is None:
        return None
    keys = frozenset(map(int, unwanted.split(","))) if unwanted else frozenset()
    return Person(as_uuid(uid), email, state, paused_until and as_moment(paused_until), keys)


def judged(row: Claimed, person: Person | None, has_something: Callable) -> Job | Outcome:
    """Say whether a person gets it, as they are now."""
    skipped = partial(Outcome, row, State.SKIPPED)
    if row.lost > MOST_LOST:
        words = _("Whoever sent it did not come back to say what became of it, again and again.")
        return Outcome(row, State.HELD, words)
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


def as_uuid(value: str | uuid.UUID) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


def as_moment(value: str | datetime.datetime) -> datetime.datetime:
    """Give a moment as Django does, whatever the database gives."""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
