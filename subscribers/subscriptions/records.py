"""A person as they are now, and what is known of them."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction

from subscribers import limits
from subscribers.consent import POLICY_VERSION, Proof
from subscribers.models import ConsentEvent, Subscriber

# What one person can have done in a day by links that never expire, and that may have been
# forwarded to anybody.
ACTS = limits.Rule(most=20, within=datetime.timedelta(days=1))


@contextmanager
def held(subscriber: Subscriber) -> Iterator[Subscriber | None]:
    """Hold a person as they are now, until all that is done here is kept; None if erased."""
    with transaction.atomic():
        yield Subscriber.objects.select_for_update().filter(pk=subscriber.pk).first()


def may_act(subscriber: Subscriber, proof: Proof) -> bool:
    """Say whether a person may do one more thing today, and count it; editors always may."""
    return proof.by is not None or limits.take(f"acts:{subscriber.uid}", ACTS)


def record(subscriber: Subscriber, kind: ConsentEvent.Kind, proof: Proof, **detail) -> None:
    """Add to what is known of a person's will."""
    ConsentEvent.objects.create(
        subscriber=subscriber,
        kind=kind,
        zone=settings.TIME_ZONE,
        form=proof.form,
        page=proof.page[:300],
        words=proof.words,
        policy_version=POLICY_VERSION,
        network=proof.network if settings.CONSENT_KEEPS_NETWORK else None,
        detail=detail,
        by=proof.by,
    )


def data_of(subscriber: Subscriber) -> dict:
    """Give everything that is known of a person, ready for JSON (GDPR, articles 15 and 20).

    But no address that was theirs before: who mistyped a new one has given it to a stranger, and
    with it the link that leads here.
    """
    fields = ("kind", "at", "zone", "form", "page", "words", "policy_version", "network", "detail")
    events = list(subscriber.events.order_by("at", "pk").values(*fields))
    for event in events:
        event["detail"].pop("former", None)
    letters = subscriber.letters.order_by("pk")
    return {
        "email": subscriber.email,
        "name": subscriber.name,
        "state": subscriber.state,
        "left_out": [one.slug for one in subscriber.unwanted_types.all()],
        "paused_until": subscriber.paused_until,
        "new_email": subscriber.new_email,
        "asked_at": subscriber.asked_at,
        "confirmed_at": subscriber.confirmed_at,
        "left_at": subscriber.left_at,
        "events": events,
        "letters": list(letters.values("kind", "state", "created_at", "sent_at")),
        "bounces": list(subscriber.bounces.order_by("pk").values("kind", "status", "at")),
    }
