"""The beginning of a mailing: when its time has come, everybody gets their row in the ledger."""

import logging

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.models import Issue
from subscribers.delivery import lateness
from subscribers.models import Delivery, Mailing, Subscriber

logger = logging.getLogger(__name__)

State = Mailing.State

AT_ONCE = 5000  # people in one transaction


def begin_due(at=None, is_ending=lambda: False) -> None:
    """Begin the mailings whose time has come, and go on with those whose people are not listed."""
    at = at or timezone.now()
    for mailing in Mailing.objects.due(at).light():
        begin(mailing, at)
    for mailing in Mailing.objects.filter(state=State.STARTING).light():
        list_all(mailing.pk, is_ending)


def begin(mailing: Mailing, at) -> None:
    """Begin a mailing, or let it wait for a person and say why; once, however many workers try."""
    reason = reason_to_wait(mailing, at)
    waiting = Mailing.objects.waiting().filter(pk=mailing.pk, scheduled_for=mailing.scheduled_for)
    if reason:
        if waiting.update(state=State.PAUSED, reason=reason):
            about = {"mailing": mailing.pk}
            logger.warning("Mailing %d waits for a person: %s", mailing.pk, reason, extra=about)
    else:
        waiting.update(state=State.STARTING, started_at=at)


def reason_to_wait(mailing: Mailing, at) -> str:
    """Say why a mailing must not begin by itself; nothing if it may."""
    if not Issue.objects.published(at).filter(pk=mailing.issue_id).exists():
        return _("The issue is not public, so that its links would lead nowhere.")
    return lateness.reason_to_wait(mailing, at)


def list_all(pk: int, is_ending=lambda: False) -> None:
    """Give everybody their row, chunk by chunk."""
    try:
        while not is_ending() and list_people(pk):
            pass
    except IntegrityError:
        logger.info("Somebody was erased while mailing %d was listed; it is tried again.", pk)


def list_people(pk: int) -> bool:
    """Give the next few thousand their rows; say whether more of them may be left.

    Whoever dies meanwhile has listed all of them or none: the next one goes on from there.
    """
    with transaction.atomic():
        mailing = Mailing.objects.select_for_update().light().get(pk=pk)
        if mailing.state != State.STARTING:
            return False
        people = Subscriber.objects.active().filter(pk__gt=mailing.listed_to).order_by("pk")
        chunk = list(people.values_list("pk", flat=True)[:AT_ONCE])
        if chunk:
            add_rows(mailing, chunk)
            mailing.listed_to = chunk[-1]
        if len(chunk) < AT_ONCE:
            mailing.state, mailing.listed_at = State.SENDING, timezone.now()
        mailing.save(update_fields=["state", "listed_to", "listed_at"])
    return len(chunk) == AT_ONCE


def add_rows(mailing: Mailing, people: list[int]) -> None:
    """Give people their rows; who has one keeps it."""
    now = timezone.now()
    rows = [Delivery(mailing=mailing, subscriber_id=pk, due_at=now) for pk in people]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
