"""What has become too late to go out without a person: readers expect no Wednesday at midnight.

A mailing begins by itself up to SEND_WITHIN hours after its time. One that is under way goes on by
itself unless no worker has lived for as long: then it may have been finished elsewhere, before the
database was put back from a backup, or its readers may no longer expect it.
"""

import datetime
import logging

from django.conf import settings
from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext as _

from issues.moments import in_words
from subscribers.delivery.slots import window_end
from subscribers.models import Delivery, Installation, Mailing, Worker

logger = logging.getLogger(__name__)


def reason_to_wait(mailing: Mailing, at: datetime.datetime) -> str:
    """Say why a mailing that is due must not begin by itself any more; nothing if it may."""
    if at <= window_end(mailing.scheduled_for):
        return ""
    words = _(
        "It was to begin on %(moment)s, and nothing could begin it within %(hours)s hours. Now it "
        "waits for you."
    )
    return words % {"moment": in_words(mailing.scheduled_for), "hours": hours()}


def hold_stalled(at: datetime.datetime) -> int:
    """Let the mailings under way wait for a person if no worker has lived for long; count them.

    Call it before a worker gives its own sign of life.
    """
    seen_at = last_sign()
    if seen_at is None or at <= window_end(seen_at):
        return 0
    words = _(
        "No worker was alive for more than %(hours)s hours, since %(moment)s. Some may have got it "
        "without our knowing. Now it waits for you."
    )
    reason = words % {"moment": in_words(seen_at), "hours": hours()}
    stalled = [one.pk for one in with_last_move() if at > window_end(one.moved_at or seen_at)]
    held = Mailing.objects.under_way().filter(pk__in=stalled)
    count = held.update(state=Mailing.State.PAUSED, reason=reason)
    if count:
        logger.warning("%d mailings wait for a person: %s", count, reason)
    return count


def with_last_move():
    """Give the mailings under way, each with the moment when it last moved."""
    rows = Delivery.objects.filter(mailing=OuterRef("pk"), state=Delivery.State.SENT)
    newest = rows.order_by("-ended_at").values("ended_at")[:1]
    mailings = Mailing.objects.under_way().light().annotate(row_ended_at=Subquery(newest))
    for one in mailings:
        known = (one.started_at, one.listed_at, one.row_ended_at)
        one.moved_at = max(filter(None, known), default=None)
        yield one


def last_sign() -> datetime.datetime | None:
    """Give the newest moment at which a worker said that it lives; None if none ever has."""
    newest = Max("seen_at")
    found = [model.objects.aggregate(at=newest)["at"] for model in (Worker, Installation)]
    return max(filter(None, found), default=None)


def hours() -> str:
    return f"{settings.SEND_WITHIN:g}"
