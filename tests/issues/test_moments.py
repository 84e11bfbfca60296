"""Moments of publishing, in zones that set their clocks in different ways."""

import datetime

import pytest
from django.utils import timezone

from issues.moments import Gap, Overlap, in_words, next_issue_day, two_readings

MADRID, NEW_YORK = "Europe/Madrid", "America/New_York"
LORD_HOWE, SANTIAGO = "Australia/Lord_Howe", "America/Santiago"


@pytest.fixture
def zone(settings, request):
    settings.TIME_ZONE = request.param
    return request.param


def utc(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"{text}+00:00")


def local(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


class TestNextIssueDay:
    @pytest.mark.parametrize(
        ("zone", "now", "expected"),
        [
            ("UTC", "2026-11-25T08:59:59", "2026-11-25T09:00"),
            ("UTC", "2026-11-25T09:00", "2026-12-02T09:00"),
            ("UTC", "2026-11-26T00:00", "2026-12-02T09:00"),
            (MADRID, "2026-11-25T07:59", "2026-11-25T08:00"),
            (MADRID, "2026-11-25T08:00", "2026-12-02T08:00"),
            (MADRID, "2026-03-26T12:00", "2026-04-01T07:00"),  # the clocks change between
            (MADRID, "2026-11-24T23:30", "2026-11-25T08:00"),  # Wednesday there, Tuesday in UTC
            (NEW_YORK, "2026-11-26T03:00", "2026-12-02T14:00"),  # still Wednesday there
            (LORD_HOWE, "2026-11-24T12:00", "2026-11-24T22:00"),
        ],
        indirect=["zone"],
    )
    def test_is_the_next_wednesday_at_nine_that_is_still_to_come(self, zone, now, expected):
        assert next_issue_day(utc(now)) == utc(expected)

    @pytest.mark.parametrize("zone", [MADRID, NEW_YORK, LORD_HOWE, "UTC"], indirect=True)
    def test_nine_is_nine_on_every_wall(self, zone):
        for week in range(60):
            moment = next_issue_day(utc("2026-01-01T00:00") + datetime.timedelta(weeks=week))

            there = timezone.localtime(moment)
            assert (there.strftime("%A"), there.hour, there.minute) == ("Wednesday", 9, 0)

    @pytest.mark.parametrize("zone", [MADRID], indirect=True)
    def test_a_day_that_is_taken_at_any_hour_is_passed_over(self, zone):
        now = utc("2026-11-25T12:00")

        for taken in ("2026-12-02T08:00", "2026-12-02T00:10", "2026-12-02T22:30"):
            assert next_issue_day(now, after=utc(taken)) == utc("2026-12-09T08:00")

    def test_a_taken_day_of_the_past_changes_nothing(self):
        now = utc("2026-11-26T12:00")

        assert next_issue_day(now, after=utc("2026-11-25T09:00")) == utc("2026-12-02T09:00")


class TestTwoReadings:
    @pytest.mark.parametrize(
        ("zone", "text", "kind", "moments"),
        [
            (MADRID, "2026-03-29T02:30", Gap, ["2026-03-29T01:30", "2026-03-29T00:30"]),
            (MADRID, "2026-03-29T02:00", Gap, ["2026-03-29T01:00", "2026-03-29T00:00"]),
            (MADRID, "2026-10-25T02:30", Overlap, ["2026-10-25T00:30", "2026-10-25T01:30"]),
            (MADRID, "2026-10-25T02:00", Overlap, ["2026-10-25T00:00", "2026-10-25T01:00"]),
            (NEW_YORK, "2026-03-08T02:30", Gap, ["2026-03-08T07:30", "2026-03-08T06:30"]),
            (NEW_YORK, "2026-11-01T01:59", Overlap, ["2026-11-01T05:59", "2026-11-01T06:59"]),
            (LORD_HOWE, "2026-10-04T02:15", Gap, ["2026-10-03T15:45", "2026-10-03T15:15"]),
            (LORD_HOWE, "2026-04-05T01:45", Overlap, ["2026-04-04T14:45", "2026-04-04T15:15"]),
        ],
        indirect=["zone"],
    )
    def test_both_are_given_by_fold(self, zone, text, kind, moments):
        readings = two_readings(local(text))

        assert type(readings) is kind
        assert readings.moments == tuple(map(utc, moments))

    @pytest.mark.parametrize(
        ("zone", "text"),
        [
            (MADRID, "2026-03-29T01:59:59"),
            (MADRID, "2026-03-29T03:00"),
            (MADRID, "2026-10-25T01:59:59"),
            (MADRID, "2026-10-25T03:00"),
            (LORD_HOWE, "2026-10-04T02:30"),
            (LORD_HOWE, "2026-04-05T02:00"),
            ("UTC", "2026-03-29T02:30"),
        ],
        indirect=["zone"],
    )
    def test_a_clear_time_has_none(self, zone, text):
        assert two_readings(local(text)) is None

    @pytest.mark.parametrize(
        ("zone", "text", "words"),
        [
            (
                *(MADRID, "2026-03-29T02:30"),
                "02:30 does not exist on Sunday 29 March 2026 in Europe/Madrid: clocks go from "
                "02:00 to 03:00. Choose 01:30 (00:30 UTC) or 03:30 (01:30 UTC).",
            ),
            (
                *(MADRID, "2026-10-25T02:30"),
                "02:30 comes twice on Sunday 25 October 2026 in Europe/Madrid: clocks go back "
                "from 03:00 to 02:00. Choose the first 02:30 (00:30 UTC) or the second 02:30 "
                "(01:30 UTC).",
            ),
            (
                *(LORD_HOWE, "2026-10-04T02:15"),
                "02:15 does not exist on Sunday 4 October 2026 in Australia/Lord_Howe: clocks go "
                "from 02:00 to 02:30. Choose 01:45 (15:15 UTC) or 02:45 (15:45 UTC).",
            ),
            (  # one of the two is on another day
                *(SANTIAGO, "2026-09-06T00:30"),
                "00:30 does not exist on Sunday 6 September 2026 in America/Santiago: clocks go "
                "from 00:00 to 01:00. Choose Sat 5 September 2026, 23:30 (03:30 UTC) or 01:30 "
                "(04:30 UTC).",
            ),
        ],
        indirect=["zone"],
    )
    def test_words_name_both_choices(self, zone, text, words):
        assert two_readings(local(text)).in_words() == words


class TestInWords:
    @pytest.mark.parametrize(
        ("zone", "moment", "words"),
        [
            (
                *(MADRID, "2026-12-02T08:00"),
                "Wed 2 December 2026, 09:00 Europe/Madrid, that is 08:00 UTC",
            ),
            (
                *(MADRID, "2026-07-01T07:00"),
                "Wed 1 July 2026, 09:00 Europe/Madrid, that is 07:00 UTC",
            ),
            ("UTC", "2026-12-02T09:00", "Wed 2 December 2026, 09:00 UTC"),
            (
                *(LORD_HOWE, "2026-12-01T22:00"),
                "Wed 2 December 2026, 09:00 Australia/Lord_Howe, that is "
                "Tue 1 December 2026, 22:00 UTC",
            ),
            (
                *(NEW_YORK, "2026-12-03T01:00"),
                "Wed 2 December 2026, 20:00 America/New_York, that is "
                "Thu 3 December 2026, 01:00 UTC",
            ),
        ],
        indirect=["zone"],
    )
    def test_says_the_local_time_and_the_one_in_utc(self, zone, moment, words):
        assert in_words(utc(moment)) == words

    @pytest.mark.parametrize("zone", [MADRID], indirect=True)
    def test_a_time_that_comes_twice_is_told_apart(self, zone):
        first, second = two_readings(local("2026-10-25T02:30")).moments

        assert in_words(first).endswith("02:30 Europe/Madrid, that is 00:30 UTC")
        assert in_words(second).endswith("02:30 Europe/Madrid, that is 01:30 UTC")
