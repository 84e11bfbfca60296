"""What is too late to go out by itself."""

import datetime

import pytest

from subscribers.delivery.lateness import hold_stalled, last_sign, reason_to_wait
from subscribers.models import Installation, Mailing, Worker
from tests.builders import make_delivery, make_mailing, make_ready_issue

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
NINE = datetime.datetime(2026, 12, 2, 9, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)


def alive(at) -> None:
    Worker.objects.create(name="one", seen_at=at)


def under_way(state="sending", started=NINE, number=1, **fields) -> Mailing:
    issue = make_ready_issue(number, datetime.timedelta(days=-1))
    return make_mailing(issue, state=state, scheduled_for=NINE, started_at=started, **fields)


class TestBeginning:
    @pytest.mark.parametrize("hours", [0, 1, 9])
    def test_a_mailing_begins_late_within_the_window(self, hours):
        assert reason_to_wait(make_mailing(scheduled_for=NINE), NINE + hours * HOUR) == ""

    def test_later_it_waits_and_says_why(self):
        mailing = make_mailing(scheduled_for=NINE)

        assert reason_to_wait(mailing, NINE + 9 * HOUR + SECOND) == (
            "It was to begin on Wed 2 December 2026, 09:00 UTC, and nothing could begin it within "
            "9 hours. Now it waits for you."
        )

    def test_the_window_is_a_setting(self, settings):
        settings.SEND_WITHIN = 0.5
        mailing = make_mailing(scheduled_for=NINE)

        assert reason_to_wait(mailing, NINE + HOUR / 2) == ""
        assert "within 0.5 hours" in reason_to_wait(mailing, NINE + HOUR)

    def test_it_is_of_real_hours_where_the_clocks_change(self, settings):
        settings.TIME_ZONE = "Europe/Madrid"
        night = datetime.datetime(2026, 10, 24, 23, tzinfo=datetime.UTC)  # 1:00 there, then to 2:00
        mailing = make_mailing(scheduled_for=night)

        assert reason_to_wait(mailing, night + 9 * HOUR) == ""
        assert reason_to_wait(mailing, night + 9 * HOUR + SECOND)


class TestGoingOn:
    @pytest.mark.parametrize("state", ["starting", "sending"])
    def test_after_a_long_outage_it_waits(self, state):
        mailing = under_way(state)
        alive(NINE + HOUR)

        assert hold_stalled(NINE + 10 * HOUR + SECOND) == 1

        mailing.refresh_from_db()
        assert mailing.state == "paused"
        assert mailing.reason == (
            "No worker was alive for more than 9 hours, since Wed 2 December 2026, 10:00 UTC. "
            "Some may have got it without our knowing. Now it waits for you."
        )

    def test_after_a_short_one_it_goes_on(self):
        mailing = under_way()
        alive(NINE + HOUR)

        assert hold_stalled(NINE + 10 * HOUR) == 0

        mailing.refresh_from_db()
        assert mailing.state == "sending"

    def test_while_a_worker_lives_it_may_take_days(self):
        under_way()
        alive(NINE + 48 * HOUR)

        assert hold_stalled(NINE + 48 * HOUR + 10 * SECOND) == 0

    @pytest.mark.parametrize("what", ["started", "listed", "a message"])
    def test_one_that_has_moved_since_goes_on(self, what):
        """A person let it go on while no worker lived, or one that cannot beat sends."""
        at = NINE + 24 * HOUR
        mailing = under_way(started=at - HOUR if what == "started" else NINE)
        alive(NINE)
        if what == "listed":
            Mailing.objects.update(listed_at=at - HOUR)
        if what == "a message":
            make_delivery(mailing, state="sent", ended_at=at - HOUR)
            make_delivery(mailing, state="sent", ended_at=NINE)

        assert hold_stalled(at) == 0

    def test_what_is_over_or_has_not_begun_is_left_alone(self):
        alive(NINE)
        for number, state in enumerate(["approved", "paused", "sent", "cancelled"], start=1):
            under_way(state, number=number, reason=state)

        assert hold_stalled(NINE + 24 * HOUR) == 0
        assert all(one.reason == one.state for one in Mailing.objects.all())

    def test_a_site_on_which_no_worker_ever_lived_has_no_outage(self):
        under_way()

        assert hold_stalled(NINE + 240 * HOUR) == 0

    def test_their_number_changes_no_number_of_questions(self, django_assert_max_num_queries):
        alive(NINE)
        for number in range(1, 6):
            make_delivery(under_way(number=number), state="sent", ended_at=NINE)

        with django_assert_max_num_queries(4):
            assert hold_stalled(NINE + 24 * HOUR) == 5


class TestLastSign:
    def test_it_is_the_newest_of_all(self):
        assert last_sign() is None

        alive(NINE)
        Installation.objects.create(seen_at=NINE + HOUR)

        assert last_sign() == NINE + HOUR
        Installation.objects.all().delete()
        assert last_sign() == NINE
