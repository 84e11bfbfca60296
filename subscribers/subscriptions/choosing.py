"""Choosing kinds of sections, and resting for a while."""

import datetime
from collections.abc import Collection

from issues.models import SectionType
from subscribers.consent import Proof
from subscribers.models import ConsentEvent, Subscriber
from subscribers.subscriptions.records import held, may_act, record

Kind = ConsentEvent.Kind


def choose(subscriber: Subscriber, wanted: Collection[SectionType], proof: Proof) -> bool:
    """Let a person have these kinds of sections alone, and those that come new.

    Say whether that was done: not for somebody erased, nor for the twenty-first time in a day.
    """
    if not may_act(subscriber, proof):
        return False
    with held(subscriber) as person:
        if person is None:
            return False
        keep_choice(person, wanted, proof)
    return True


def keep_choice(person: Subscriber, wanted: Collection[SectionType], proof: Proof) -> None:
    """Keep the choice of a person who is held."""
    unwanted = [one for one in SectionType.objects.all() if one not in wanted]
    before = set(person.unwanted_types.values_list("pk", flat=True))
    if {one.pk for one in unwanted} != before:
        person.unwanted_types.set(unwanted)
        record(person, Kind.CHOSE, proof, left_out=[one.slug for one in unwanted])


def pause(subscriber: Subscriber, until: datetime.datetime | None, proof: Proof) -> bool:
    """Let letters rest until a moment; None ends the pause. Say whether that was done."""
    if not may_act(subscriber, proof):
        return False
    with held(subscriber) as person:
        if person is None:
            return False
        if until is None and not person.is_paused():
            return True
        person.paused_until = until
        person.save(update_fields=["paused_until"])
        if until:
            record(person, Kind.PAUSED, proof, until=until.isoformat())
        else:
            record(person, Kind.RESUMED, proof)
    return True
