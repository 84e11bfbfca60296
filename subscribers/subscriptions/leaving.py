"""Leaving the list, and taking that back."""

import datetime
from collections.abc import Collection

from django.conf import settings
from django.utils import timezone

from issues.models import SectionType
from subscribers import letters
from subscribers.consent import Proof
from subscribers.models import ConsentEvent, Letter, Subscriber, Suppression
from subscribers.subscriptions.choosing import keep_choice
from subscribers.subscriptions.joining import may_be_written_to
from subscribers.subscriptions.records import held, may_act, record

State, Kind = Subscriber.State, ConsentEvent.Kind

# For so long the page that says goodbye can take it back.
COMING_BACK = datetime.timedelta(days=1)


def leave(subscriber: Subscriber, proof: Proof, kind: Kind = Kind.LEFT, **detail) -> bool:
    """Take a person off the list at once; say whether they were on it, or about to be.

    `kind` says what it came from, such as a complaint.
    """
    says_goodbye = settings.GOODBYE_LETTER and kind == Kind.LEFT and may_say_goodbye(subscriber)
    with held(subscriber) as person:
        if person is None or person.state == State.LEFT:
            return False
        person.state, person.left_at = State.LEFT, timezone.now()
        person.new_email = ""
        person.round += 1
        person.save()
        letters.withdraw(person)
        record(person, kind, proof, **detail)
        if says_goodbye:
            letters.queue(Letter.Kind.GOODBYE, person)
    return True


def may_say_goodbye(subscriber: Subscriber) -> bool:
    """Say whether a letter may tell of leaving: seldom, since who leaves can come back at once."""
    is_on_list = subscriber.state != State.LEFT and subscriber.confirmed_at is not None
    return is_on_list and may_be_written_to(subscriber.address)


def may_come_back(subscriber: Subscriber) -> bool:
    """Say whether leaving can still be taken back without asking the address again."""
    return (
        subscriber.state == State.LEFT
        and subscriber.confirmed_at is not None
        and subscriber.left_at > timezone.now() - COMING_BACK
        and not Suppression.objects.blocks(subscriber.address)
    )


def come_back(
    subscriber: Subscriber, proof: Proof, wanted: Collection[SectionType] | None = None
) -> bool:
    """Take leaving back if that is still possible; say whether the person is on the list now.

    With `wanted` they get these kinds of sections alone, and none that they left out before.
    """
    if not may_act(subscriber, proof):
        return False
    with held(subscriber) as person:
        if person and may_come_back(person):
            person.state, person.left_at = State.ACTIVE, None
            person.save(update_fields=["state", "left_at"])
            letters.withdraw(person)  # the goodbye
            record(person, Kind.CAME_BACK, proof)
        if person is None or person.state != State.ACTIVE:
            return False
        if wanted is not None:
            unwanted = set(person.unwanted_types.all())
            keep_choice(person, [one for one in wanted if one not in unwanted], proof)
    return True


def give_reason(subscriber: Subscriber, reason: str, proof: Proof) -> bool:
    """Keep why somebody has left, in their own words; say whether it was kept."""
    if not may_act(subscriber, proof):
        return False
    with held(subscriber) as person:
        if person is None or person.state != State.LEFT:
            return False
        record(person, Kind.REASON, proof, reason=reason)
    return True
