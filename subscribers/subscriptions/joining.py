"""Asking an address, and putting on the list whoever answers from there."""

import datetime

from django.db import transaction
from django.utils import timezone

from subscribers import letters, limits
from subscribers.addresses import Address
from subscribers.consent import Proof
from subscribers.models import ConsentEvent, Letter, Subscriber, Suppression
from subscribers.models.suppression import digests
from subscribers.subscriptions.records import held, record

State, Kind = Subscriber.State, ConsentEvent.Kind

# Letters that anybody can let us write to an address, just by typing it.
UNASKED = limits.Rule(
    most=3, within=datetime.timedelta(days=1), apart=datetime.timedelta(minutes=15)
)


def ask(address: Address, proof: Proof, **detail) -> bool:
    """Somebody, nobody knows who, has typed this address: ask its owner whether they meant it.

    Who is on the list already is told so. Nobody else learns anything by it: whether a letter is
    on its way, which this says, is for editors alone.
    """
    with transaction.atomic():
        if not has_room(address):
            return False
        with transaction.atomic():
            ask_owner(address, proof, detail)
            is_blocked = Suppression.objects.blocks(address)
            # All is done for a blocked address, and taken back, so that it takes no less time.
            transaction.set_rollback(is_blocked)
    return not is_blocked


def has_room(address: Address) -> bool:
    """Say whether an address may get one more letter now, and count it if so."""
    # Counted under a hash, so that no list of addresses stays behind; and in the table, so that
    # there is something to commit for every address. What is rolled back was not counted either.
    return limits.take_in_table(f"letters:{digests(address)[0]}", UNASKED, timezone.now())


def may_be_written_to(address: Address) -> bool:
    """Say whether an address may get a letter that somebody else may have called for."""
    return has_room(address) and not Suppression.objects.blocks(address)


def ask_owner(address: Address, proof: Proof, detail: dict) -> None:
    subscriber = known_at(address)
    if subscriber.state == State.ACTIVE:
        letters.queue(Letter.Kind.REMINDER, subscriber)
        return
    # As it was typed this time: the owner may have mended their own spelling.
    subscriber.email, subscriber.asked_at = address.email, timezone.now()
    subscriber.save(update_fields=["email", "asked_at"])
    record(subscriber, Kind.ASKED, proof, **detail)
    letters.queue(Letter.Kind.CONFIRMATION, subscriber)


def known_at(address: Address) -> Subscriber:
    """Give whoever has this address, held; somebody new if nobody has."""
    while True:
        new = Subscriber(email=address.email, key=address.key)
        Subscriber.objects.bulk_create([new], ignore_conflicts=True)  # may be known, or just now
        found = Subscriber.objects.select_for_update().filter(key=address.key).first()
        if found:  # and not erased in between
            return found


def confirm(subscriber: Subscriber, proof: Proof) -> bool:
    """Put a person on the list; say whether they are on it now.

    Whoever has left, was erased or blocked since `subscriber` was read stays away.
    """
    with held(subscriber) as person:
        if person is None or person.round != subscriber.round:
            return False
        if person.state == State.ACTIVE:
            return True
        if Suppression.objects.blocks(person.address):
            return False
        person.state, person.confirmed_at = State.ACTIVE, timezone.now()
        person.left_at = person.paused_until = None
        person.save()
        Suppression.objects.of(person.address).delete()  # their own word is the newer one
        record(person, Kind.CONFIRMED, proof)
        letters.queue(Letter.Kind.WELCOME, person)
    return True
