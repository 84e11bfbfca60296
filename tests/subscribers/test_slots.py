"""The standing slot, around every change of the clocks in 2026 and 2027 in twenty zones."""

import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from subscribers.delivery.slots import (
    latest_slot,
    next_slot,
    next_slots,
    slot_on,
    slots_between,
    span,
    window_end,
)

ZONES = [
    "UTC",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Helsinki",
    "Atlantic/Azores",
    "America/Nuuk",  # sets its clocks forward from 23:00 to midnight
    "America/St_Johns",
    "America/New_York",
    "America/Los_Angeles",
    "America/Havana",  # at midnight
    "America/Santiago",  # at midnight
    "America/Sao_Paulo",  # no longer
    "Africa/Cairo",  # at midnight, from a Thursday to a Friday
    "Africa/Casablanca",  # back for Ramadan
    "Asia/Beirut",  # at midnight
    "Asia/Jerusalem",  # on a Friday
    "Asia/Kathmandu",  # 5:45 before UTC
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Chatham",  # 12:45 before UTC, at 2:45
    "Pacific/Apia",
]
CLOCKS = [datetime.time(*clock) for clock in ((0, 30), (2, 0), (2, 30), (3, 0), (9, 0), (23, 30))]
BEGIN, END = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (2026, 2028))
MINUTE, DAY, WEEK = (datetime.timedelta(minutes=minutes) for minutes in (1, 24 * 60, 7 * 24 * 60))
HOURS = datetime.timedelta(hours=1)


@pytest.fixture
def standing(settings):
    """Give a function that sets the slot."""

    def set_slot(zone="Europe/London", clock=datetime.time(9), weekday=2, within=9):
        settings.TIME_ZONE = zone
        settings.SEND_TIME, settings.SEND_DAY, settings.SEND_WITHIN = clock, weekday, within

    return set_slot


def utc(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{text}+00:00")


@cache
def changes(zone: str) -> list[datetime.datetime]:
    """Find the moments at which the clocks of a zone are set, to the minute."""
    found, moment = [], BEGIN
    while moment < END:
        if offset(zone, moment) != offset(zone, moment + 6 * HOURS):
            minutes = (moment + count * MINUTE for count in range(1, 6 * 60 + 1))
            found.append(next(m for m in minutes if offset(zone, m) != offset(zone, m - MINUTE)))
        moment += 6 * HOURS
    return found


def offset(zone: str, moment: datetime.datetime) -> datetime.timedelta:
    return moment.astimezone(ZoneInfo(zone)).utcoffset()


def wall(zone: str, moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def days_around(change: datetime.datetime, zone: str) -> list[datetime.date]:
    day = wall(zone, change).date()
    return [day - DAY, day, day + DAY]


class TestAroundEveryChange:
    def test_there_are_changes_to_look_at(self):
        found = {zone: len(changes(zone)) for zone in ZONES}

        assert {zone for zone, count in found.items() if not count} == {
            *("UTC", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia")
        }
        assert {count for count in found.values() if count} == {4}

    @pytest.mark.parametrize("zone", ZONES)
    def test_the_slot_is_the_first_minute_at_which_the_wall_shows_its_time(self, zone, standing):
        """Or a later one, where it shows none: found by looking at a clock, minute by minute."""
        for change in changes(zone):
            minutes = [change + count * MINUTE for count in range(-3 * 24 * 60, 3 * 24 * 60)]
            walls = [wall(zone, minute) for minute in minutes]
            for clock in CLOCKS:
                standing(zone, clock)
                for day in days_around(change, zone):
                    wanted = datetime.datetime.combine(day, clock)
                    first = next(i for i, shown in enumerate(walls) if shown >= wanted)

                    assert slot_on(day) == minutes[first], (day, clock)

    @pytest.mark.parametrize("zone", ZONES)
    @pytest.mark.parametrize("clock", CLOCKS, ids=str)
    def test_there_is_one_in_each_week_and_the_wall_shows_its_time(self, zone, clock, standing):
        at_changes = {day.weekday() for one in changes(zone) for day in days_around(one, zone)}
        for weekday in at_changes | {2}:
            standing(zone, clock, weekday)

            slots = slots_between(BEGIN, END)

            shown = [wall(zone, slot) for slot in slots]
            weeks = [(one - weekday * DAY).isocalendar()[:2] for one in shown]
            assert len(weeks) == len(set(weeks)) in (104, 105)
            off = [slot for slot, one in zip(slots, shown, strict=True) if one.time() != clock]
            assert set(off) <= set(changes(zone))
            assert all(6 * DAY < b - a < 8 * DAY for a, b in zip(slots, slots[1:], strict=False))

    @pytest.mark.parametrize("zone", ZONES)
    @pytest.mark.parametrize("clock", CLOCKS, ids=str)
    def test_walking_along_meets_each_once(self, zone, clock, standing):
        """Two runs of a worker in one minute, again and again over two days around a change."""
        for change in changes(zone):
            standing(zone, clock, wall(zone, change).weekday())
            known = slots_between(change - 3 * WEEK, change + 3 * WEEK)
            for minutes in range(-24 * 60, 24 * 60, 41):
                at = change + minutes * MINUTE
                later = [slot for slot in known if slot > at]

                assert next_slot(at) == next_slot(at + MINUTE / 2) == later[0]
                assert latest_slot(at) == known[known.index(later[0]) - 1]


class TestSlots:
    def test_a_moment_of_the_slot_has_come_and_is_not_the_next(self, standing):
        standing()

        wednesday = utc("2026-12-02T09:00")
        assert latest_slot(wednesday) == wednesday
        assert next_slot(wednesday) == utc("2026-12-09T09:00")
        assert latest_slot(wednesday - MINUTE) == utc("2026-11-25T09:00")
        assert next_slot(wednesday - MINUTE) == wednesday

    def test_the_next_ones_follow_week_by_week_through_a_change(self, standing):
        standing("Europe/Madrid")

        assert next_slots(utc("2026-10-15T12:00"), 3) == [
            *(utc("2026-10-21T07:00"), utc("2026-10-28T08:00"), utc("2026-11-04T08:00"))
        ]

    def test_a_day_that_was_left_out_of_the_calendar_moves_to_the_next(self, standing):
        """Samoa had no 30 December 2011, a Friday."""
        standing("Pacific/Apia", weekday=4)

        after_it = utc("2011-12-30T10:00")  # midnight, when Saturday begins
        assert slots_between(utc("2011-12-20T00:00"), utc("2012-01-08T00:00")) == [
            *(utc("2011-12-23T19:00"), after_it, utc("2012-01-05T19:00"))
        ]
        assert next_slot(after_it - MINUTE) == latest_slot(after_it) == after_it

    def test_the_window_is_of_real_hours(self, standing):
        standing("Europe/Madrid", datetime.time(0, 30), weekday=6)

        slot = slot_on(datetime.date(2026, 10, 25))
        assert window_end(slot) - slot == 9 * HOURS
        assert wall("Europe/Madrid", window_end(slot)).hour == 8  # an hour came twice


class TestSpan:
    def test_it_is_the_day_of_the_slot_and_the_one_before(self, standing):
        standing("America/New_York")

        begins, ends = span(utc("2026-12-02T14:00"))

        assert (begins, ends) == (utc("2026-12-01T05:00"), utc("2026-12-03T05:00"))

    def test_it_goes_on_as_long_as_the_window(self, standing):
        standing("UTC", datetime.time(23))

        assert span(utc("2026-12-02T23:00")) == (utc("2026-12-01T00:00"), utc("2026-12-03T08:00"))

    def test_it_begins_when_the_one_before_is_over(self, standing):
        standing("UTC", within=144)

        assert span(utc("2026-12-02T09:00")) == (utc("2026-12-01T09:00"), utc("2026-12-08T09:00"))
        assert span(utc("2026-12-09T09:00"))[0] == utc("2026-12-08T09:00")

    @pytest.mark.parametrize("zone", ZONES)
    @pytest.mark.parametrize("within", [9, 144])
    def test_no_two_overlap(self, zone, within, standing):
        for weekday in range(7):
            standing(zone, datetime.time(23, 30), weekday, within)
            spans = [span(slot) for slot in slots_between(BEGIN, END)]

            assert all(a[1] <= b[0] < b[1] for a, b in zip(spans, spans[1:], strict=False))

    def test_a_day_may_begin_after_midnight(self, standing):
        standing("America/Santiago", weekday=0)

        begins, ends = span(slot_on(datetime.date(2026, 9, 7)))

        assert begins == utc("2026-09-06T04:00")  # 1:00 there; there was no midnight
        assert ends == utc("2026-09-08T03:00")


@pytest.mark.parametrize("weekday", range(7))
def test_days_of_issues_follow_the_settings(weekday, standing):
    standing("Asia/Kathmandu", datetime.time(18, 15), weekday)

    shown = wall("Asia/Kathmandu", next_slot(utc("2026-11-26T00:00")))

    assert (shown.weekday(), shown.time()) == (weekday, datetime.time(18, 15))
