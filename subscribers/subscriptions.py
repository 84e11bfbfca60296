"""Joining, choosing, leaving: what happens to a person's subscription, and the proof of it.

Each function is one transaction: the state, the event that proves it and the letter that tells of
it are kept together, or none of them is.
"""

import datetime
from collections.abc import Collection

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from issues.models import SectionType
from subscribers import letters, limits
from subscribers.addresses import Address, key_of
from subscribers.consent import POLICY_VERSION, Proof
from subscribers.models import ConsentEvent, Letter, Subscriber, Suppression
from subscribers.models.suppression import digests

State, Kind = Subscriber.State, ConsentEvent.Kind

# Letters that anybody can let us write to an address, just by typing it.
UNASKED = limits.Rule(
    most=3, within=datetime.timedelta(days=1), apart=datetime.timedelta(minutes=15)
)
UNCONFIRMED_KEPT = datetime.timedelta(days=30)
ERASED_AT_ONCE = 500
# For so long the page that says goodbye can take it back.
COMING_BACK = datetime.timedelta(days=1)


def ask(address: Address, proof: Proof, **detail) -> bool:
    """Somebody, nobody knows who, has typed this address: ask its owner whether they meant it.

    Who is on the list already is told so. Nobody else learns anything by it: whether a letter is
    on its way, which this says, is for editors alone.
    """
    with transaction.atomic():
        if not may_be_written_to(address):
            return False
        new = Subscriber(email=address.email, key=address.key)
        Subscriber.objects.bulk_create([new], ignore_conflicts=True)  # may be known, or just now
        subscriber = Subscriber.objects.select_for_update().get(key=address.key)
        if subscriber.state == State.ACTIVE:
            letters.queue(Letter.Kind.REMINDER, subscriber)
            return True
        # As it was typed this time: the owner may have mended their own spelling.
        subscriber.email, subscriber.asked_at = address.email, timezone.now()
        subscriber.save(update_fields=["email", "asked_at"])
        record(subscriber, Kind.ASKED, proof, **detail)
        letters.queue(Letter.Kind.CONFIRMATION, subscriber)
    return True


def may_be_written_to(address: Address) -> bool:
    """Say whether an address may get a letter that somebody else may have called for."""
    # Counted under a hash, so that no list of addresses stays behind; and first, and in the table,
    # so that the answer takes as long for an address that is known as for one that is not: there
    # is something to commit for each. What is rolled back was not counted either.
    name = f"letters:{digests(address)[0]}"
    if not limits.take_in_table(name, UNASKED, timezone.now()):
        return False
    known = Suppression.objects.of(address)
    return not known.exclude(reason=Suppression.Reason.ERASED).exists()


def confirm(subscriber: Subscriber, proof: Proof) -> bool:
    """Put a person on the list; say whether they were not on it already.

    Whoever has left since `subscriber` was read stays away.
    """
    with transaction.atomic():
        known, subscriber = subscriber, locked(subscriber)
        if (
            subscriber is None
            or subscriber.state == State.ACTIVE
            or subscriber.round != known.round
        ):
            return False
        subscriber.state, subscriber.confirmed_at = State.ACTIVE, timezone.now()
        subscriber.left_at = subscriber.paused_until = None
        subscriber.save()
        Suppression.objects.of(subscriber.address).delete()  # their own word is the newer one
        record(subscriber, Kind.CONFIRMED, proof)
        letters.queue(Letter.Kind.WELCOME, subscriber)
    return True


def leave(subscriber: Subscriber, proof: Proof, kind: Kind = Kind.LEFT, **detail) -> bool:
    """Take a person off the list at once; say whether they were on it, or about to be.

    `kind` says what it came from, such as a complaint.
    """
    with transaction.atomic():
        subscriber = locked(subscriber)
        if subscriber is None or subscriber.state == State.LEFT:
            return False
        subscriber.state, subscriber.left_at = State.LEFT, timezone.now()
        subscriber.new_email = ""
        subscriber.round += 1
        subscriber.save()
        letters.withdraw(subscriber)
        record(subscriber, kind, proof, **detail)
        if settings.GOODBYE_LETTER and subscriber.confirmed_at and kind == Kind.LEFT:
            letters.queue(Letter.Kind.GOODBYE, subscriber)
    return True


def may_come_back(subscriber: Subscriber) -> bool:
    """Say whether leaving can still be taken back without asking the address again."""
    return (
        subscriber.state == State.LEFT
        and subscriber.confirmed_at is not None
        and subscriber.left_at > timezone.now() - COMING_BACK
    )


def come_back(subscriber: Subscriber, proof: Proof) -> bool:
    """Take leaving back; say whether that was still possible."""
    with transaction.atomic():
        subscriber = locked(subscriber)
        if subscriber is None or not may_come_back(subscriber):
            return False
        subscriber.state, subscriber.left_at = State.ACTIVE, None
        subscriber.save(update_fields=["state", "left_at"])
        letters.withdraw(subscriber)  # the goodbye
        record(subscriber, Kind.CAME_BACK, proof)
    return True


def give_reason(subscriber: Subscriber, reason: str, proof: Proof) -> None:
    """Keep why somebody has left, in their own words."""
    record(subscriber, Kind.REASON, proof, reason=reason)


def choose(subscriber: Subscriber, wanted: Collection[SectionType], proof: Proof) -> None:
    """Let a person have these kinds of sections alone, and those that come new."""
    with transaction.atomic():
        unwanted = [one for one in SectionType.objects.all() if one not in wanted]
        before = set(subscriber.unwanted_types.values_list("pk", flat=True))
        if {one.pk for one in unwanted} == before:
            return
        subscriber.unwanted_types.set(unwanted)
        record(subscriber, Kind.CHOSE, proof, left_out=[one.slug for one in unwanted])


def pause(subscriber: Subscriber, until: datetime.datetime | None, proof: Proof) -> None:
    """Let letters rest until a moment; None ends the pause."""
    with transaction.atomic():
        subscriber.paused_until = until
        subscriber.save(update_fields=["paused_until"])
        kind, detail = Kind.RESUMED, {}
        if until:
            kind, detail = Kind.PAUSED, {"until": until.isoformat()}
        record(subscriber, kind, proof, **detail)


def ask_for_change(subscriber: Subscriber, address: Address, proof: Proof) -> bool:
    """Ask a new address whether its owner wants the letters there; say whether a letter goes.

    Only editors may learn that: it tells whether others have typed that address lately.
    """
    with transaction.atomic():
        subscriber.new_email = address.email
        subscriber.save(update_fields=["new_email"])
        record(subscriber, Kind.CHANGE_ASKED, proof)
        is_written_to = may_be_written_to(address)
        if is_written_to:
            letters.queue(Letter.Kind.CHANGE, subscriber, address.email)
    return is_written_to


def change(subscriber: Subscriber, proof: Proof) -> bool:
    """Let the letters go to the address that was asked for; say whether it still was.

    Where somebody is known at that address, it is the same person: who asked could read what was
    sent there. The links in letters that went there must keep working, so that one stays.
    """
    with transaction.atomic():
        known = subscriber
        subscriber, other = both_locked(known)
        if subscriber is None or (subscriber.round, subscriber.new_email) != (
            known.round,
            known.new_email,
        ):
            return False
        former, email = subscriber.email, subscriber.new_email
        Suppression.objects.of(Address(email, key_of(email))).delete()
        if other:
            take_over(other, subscriber, proof)
            leave(subscriber, proof, Kind.CHANGED)
        else:
            move(subscriber, email, proof)
        letters.queue(Letter.Kind.CHANGED, subscriber, former)
    return True


def move(subscriber: Subscriber, email: str, proof: Proof) -> None:
    """Let letters go to an address that has been confirmed."""
    former = subscriber.email
    subscriber.email, subscriber.new_email, subscriber.state = email, "", State.ACTIVE
    subscriber.confirmed_at = subscriber.confirmed_at or timezone.now()
    subscriber.round += 1
    subscriber.save()
    record(subscriber, Kind.CHANGED, proof, former=former)


def take_over(subscriber: Subscriber, former: Subscriber, proof: Proof) -> None:
    """Go on with a person under the address at which they were known before."""
    if subscriber.state != State.ACTIVE:
        subscriber.state, subscriber.left_at = State.ACTIVE, None
        subscriber.confirmed_at = timezone.now()
        subscriber.paused_until = former.paused_until
        subscriber.save()
        subscriber.unwanted_types.set(former.unwanted_types.all())
    record(subscriber, Kind.CHANGED, proof, former=former.email)


def erase(subscriber: Subscriber, reason: str = Suppression.Reason.ERASED) -> None:
    """Forget a person, but for a keyed hash that keeps imports from bringing them back."""
    with transaction.atomic():
        Suppression.objects.add(subscriber.address, reason)
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Subscriber), object_id=subscriber.pk
        )
        entries.delete()  # they name the address
        subscriber.delete()


def lift(address: Address) -> bool:
    """Let an address be written to and imported again; say whether anything stood against it."""
    gone, _ = Suppression.objects.of(address).delete()
    return gone > 0


def erase_unconfirmed(at: datetime.datetime | None = None) -> int:
    """Forget who asked long before the moment `at` (now by default) and never confirmed."""
    late = Subscriber.objects.unconfirmed((at or timezone.now()) - UNCONFIRMED_KEPT)
    erased = 0
    while True:
        with transaction.atomic():
            # Locked, so that nobody is forgotten who confirms at this moment.
            people = late.select_for_update().values_list("pk", flat=True)[:ERASED_AT_ONCE]
            chunk = list(people)
            Subscriber.objects.filter(pk__in=chunk).delete()
        erased += len(chunk)
        if len(chunk) < ERASED_AT_ONCE:
            return erased


def data_of(subscriber: Subscriber) -> dict:
    """Give everything that is known of a person, ready for JSON (GDPR, articles 15 and 20)."""
    fields = ("kind", "at", "zone", "form", "page", "words", "policy_version", "network", "detail")
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
        "events": list(subscriber.events.order_by("at", "pk").values(*fields)),
        "letters": list(
            subscriber.letters.order_by("pk").values(
                "kind", "email", "state", "created_at", "sent_at"
            )
        ),
    }


def locked(subscriber: Subscriber) -> Subscriber | None:
    """Give the person as they are now, held until the transaction ends; None if erased."""
    return Subscriber.objects.select_for_update().filter(pk=subscriber.pk).first()


def both_locked(subscriber: Subscriber) -> tuple[Subscriber | None, Subscriber | None]:
    """Give the person, and who is known at the address they asked for, both as they are now.

    In one order for everybody, so that two who swap addresses do not wait for each other.
    """
    at_new = Q(key=key_of(subscriber.new_email))
    found = Subscriber.objects.filter(Q(pk=subscriber.pk) | at_new)
    people = {one.pk: one for one in found.order_by("pk").select_for_update()}
    return people.pop(subscriber.pk, None), next(iter(people.values()), None)


def record(subscriber: Subscriber, kind: Kind, proof: Proof, **detail) -> None:
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
