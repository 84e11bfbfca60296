"""People whose mail comes back, or who called it spam."""

from django.db import transaction

from subscribers import letters
from subscribers.consent import Proof
from subscribers.models import ConsentEvent, Letter, Subscriber, Suppression
from subscribers.subscriptions.leaving import leave
from subscribers.subscriptions.records import held, record

State, Kind = Subscriber.State, ConsentEvent.Kind


def stop_reaching(subscriber: Subscriber, proof: Proof, **detail) -> bool:
    """Write no more to a person whose mail comes back; say whether they were on the list.

    The address is not suppressed: a report may be wrong, and mailboxes are mended. Whoever signs
    up again and confirms from there is on the list again; no import brings them back.
    """
    with held(subscriber) as person:
        if person is None or person.state != State.ACTIVE:
            return False
        person.state = State.BOUNCED
        person.save(update_fields=["state"])
        letters.withdraw(person, but=[Letter.Kind.CHANGE])  # it goes to another address
        record(person, Kind.BOUNCED, proof, **detail)
    return True


def complain(subscriber: Subscriber, proof: Proof, **detail) -> bool:
    """Take a person off the list who called a letter spam, and never write to them again.

    Say whether they were on it. Only an editor lifts that, when somebody asks them to.
    """
    with transaction.atomic():
        was_on_list = leave(subscriber, proof, kind=Kind.COMPLAINED, **detail)
        with held(subscriber) as person:
            if person is not None:
                Suppression.objects.add(person.address, Suppression.Reason.COMPLAINED)
    return was_on_list
