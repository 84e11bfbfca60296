"""Weeks of the newsletter: what is approved for each slot, and whether one is skipped.

A slot counts only where somebody would miss it: there are readers, and a mailing was approved
before. So a site that is being tried out is not nagged, and one that has begun is held to it.
"""

import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from issues import audit
from issues.audit import Act
from issues.models import Issue
from issues.moments import ONE_DAY, in_words
from subscribers.delivery import refusals
from subscribers.delivery.slots import latest_slot, midnight, next_slot, next_slots, span
from subscribers.models import Mailing, Slot, Subscriber

SHOWN = 4  # weeks ahead


class Week(NamedTuple):
    slot: datetime.datetime
    mailing: Mailing | None
    noted: Slot | None

    @property
    def is_skipped(self) -> bool:
        return self.noted is not None and self.noted.skipped_at is not None

    @property
    def is_open(self) -> bool:
        """Say whether nothing is approved for it, and nobody has said that nothing will be."""
        return self.mailing is None and not self.is_skipped


def weeks_of(slots: list[datetime.datetime]) -> list[Week]:
    """Say of each slot what is known, in two questions to the database, however many there are."""
    spans = [span(slot) for slot in slots]
    begins, ends = min(begin for begin, _end in spans), max(end for _begin, end in spans)
    mailings = list(intended().filter(scheduled_for__gte=begins, scheduled_for__lt=ends).light())
    noted = {one.at: one for one in Slot.objects.filter(at__in=slots).select_related("skipped_by")}
    return [
        Week(slot, first_within(mailings, begin, end), noted.get(slot))
        for slot, (begin, end) in zip(slots, spans, strict=True)
    ]


def intended():
    """Give the mailings that go out, or have, in their order; not those that never began."""
    was_given_up = Q(state=Mailing.State.CANCELLED, started_at__isnull=True)
    return Mailing.objects.exclude(was_given_up).order_by("scheduled_for", "pk")


def first_within(mailings: list[Mailing], begin, end) -> Mailing | None:
    return next((one for one in mailings if begin <= one.scheduled_for < end), None)


def on_the_day_of(at: datetime.datetime, but: Issue) -> list[Mailing]:
    """Give the mailings of other issues that go out, or have, on the day of a moment."""
    day = timezone.localdate(at)
    same_day = intended().filter(
        scheduled_for__gte=midnight(day), scheduled_for__lt=midnight(day + ONE_DAY)
    )
    return list(same_day.exclude(issue=but).light())


def week_of(slot: datetime.datetime) -> Week:
    [week] = weeks_of([slot])
    return week


def shown_weeks(at: datetime.datetime) -> list[Week]:
    """Give the coming weeks; before them the last one, if it was missed or skipped."""
    last, *coming = weeks_of([latest_slot(at), *next_slots(at, SHOWN)])
    is_of_interest = last.is_skipped or is_missed(last.slot, at)
    return [last, *coming] if is_of_interest else coming


def counts_since() -> datetime.datetime | None:
    """Give the moment after which a slot counts; None where nobody would miss one."""
    if not Subscriber.objects.active().exists():
        return None
    return Mailing.objects.aggregate(first=Min("approved_at"))["first"]


def is_missed(slot: datetime.datetime, at: datetime.datetime) -> bool:
    """Say whether nothing went out for a slot that has passed, not even late, and it counts."""
    since = counts_since()
    if since is None or slot <= since or week_of(slot).is_skipped:
        return False
    begin, end = span(slot)[0], span(next_slot(slot))[0]
    return not intended().filter(scheduled_for__gte=begin, scheduled_for__lt=end).exists()


@transaction.atomic
def skip(slot: datetime.datetime, user, at: datetime.datetime | None = None) -> str:
    """Let nothing be expected for a slot; say so. Raises WeekTaken if a mailing is."""
    week = week_of(slot)
    if week.mailing:
        raise refusals.WeekTaken(week.mailing)
    noted, _is_new = Slot.objects.get_or_create(at=slot)
    unskipped = Slot.objects.filter(pk=noted.pk, skipped_at__isnull=True)
    if unskipped.update(skipped_at=at or timezone.now(), skipped_by=user):
        audit.note(user, Act.WEEK_SKIPPED, in_words(slot))
    return _("Nothing goes out on %s, and nobody is reminded.") % in_words(slot)


@transaction.atomic
def unskip(slot: datetime.datetime, user) -> str:
    """Let something be expected for a slot again."""
    skipped = Slot.objects.filter(at=slot, skipped_at__isnull=False)
    if skipped.update(skipped_at=None, skipped_by=None):
        audit.note(user, Act.WEEK_RESTORED, in_words(slot))
    return _("Something is to go out on %s again.") % in_words(slot)
