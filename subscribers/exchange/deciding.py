"""What a row of a file does to the person we know by its address, if we do.

Nothing here asks the database or writes to it. No mode ever puts anybody back on the list.
"""

import datetime
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subscribers.exchange.problems import Unusable
from subscribers.exchange.rows import Row
from subscribers.models import ConsentEvent, Subscriber

State, Kind = Subscriber.State, ConsentEvent.Kind
GONE = (State.LEFT, State.BOUNCED)


class Mode(models.TextChoices):
    ADD = "add", gettext_lazy("Add new people; leave those alone whom we know")
    UPDATE = "update", gettext_lazy("Update names and choices of people whom we know")
    RESTORE = "restore", gettext_lazy("Restore everything from an export of this program")


class Outcome(models.TextChoices):
    ADDED = "added", gettext_lazy("added")
    NOTED = "noted", gettext_lazy("noted as gone, so that no later file brings them back")
    CHANGED = "changed", gettext_lazy("changed")
    UNCHANGED = "unchanged", gettext_lazy("as they were")
    KNOWN = "known", gettext_lazy("left alone: known already")
    UNKNOWN = "unknown", gettext_lazy("left alone: not known")
    UNCONFIRMED = "unconfirmed", gettext_lazy("left alone: not confirmed in the file")
    GONE = "gone", gettext_lazy("left alone: have left, or could not be reached")
    SUPPRESSED = "suppressed", gettext_lazy("left alone: not to be written to")


NEW = (Outcome.ADDED, Outcome.NOTED)

# The columns that each mode reads.
ALWAYS = {"email", "name", "first_name", "last_name", "left_out", "chosen"}
PROOF = ("proof_form", "proof_source", "proof_at", "proof_words", "proof_policy")
MOMENTS = {"asked_at", "confirmed_at", "left_at", "paused_until"}
WANTED = {
    Mode.ADD: ALWAYS | {*PROOF, "state", "confirmed_at", "left_at"},
    Mode.UPDATE: ALWAYS,
    Mode.RESTORE: ALWAYS | MOMENTS | {*PROOF, "state", "uid"},
}


class Plan(NamedTuple):
    """What an editor has said of a file."""

    mode: Mode
    source: str  # where and how the people in it agreed, in the editor's words
    file: str  # its name
    consent_at: datetime.datetime | None  # of whom the file does not say when they confirmed
    by: Any  # the editor; None at the shell
    at: datetime.datetime


class Known(NamedTuple):
    """Somebody we know, as they are."""

    subscriber: Subscriber
    left_out: frozenset[int]


class Decision(NamedTuple):
    """What is to be done for a row: `subscriber` is a new one, or known and to be changed."""

    outcome: Outcome
    row: Row
    subscriber: Subscriber | None = None
    changes: dict[str, Any] = {}


def decide(row: Row, known: Known | None, is_suppressed: bool, plan: Plan) -> Decision:
    """Say what a row does; raise Unusable where it says too little for that."""
    if is_suppressed:
        return Decision(Outcome.SUPPRESSED, row)
    if known is None:
        return decide_on_new(row, plan)
    if plan.mode == Mode.ADD:
        return Decision(Outcome.KNOWN, row)
    if known.subscriber.state in GONE:
        return Decision(Outcome.GONE, row)
    changes = dict(differences(row, known, plan))
    if not changes:
        return Decision(Outcome.UNCHANGED, row)
    return Decision(Outcome.CHANGED, row, known.subscriber, changes)


def decide_on_new(row: Row, plan: Plan) -> Decision:
    """Say what becomes of somebody new.

    Who is gone is kept, too: else the next file, of addresses alone, would put them on the list.
    Who has not confirmed elsewhere has agreed to nothing, and is kept only of our own exports.
    """
    if plan.mode == Mode.UPDATE:
        return Decision(Outcome.UNKNOWN, row)
    state = row.says.get("state") or (State.LEFT if "left_at" in row.says else State.ACTIVE)
    if plan.mode == Mode.ADD and state == State.PENDING:
        return Decision(Outcome.UNCONFIRMED, row)
    outcome = Outcome.NOTED if plan.mode == Mode.ADD and state in GONE else Outcome.ADDED
    return Decision(outcome, row, made(row, state, plan))


def made(row: Row, state: State, plan: Plan) -> Subscriber:
    """Make a person as the file has them."""
    email, key = row.address
    fields = {name: row.says[name] for name in ("name", "paused_until", "uid") if name in row.says}
    confirmed_at = row.says.get("confirmed_at")
    if state == State.ACTIVE and confirmed_at is None:
        confirmed_at = plan.consent_at
        if confirmed_at is None:
            raise Unusable(_("There is no date on which this person agreed."))
    return Subscriber(
        email=email,
        key=key,
        state=state,
        asked_at=row.says.get("asked_at") or confirmed_at or plan.at,
        confirmed_at=None if state == State.PENDING else confirmed_at,
        left_at=left_at(row, plan) if state == State.LEFT else None,
        **fields,
    )


def left_at(row: Row, plan: Plan) -> datetime.datetime:
    return row.says.get("left_at") or plan.at


def differences(row: Row, known: Known, plan: Plan) -> Iterator[tuple[str, Any]]:
    """Give what a row changes of somebody who has not left.

    Dates of people we know stay: they belong to the proof that we hold.
    """
    person = known.subscriber
    if plan.mode == Mode.RESTORE and has_left_since(row, person, plan):
        yield from leaving(row, person, plan)
        return
    for name in ("name", "paused_until"):
        if name in row.says and row.says[name] != getattr(person, name):
            yield name, row.says[name]
    if row.says.get("left_out", known.left_out) != known.left_out:
        yield "left_out", row.says["left_out"]


def has_left_since(row: Row, person: Subscriber, plan: Plan) -> bool:
    """Say whether the file takes an active person off the list: their newer word counts."""
    if person.state != State.ACTIVE or row.says.get("state") not in GONE:
        return False
    newest_in_file = row.says.get("left_at") or row.says.get("confirmed_at") or plan.at
    return person.confirmed_at <= newest_in_file


def leaving(row: Row, person: Subscriber, plan: Plan) -> Iterator[tuple[str, Any]]:
    """Give what `subscriptions.leave` changes, too; an unreachable address has not left."""
    yield "state", row.says["state"]
    if row.says["state"] == State.LEFT:
        yield "left_at", left_at(row, plan)
    yield "new_email", ""
    yield "round", person.round + 1
