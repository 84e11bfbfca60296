"""Subscribers to CSV, a piece at a time, as `restore` reads it again."""

import csv
import datetime
import io
from collections.abc import Collection, Iterator
from typing import Any

from issues.models import SectionType
from subscribers.exchange import left_out
from subscribers.exchange.deciding import PROOF
from subscribers.exchange.formulas import escaped
from subscribers.models import ConsentEvent, Subscriber

MARK = "\ufeff"  # by which spreadsheets know UTF-8
CHUNK = 1000
HEADING = (
    *("email", "name", "state", "left_out", "asked_at", "confirmed_at", "left_at"),
    *("paused_until", *PROOF, "uid"),
)
PROOFS = (ConsentEvent.Kind.CONFIRMED, ConsentEvent.Kind.IMPORTED)


def exported(states: Collection[str] = (), mark: bool = False) -> Iterator[str]:
    """Give the text of an export in pieces; of all states if none are named."""
    yield (MARK if mark else "") + written([HEADING])
    slugs = dict(SectionType.objects.values_list("pk", "slug"))
    for people in chunks(chosen(states)):
        proofs, choices = proofs_of(people), left_out.read([one.pk for one in people])
        names = {who: [slugs[one] for one in slugs if one in of] for who, of in choices.items()}
        yield written([cells_of(one, names[one.pk], proofs.get(one.pk)) for one in people])


def chosen(states: Collection[str]):
    people = Subscriber.objects.order_by("pk")
    return people.filter(state__in=states) if states else people


def chunks(people) -> Iterator[list[Subscriber]]:
    """Give people some at a time, each time those behind the last one."""
    last = 0
    while found := list(people.filter(pk__gt=last)[:CHUNK]):
        yield found
        last = found[-1].pk


def proofs_of(people: list[Subscriber]) -> dict[int, ConsentEvent]:
    """Give for each person's key the newest event that proves that they agreed."""
    events = ConsentEvent.objects.filter(subscriber__in=people, kind__in=PROOFS)
    return {one.subscriber_id: one for one in events.order_by("at", "pk")}


def cells_of(person: Subscriber, slugs: list[str], proof: ConsentEvent | None) -> list[str]:
    return [
        escaped(person.email),
        escaped(person.name),
        str(person.state),
        ", ".join(slugs),
        *map(moment, (person.asked_at, person.confirmed_at, person.left_at, person.paused_until)),
        *(map(escaped, proof_cells(proof)) if proof else [""] * len(PROOF)),
        str(person.uid),
    ]


def proof_cells(proof: ConsentEvent) -> list[str]:
    """Give the proof itself: of who came by an export, the one that stood in it."""
    known = {
        "proof_form": proof.form,
        "proof_source": proof.detail.get("source", ""),
        "proof_at": moment(proof.at),
        "proof_words": proof.words,
        "proof_policy": proof.policy_version,
    }
    if "proof_at" in proof.detail:
        known = dict.fromkeys(PROOF, "") | proof.detail
    return [str(known[name]) for name in PROOF]


def moment(at: datetime.datetime | None) -> str:
    return at.isoformat() if at else ""


def written(rows: list[Any]) -> str:
    """Give rows as RFC 4180 has them."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
