"""Being forgotten: on request, or by never having confirmed."""

import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from issues import audit
from issues.audit import Act
from subscribers.addresses import Address
from subscribers.models import ConsentEvent, Letter, Subscriber, Suppression
from subscribers.subscriptions.records import held

UNCONFIRMED_KEPT = datetime.timedelta(days=30)
ERASED_AT_ONCE = 500


@transaction.atomic
def erase_oneself(subscriber: Subscriber) -> None:
    """Forget a person who has asked for it by their link; the audit log tells that it was done."""
    if erase(subscriber):
        audit.note(None, Act.READERS_ERASED, name=audit.READER)


def erase(subscriber: Subscriber, reason: str = Suppression.Reason.ERASED) -> bool:
    """Forget a person, but for a keyed hash that keeps imports from bringing them back.

    Say whether there was anybody to forget.
    """
    with held(subscriber) as person:
        if person is None:
            return False
        Suppression.objects.add(person.address, reason)
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Subscriber), object_id=person.pk
        )
        entries.delete()
        # Who was about to move here, or had mistyped their own new address.
        others = Subscriber.objects.moving().filter(new_email__iexact=person.email)
        Letter.objects.filter(kind=Letter.Kind.CHANGE, subscriber__in=others).delete()
        others.update(new_email="")
        person.delete()
    return True


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
            people = late.order_by("pk").select_for_update().values_list("pk", flat=True)
            chunk = list(people[:ERASED_AT_ONCE])
            Subscriber.objects.filter(pk__in=chunk).delete()
        erased += len(chunk)
        if len(chunk) < ERASED_AT_ONCE:
            return erased


def drop_unconfirmed_changes(at: datetime.datetime | None = None) -> int:
    """Forget new addresses that were asked long before that moment and never answered."""
    before = (at or timezone.now()) - UNCONFIRMED_KEPT
    asked = ConsentEvent.objects.filter(
        subscriber=OuterRef("pk"), kind=ConsentEvent.Kind.CHANGE_ASKED, at__gte=before
    )
    Letter.objects.filter(kind=Letter.Kind.CHANGE, created_at__lt=before).delete()
    return Subscriber.objects.moving().exclude(Exists(asked)).update(new_email="")
