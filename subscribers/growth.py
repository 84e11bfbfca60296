"""How the list grows: who joined and who left, week by week and year by year."""

import datetime
from typing import NamedTuple

from django.db.models import Case, Count, IntegerField, Min, Q, Value, When
from django.utils import timezone

from issues.models import SectionType
from subscribers.models import ConsentEvent, Subscriber

State, Kind = Subscriber.State, ConsentEvent.Kind

JOINED = [Kind.CONFIRMED, Kind.IMPORTED, Kind.CAME_BACK]
LEFT = [Kind.LEFT, Kind.BOUNCED, Kind.COMPLAINED]
WEEK = datetime.timedelta(days=7)
MOST_YEARS = 20  # in one chart


class Period(NamedTuple):
    """A week from its Monday, or a year: how many joined and left within it."""

    begins: datetime.date
    joined: int
    left: int

    @property
    def net(self) -> int:
        return self.joined - self.left


def weeks(count: int = 26, at: datetime.datetime | None = None) -> list[Period]:
    """Give the last weeks, up to the one of the moment `at` (now by default), empty ones too."""
    today = timezone.localdate(at)
    monday = today - datetime.timedelta(days=today.weekday())
    return periods([monday - number * WEEK for number in range(count - 1, -2, -1)])


def years(at: datetime.datetime | None = None) -> list[Period]:
    """Give all years from the first in which anybody joined or left to the one of `at`."""
    first = ConsentEvent.objects.filter(kind__in=JOINED + LEFT).aggregate(at=Min("at"))["at"]
    if first is None:
        return []
    this = timezone.localdate(at).year
    begun = max(timezone.localdate(first).year, this - MOST_YEARS + 1)
    return periods([datetime.date(year, 1, 1) for year in range(begun, this + 2)])


def periods(days: list[datetime.date]) -> list[Period]:
    """Count between each of these days and the next, in one question.

    The days begin where the site is. They are turned into moments here, so that the database only
    compares: naming the year of each row in its time zone takes SQLite seven times as long.
    """
    moments = [midnight(day) for day in days]
    in_turn = [When(at__lt=end, then=Value(turn)) for turn, end in enumerate(moments[1:])]
    found = (
        ConsentEvent.objects.filter(kind__in=JOINED + LEFT)
        .filter(at__gte=moments[0], at__lt=moments[-1])
        .annotate(turn=Case(*in_turn, output_field=IntegerField()))
        .order_by()
        .values_list("turn")
        .annotate(joined=Count("pk", Q(kind__in=JOINED)), left=Count("pk", Q(kind__in=LEFT)))
    )
    counted = {turn: (joined, left) for turn, joined, left in found}
    return [Period(day, *counted.get(turn, (0, 0))) for turn, day in enumerate(days[:-1])]


def midnight(day: datetime.date) -> datetime.datetime:
    """Give the moment at which a day begins where the site is."""
    return datetime.datetime.combine(day, datetime.time(), timezone.get_current_timezone())


def totals(at: datetime.datetime | None = None) -> dict[str, int]:
    """Count the people of each state, and those `paused` at the moment `at` (now by default)."""
    by_state = Subscriber.objects.order_by().values_list("state").annotate(total=Count("pk"))
    return {
        **dict.fromkeys(State.values, 0),
        **dict(by_state),
        "paused": Subscriber.objects.paused(at).count(),
    }


def wanting(active: int) -> list[tuple[SectionType, int]]:
    """Say of each kind of section how many of those who are `active` want it."""
    left_out = Count("unwanting_subscribers", filter=Q(unwanting_subscribers__state=State.ACTIVE))
    types = SectionType.objects.annotate(left_out=left_out)
    return [(one, active - one.left_out) for one in types]
