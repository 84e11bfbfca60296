"""Moments of publishing: the next day for an issue, what a local time means, and how to say it.

Local times are meant in Django's current time zone, which is the site's.
"""

import datetime
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Readings:
    """What a local time may mean where it names no single moment.

    `moments` are what it means with `fold` 0 and 1. The clocks are set from `clocks_from` to
    `clocks_to`, both local times.
    """

    local: datetime.datetime
    moments: tuple[datetime.datetime, datetime.datetime]
    clocks_from: datetime.datetime
    clocks_to: datetime.datetime

    @property
    def by_name(self) -> dict[str, datetime.datetime]:
        """Give the two moments by their names, the earlier one first."""
        return {name_of(moment): moment for moment in sorted(self.moments)}


class Gap(Readings):
    """A local time that the clocks skip: `fold` 0 is the later moment."""

    def choices(self) -> list[tuple[str, str]]:
        return [(name, in_both_times(moment, self.local)) for name, moment in self.by_name.items()]

    def in_words(self) -> str:
        (_one, earlier), (_other, later) = self.choices()
        words = _(
            "%(time)s does not exist on %(day)s in %(zone)s: clocks go from %(from)s to %(to)s. "
            "Choose %(earlier)s or %(later)s."
        )
        return words % {**facts(self), "earlier": earlier, "later": later}


class Overlap(Readings):
    """A local time that comes twice: `fold` 0 is the earlier moment."""

    def choices(self) -> list[tuple[str, str]]:
        words = (_("the first %s"), _("the second %s"))
        return [
            (name, which % in_both_times(moment, self.local))
            for which, (name, moment) in zip(words, self.by_name.items(), strict=True)
        ]

    def in_words(self) -> str:
        (_one, first), (_other, second) = self.choices()
        words = _(
            "%(time)s comes twice on %(day)s in %(zone)s: clocks go back from %(from)s to %(to)s. "
            "Choose %(first)s or %(second)s."
        )
        return words % {**facts(self), "first": first, "second": second}


def name_of(moment: datetime.datetime) -> str:
    """Name a moment so that no two have one name, whatever the clocks say."""
    return moment.astimezone(datetime.UTC).isoformat()


def facts(readings: Readings) -> dict[str, str]:
    return {
        "time": clock(readings.local),
        "day": dateformat.format(readings.local, "l j F Y"),
        "zone": timezone.get_current_timezone_name(),
        "from": clock(readings.clocks_from),
        "to": clock(readings.clocks_to),
    }


def issue_moment(day: datetime.date) -> datetime.datetime:
    """Give the moment on a day at which the newsletter comes out, in UTC.

    If the clocks skip its time on that day, it is the moment at which they are set forward. If
    they show it twice, it is the first one.
    """
    local = datetime.datetime.combine(day, settings.SEND_TIME)
    readings = two_readings(local)
    if isinstance(readings, Gap):
        local = readings.clocks_to
    return local.replace(tzinfo=timezone.get_current_timezone()).astimezone(datetime.UTC)


def issue_moments(day: datetime.date) -> Iterator[datetime.datetime]:
    """Give the moments at which the newsletter comes out from a day on, one for each week."""
    day += ONE_DAY * ((settings.SEND_DAY - day.weekday()) % 7)
    while True:
        yield issue_moment(day)
        day += 7 * ONE_DAY


def next_issue_day(
    now: datetime.datetime, after: datetime.datetime | None = None
) -> datetime.datetime:
    """Give the next moment for an issue, such as Wednesday at nine, that is still to come.

    It is on a later day than `after`, a moment for which another issue is planned.
    """
    day = timezone.localdate(now) - ONE_DAY  # of whose clocks the gap may end after midnight
    if after is not None:
        day = max(day, timezone.localdate(after) + ONE_DAY)
    return next(moment for moment in issue_moments(day) if moment > now)


def two_readings(local: datetime.datetime) -> Gap | Overlap | None:
    """Say which two moments a naive local time may mean; None where it means just one.

    Raises OverflowError for times at the ends of the calendar that are no moment in UTC.
    """
    zone = timezone.get_current_timezone()
    first, second = (
        local.replace(tzinfo=zone, fold=fold).astimezone(datetime.UTC) for fold in (0, 1)
    )
    if first == second:
        return None
    kind = Overlap if first < second else Gap
    return kind(local, (first, second), *clock_change(zone, *sorted((first, second))))


def clock_change(zone, earlier: datetime.datetime, later: datetime.datetime):
    """Give the local times from which and to which clocks are set after `earlier`."""

    def offset(seconds: int) -> datetime.timedelta:
        return (earlier + datetime.timedelta(seconds=seconds)).astimezone(zone).utcoffset()

    span = range(int((later - earlier).total_seconds()) + 1)
    seconds = bisect_left(span, True, key=lambda passed: offset(passed) != offset(0))
    change = (earlier + datetime.timedelta(seconds=seconds)).replace(tzinfo=None)
    return change + offset(0), change + offset(seconds)


def in_words(moment: datetime.datetime) -> str:
    """Say a moment as "Wed 2 December 2026, 09:00 Europe/Madrid, that is 08:00 UTC"."""
    zone = timezone.get_current_timezone_name()
    local, utc = timezone.localtime(moment), moment.astimezone(datetime.UTC)
    words = f"{day_and_clock(local)} {zone}"
    if zone == "UTC":
        return words
    same_day = local.date() == utc.date()
    universal = clock(utc) if same_day else day_and_clock(utc)
    return _("%(local)s, that is %(universal)s UTC") % {"local": words, "universal": universal}


def in_both_times(moment: datetime.datetime, beside: datetime.datetime) -> str:
    """Say a moment briefly, with its day where that is another than the one of `beside`."""
    local, utc = timezone.localtime(moment), clock(moment.astimezone(datetime.UTC))
    words = clock(local) if local.date() == beside.date() else day_and_clock(local)
    return _("%(local)s (%(utc)s UTC)") % {"local": words, "utc": utc}


def day_and_clock(moment: datetime.datetime) -> str:
    return dateformat.format(moment, _("D j F Y, H:i"))


def clock(moment: datetime.datetime) -> str:
    return dateformat.format(moment, "H:i")
