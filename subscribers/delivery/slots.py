"""The standing slot: the moment of each week at which the newsletter goes out.

SEND_DAY, SEND_TIME and TIME_ZONE say when; `issues.moments` turns them into moments, since it is
the day of an issue, too. There is one slot a week, whatever the clocks do.
"""

import datetime
from itertools import islice, takewhile

from django.conf import settings
from django.utils import timezone

from issues.moments import ONE_DAY, issue_moment, issue_moments, next_issue_day

MOST_LATE = 8 * ONE_DAY  # since the slot before any moment


def slot_on(day: datetime.date) -> datetime.datetime:
    """Give the moment of the slot on a day, as if it were the right day of the week."""
    return issue_moment(day)


def next_slot(at: datetime.datetime) -> datetime.datetime:
    """Give the first slot after the moment `at`."""
    return next_issue_day(at)


def next_slots(at: datetime.datetime, count: int) -> list[datetime.datetime]:
    first = next_slot(at)
    return [first, *islice(issue_moments(timezone.localdate(first) + ONE_DAY), count - 1)]


def latest_slot(at: datetime.datetime) -> datetime.datetime:
    """Give the last slot up to the moment `at`."""
    *_others, latest = slots_between(at - MOST_LATE, at)
    return latest


def slots_between(after: datetime.datetime, until: datetime.datetime) -> list[datetime.datetime]:
    """Give the slots later than `after`, and not later than `until`."""
    moments = issue_moments(timezone.localdate(after) - ONE_DAY)
    return [slot for slot in takewhile(lambda slot: slot <= until, moments) if slot > after]


def window_end(moment: datetime.datetime) -> datetime.datetime:
    """Give until when something that is to go out at a moment still goes out by itself."""
    return moment + datetime.timedelta(hours=settings.SEND_WITHIN)


def span(slot: datetime.datetime) -> tuple[datetime.datetime, datetime.datetime]:
    """Give from when, and before when, a mailing is the one for that slot.

    It may go out a day early, unless it is still in time for the slot before.
    """
    day_before = timezone.localdate(slot) - ONE_DAY
    return max(midnight(day_before), span_end(latest_slot(slot - ONE_DAY))), span_end(slot)


def span_end(slot: datetime.datetime) -> datetime.datetime:
    """Give the end of the day of a slot, or of its window if that is later."""
    return max(midnight(timezone.localdate(slot) + ONE_DAY), window_end(slot))


def midnight(day: datetime.date) -> datetime.datetime:
    local = datetime.datetime.combine(day, datetime.time(), timezone.get_current_timezone())
    return local.astimezone(datetime.UTC)
