"""A table becomes subscribers: chunk by chunk, each of which is kept as a whole or not at all.

Not all at once: SQLite has one writer, and everybody who joins or leaves would wait for minutes.
What was kept when a machine stops in the middle stays; the next run finds it done and goes on.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from issues.models import SectionType
from subscribers.exchange import keeping, left_out
from subscribers.exchange.deciding import WANTED, Decision, Known, Mode, Outcome, Plan, decide
from subscribers.exchange.problems import Problem, UnreadableFile, Unusable
from subscribers.exchange.rows import Row, Types
from subscribers.exchange.table import Table
from subscribers.models import Subscriber, Suppression
from subscribers.models.suppression import digests

CHUNK = 250  # lines, a tenth of a second for those who wait


class Step(NamedTuple):
    """What has become of some lines of a file, the last of which is `line`."""

    line: int
    counts: Counter[Outcome]
    problems: list[Problem]


def check(table: Table, plan: Plan) -> None:
    """Raise UnreadableFile where a table lacks what the mode needs of all lines."""
    places = table.columns.places
    if plan.mode == Mode.RESTORE and "state" not in places:
        raise UnreadableFile(_("An export of this program has a column “state”; this file not."))
    if plan.mode == Mode.UPDATE and not places.keys() & (WANTED[Mode.UPDATE] - {"email"}):
        raise UnreadableFile(_("There is neither a column of names nor one of choices."))
    if plan.mode == Mode.UPDATE:
        return
    if not plan.source:
        raise UnreadableFile(_("Say where and how these people agreed to get letters."))
    if plan.mode == Mode.ADD and not plan.consent_at and "confirmed_at" not in places:
        raise UnreadableFile(
            _(
                "No column says when people agreed. Give one date for all of them: "
                "--consent-date at the shell, “When they agreed” at the desk."
            )
        )


def run(table: Table, plan: Plan, dry_run: bool = False) -> Iterator[Step]:
    """Go through a table; each step has been kept when it is given, unless it is a dry run.

    Raises UnreadableFile before the first step.
    """
    check(table, plan)
    types = Types(list(SectionType.objects.all()))
    found = table.rows(types, WANTED[plan.mode], empty_is_said=plan.mode == Mode.RESTORE)
    while batch := list(islice(found, CHUNK)):
        problems = [one for one in batch if isinstance(one, Problem)]
        # In one order whatever the file's: two imports that meet wait for each other in turn.
        rows = [one for one in batch if isinstance(one, Row)]
        rows.sort(key=lambda one: one.address.key)
        if dry_run:
            decisions, unusable = decide_all(rows, plan)
        else:
            with transaction.atomic():
                decisions, unusable = decide_all(rows, plan)
                decisions = keeping.keep(decisions, plan, types)
        counts = Counter(one.outcome for one in decisions)
        yield Step(batch[-1].line, counts, sorted(problems + unusable))


def has_problems(table: Table, plan: Plan) -> bool:
    """Say whether any line has a problem, without keeping anything."""
    return any(step.problems for step in run(table, plan, dry_run=True))


def decide_all(rows: list[Row], plan: Plan) -> tuple[list[Decision], list[Problem]]:
    """Decide what each row does, with as many questions for a thousand rows as for one."""
    known, suppressed = known_people(rows), suppressed_keys(rows)
    strangers = owners_of_uids(rows)
    decisions, problems = [], []
    for row in rows:
        key = row.address.key
        try:
            if strangers.get(row.says.get("uid"), key) != key:
                raise Unusable(_("Somebody else has this uid."))
            decisions.append(decide(row, known.get(key), key in suppressed, plan))
        except Unusable as error:
            problems.append(Problem(row.line, str(error)))
    return decisions, problems


def known_people(rows: list[Row]) -> dict[str, Known]:
    """Give whom we know of the rows by their keys; within a transaction, held until its end.

    They are held in the order of `pk`, as by every other import.
    """
    people = Subscriber.objects.filter(key__in=[row.address.key for row in rows]).order_by("pk")
    if transaction.get_connection().in_atomic_block:
        people = people.select_for_update()
    by_pk = {person.pk: person for person in people}
    choices = left_out.read(by_pk)
    return {one.key: Known(one, choices[pk]) for pk, one in by_pk.items()}


def suppressed_keys(rows: list[Row]) -> set[str]:
    by_digest = {one: row.address.key for row in rows for one in digests(row.address)}
    found = Suppression.objects.filter(digest__in=by_digest).values_list("digest", flat=True)
    return {by_digest[digest] for digest in found}


def owners_of_uids(rows: list[Row]) -> dict:
    uids = [row.says["uid"] for row in rows if "uid" in row.says]
    return dict(Subscriber.objects.filter(uid__in=uids).values_list("uid", "key"))
