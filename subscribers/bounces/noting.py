"""Noting a report about a person, and doing what follows from it, both or neither.

One that says the address does not exist stops their mail at once; one that says "not this time"
does when it is the fifth in a row; a complaint takes them off the list. Nobody is ever written to
because of a report.
"""

import datetime
import hashlib

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from issues.characters import one_line, printable
from subscribers import subscriptions
from subscribers.bounces.statuses import kind_of
from subscribers.consent import Proof
from subscribers.models import Bounce, ConsentEvent, Delivery, Letter, Subscriber
from subscribers.subscriptions.records import held

Kind, Source, State = Bounce.Kind, Bounce.Source, Delivery.State

IN_A_ROW = 5  # that could not be delivered, before we stop
LONGEST_DETAIL = 2000  # characters
LONGEST_EVENT = Bounce._meta.get_field("event").max_length
LONGEST_STATUS = Bounce._meta.get_field("status").max_length


def note(
    subscriber: Subscriber,
    kind: Kind,
    source: Source,
    event: str,
    status: str = "",
    detail: str = "",
    message: Delivery | Letter | None = None,
    at: datetime.datetime | None = None,
) -> bool:
    """Note a report, and do what follows; say whether it was news, and of the person as they are.

    `event` names the report: it counts once, however often it is told. `message` is what could not
    be delivered, if it is known. What went out before the person confirmed their address, or went
    to a former one, says nothing of the address that they have now.
    """
    at = at or timezone.now()
    with held(subscriber) as person:
        if person is None or is_outdated(person, kind, sent_at(message) or at, message):
            return False
        delivery = message if isinstance(message, Delivery) else None
        facts = {
            "subscriber": person,
            "delivery": delivery,
            "kind": kind,
            "source": source,
            "status": one_line(status)[:LONGEST_STATUS],
            "detail": printable(detail)[:LONGEST_DETAIL],
            "at": at,
        }
        bounce, is_news = Bounce.objects.get_or_create(event=name_of(event), defaults=facts)
        if is_news:
            follow(person, bounce)
    return is_news


def name_of(event: str) -> str:
    """Give the name of a report as it fits: what is longer is told apart by a hash."""
    event = one_line(event)
    if len(event) <= LONGEST_EVENT:
        return event
    digest = hashlib.sha256(event.encode()).hexdigest()
    return f"{event[: LONGEST_EVENT - len(digest) - 1]}:{digest}"


def sent_at(message: Delivery | Letter | None) -> datetime.datetime | None:
    """Say when a message went out; None if it is in hand at this moment, or not known."""
    if isinstance(message, Delivery):
        return message.ended_at or message.first_at
    return message and (message.sent_at or message.created_at)


def is_outdated(
    person: Subscriber, kind: Kind, went_at: datetime.datetime, message: Delivery | Letter | None
) -> bool:
    """Say whether a report tells nothing of the address that a person has now."""
    if isinstance(message, Letter) and message.email.lower() != person.key:
        return True
    # Who complains today may do so of an older letter.
    since = moved_at(person) if kind == Kind.COMPLAINT else reached_at(person)
    return since is not None and went_at < since


def moved_at(person: Subscriber) -> datetime.datetime | None:
    """Say when the person came to the address that they have now, if they had another before."""
    return last_time(person, ConsentEvent.Kind.CHANGED)


def reached_at(person: Subscriber) -> datetime.datetime | None:
    """Say when we have last heard from the person at their address: mail arrived there then."""
    acted_at = last_time(person, ConsentEvent.Kind.CHANGED, ConsentEvent.Kind.CAME_BACK)
    return max(filter(None, (person.confirmed_at, acted_at)), default=None)


def last_time(person: Subscriber, *kinds: ConsentEvent.Kind) -> datetime.datetime | None:
    return person.events.filter(kind__in=kinds).aggregate(at=Max("at"))["at"]


def follow(person: Subscriber, bounce: Bounce) -> None:
    """Do what a new report calls for."""
    proof = Proof(bounce.source)
    match bounce.kind:
        case Kind.COMPLAINT:
            subscriptions.complain(person, proof)
        case Kind.HARD:
            subscriptions.stop_reaching(person, proof, bounce=Kind.HARD, status=bounce.status)
        case Kind.SOFT if has_failed_in_a_row(person):
            subscriptions.stop_reaching(person, proof, bounce=Kind.SOFT, status=bounce.status)


def has_failed_in_a_row(person: Subscriber) -> bool:
    """Say whether none of the last mailings to a person has arrived, for one reason or another."""
    soft = Bounce.objects.filter(delivery=OuterRef("pk"), kind=Kind.SOFT)
    ended = Delivery.objects.filter(subscriber=person, state__in=[State.SENT, State.FAILED])
    if since := reached_at(person):
        ended = ended.filter(ended_at__gte=since)
    last = ended.annotate(came_back=Exists(soft)).order_by("-ended_at", "-pk")[:IN_A_ROW]
    return len(last) == IN_A_ROW and all(map(has_failed, last))


def has_failed(delivery: Delivery) -> bool:
    is_refused = delivery.state == State.FAILED
    return delivery.came_back or (is_refused and is_soft(delivery))


def is_soft(delivery: Delivery) -> bool:
    return kind_of(delivery.code, delivery.reply) == Kind.SOFT
