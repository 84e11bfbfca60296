"""Moving to another address, which is asked first."""

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from subscribers import letters
from subscribers.addresses import Address, key_of, stored_address
from subscribers.consent import Proof
from subscribers.models import ConsentEvent, FormerLink, Letter, Subscriber, Suppression
from subscribers.subscriptions.joining import may_be_written_to
from subscribers.subscriptions.records import held, record

State, Kind = Subscriber.State, ConsentEvent.Kind
MOVING = (State.ACTIVE, State.BOUNCED)  # the others have no letters to move


def ask_for_change(subscriber: Subscriber, address: Address, proof: Proof) -> bool:
    """Ask a new address whether its owner wants the letters there; say whether a letter goes.

    Only editors may learn that: it tells whether others have typed that address lately.
    """
    with transaction.atomic():
        is_written_to = may_be_written_to(address)
        with held(subscriber) as person:
            if person is None or person.state not in MOVING:
                return False
            person.new_email = address.email
            person.save(update_fields=["new_email"])
            record(person, Kind.CHANGE_ASKED, proof)
            if is_written_to:
                letters.queue(Letter.Kind.CHANGE, person, address.email)
    return is_written_to


def change(subscriber: Subscriber, proof: Proof) -> bool:
    """Let the letters go to the address that was asked for; say whether it still was.

    Where somebody is known at that address, it is the same person: who asked could read what was
    sent there.
    """
    try:
        return change_once(subscriber, proof)
    except IntegrityError:  # somebody has just signed up there, and is known now
        return change_once(subscriber, proof)


def change_once(subscriber: Subscriber, proof: Proof) -> bool:
    with transaction.atomic():
        person, other = both_held(subscriber)
        if person is None or person.state not in MOVING:
            return False
        if (person.round, person.new_email) != (subscriber.round, subscriber.new_email):
            return False
        new = stored_address(person.new_email)
        if Suppression.objects.blocks(new):
            return False
        Suppression.objects.of(new).delete()
        former = person.address
        if other:
            join(other, person, proof)
        else:
            move(person, new, proof)
        if former.key != new.key:
            # No import brings back who has moved away, or leaves later from elsewhere.
            Suppression.objects.add(former, Suppression.Reason.ERASED)
            letters.queue(Letter.Kind.CHANGED, other or person, former.email)
    return True


def both_held(subscriber: Subscriber) -> tuple[Subscriber | None, Subscriber | None]:
    """Hold the person, and who is known at the address they asked for, both as they are now.

    In one order for everybody, so that two who swap addresses do not wait for each other.
    """
    at_new = Q(key=key_of(subscriber.new_email))
    found = Subscriber.objects.filter(Q(pk=subscriber.pk) | at_new)
    people = {one.pk: one for one in found.order_by("pk").select_for_update()}
    return people.pop(subscriber.pk, None), next(iter(people.values()), None)


def move(person: Subscriber, new: Address, proof: Proof) -> None:
    """Let letters go to an address that has been confirmed."""
    former = person.email
    person.email, person.new_email = new.email, ""
    person.round += 1
    put_on_list(person, proof)
    record(person, Kind.CHANGED, proof, former=former)


def join(person: Subscriber, former: Subscriber, proof: Proof) -> None:
    """Go on with a person under the address at which they were known, too.

    All that is known of them comes along, and the links in letters that went to the former address
    go on to work.
    """
    if person.state != State.ACTIVE:
        person.paused_until, person.left_at = former.paused_until, None
        person.unwanted_types.set(former.unwanted_types.all())
        put_on_list(person, proof)
    record(person, Kind.CHANGED, proof, former=former.email)
    letters.withdraw(former)
    former.letters.update(subscriber=person)
    former.events.hand_over(person)
    former.former_links.update(subscriber=person)
    # What was sent to them was, and what is to be sent will be; once where both are to get it.
    has_own = person.deliveries.values("mailing")
    former.deliveries.exclude(mailing__in=has_own).update(subscriber=person)
    FormerLink.objects.create(uid=former.uid, round=former.round, subscriber=person)
    former.delete()


def put_on_list(person: Subscriber, proof: Proof) -> None:
    """Save a person as active; who was not has confirmed by this."""
    is_new = person.state != State.ACTIVE
    if is_new:
        person.state, person.confirmed_at = State.ACTIVE, timezone.now()
    person.save()
    if is_new:
        record(person, Kind.CONFIRMED, proof)
