"""How far a mailing is, and what became of it: numbers that add up, by few questions."""

import datetime

import pytest

from subscribers.delivery import report, totals
from subscribers.models import Bounce, ConsentEvent, Delivery, Mailing
from tests.builders import (
    YESTERDAY,
    make_delivery,
    make_mailing,
    make_ready_issue,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 12, 2, 12, tzinfo=datetime.UTC)


def after(**spans) -> datetime.datetime:
    return NOON + datetime.timedelta(**spans)


def make_rows(mailing: Mailing, *states: str, **fields) -> list[Delivery]:
    return [make_delivery(mailing, state=state, **fields) for state in states]


@pytest.fixture
def mailing() -> Mailing:
    return make_mailing(state="sending", started_at=NOON, listed_at=NOON)


class TestTotals:
    def test_the_states_add_up_to_everybody(self, mailing):
        make_rows(mailing, *Delivery.State.values, "sent", "queued")

        found = totals.of(mailing)

        assert found.total == Delivery.objects.count() == 9
        assert sum(count for _state, count in found.by_state()) == 9
        assert (found.open, found.done, found.sent) == (4, 5, 2)
        assert not found.is_done

    def test_a_mailing_without_rows_counts_nothing(self, mailing):
        found = totals.of(mailing)

        assert (found.total, found.percent, found.is_done) == (0, 0, True)

    def test_all_is_done_only_when_nothing_is_open(self):
        assert totals.Totals({"sent": 9999, "queued": 1}).percent == 99
        assert totals.Totals({"sent": 1, "failed": 1}).percent == 100

    @pytest.mark.parametrize("count", [1, 3])
    def test_several_mailings_are_two_questions(self, django_assert_num_queries, count):
        mailings = [make_mailing(make_ready_issue(turn + 1, YESTERDAY)) for turn in range(count)]
        for turn, one in enumerate(mailings):
            make_rows(one, *["sent"] * turn, "failed")

        with django_assert_num_queries(2):
            found = totals.of_all(mailings)

        assert [found[one.pk].sent for one in mailings] == list(range(count))

    def test_those_left_out_are_counted_by_reason(self, mailing):
        for skip in ("left", "resting", "left"):
            make_rows(mailing, "skipped", skip=skip)

        assert totals.skipped(mailing) == [("They have left", 2), ("Their letters rest", 1)]


class TestPace:
    def test_the_rate_is_that_of_the_last_minutes(self, mailing):
        for minutes in (1, 8, 9):
            make_rows(mailing, "sent", "failed", ended_at=after(minutes=minutes))

        assert totals.rate(mailing, after(minutes=10)) == pytest.approx(4 / 3)

    def test_what_has_just_begun_is_measured_from_there(self, mailing):
        make_rows(mailing, *["sent"] * 30, ended_at=after(seconds=20))

        assert totals.rate(mailing, after(seconds=30)) == pytest.approx(60)

    def test_the_time_left_is_that_of_those_who_wait(self):
        found = totals.Totals({"queued": 110, "sending": 10, "deferred": 1000})

        assert totals.time_left(found, 60) == datetime.timedelta(minutes=2)
        assert totals.time_left(found, 0) is None
        assert totals.time_left(totals.Totals({"deferred": 5}), 60) is None

    def test_the_next_try_is_the_first_of_those_put_off(self, mailing):
        make_rows(mailing, "queued", due_at=NOON)
        make_rows(mailing, "deferred", due_at=after(hours=2))
        make_rows(mailing, "deferred", due_at=after(hours=1))

        assert totals.next_try(mailing) == after(hours=1)

    @pytest.mark.parametrize(
        ("span", "words"),
        [
            ({"seconds": 0}, "0 seconds"),
            ({"seconds": 1}, "1 second"),
            ({"seconds": 59.4}, "59 seconds"),
            ({"seconds": 60}, "1 minute"),
            ({"minutes": 59, "seconds": 40}, "1 hour"),
            ({"minutes": 90}, "1 hour 30 minutes"),
            ({"hours": 47}, "47 hours"),
            ({"hours": 72}, "3 days"),
        ],
    )
    def test_spans_are_said_as_people_say_them(self, span, words):
        assert totals.in_words(datetime.timedelta(**span)) == words


class TestReport:
    def test_failures_are_counted_by_code(self, mailing):
        for code in (550, 421, 550, None):
            make_rows(mailing, "failed", code=code)
        make_rows(mailing, "sent", code=250)

        assert dict(report.failures_by_code(mailing)) == {550: 2, 421: 1, None: 1}

    def test_failures_are_counted_by_domain_the_worst_five_first(self, mailing):
        for number in range(7):
            for turn in range(7 - number):
                person = make_subscriber(f"{turn}@{number}.example")
                make_delivery(mailing, person, state="failed")
        make_delivery(mailing, state="failed").subscriber.delete()

        found = report.failures_by_domain(mailing)

        assert found == [(f"{number}.example", 7 - number) for number in range(5)]

    def test_what_came_back_is_counted_by_kind(self, mailing):
        row, other = make_rows(mailing, "sent", "sent")
        for event, kind in enumerate(["hard", "complaint", "hard"]):
            make_bounce(row, kind, event)
        make_bounce(make_delivery(make_mailing(make_ready_issue(2, YESTERDAY))), "soft", 9)

        assert report.bounces(mailing) == [
            ("The address does not exist", 2),
            ("Called spam", 1),
        ]

    def test_those_who_got_it_and_left_within_two_days_are_counted(self, mailing):
        mailing.ended_at = after(hours=1)
        mailing.save()
        leaving = {
            "soon": (after(hours=2), "sent"),
            "before they got it": (after(seconds=1), "sent"),
            "late": (after(hours=50), "sent"),
            "without it": (after(hours=2), "failed"),
        }
        for number, (at, state) in enumerate(leaving.values()):
            person = make_subscriber(f"{number}@example.org")
            make_delivery(mailing, person, state=state, ended_at=after(minutes=1))
            leave(person, at)
        leave(Delivery.objects.first().subscriber, after(hours=3))  # once more: still one person

        assert report.left_after(mailing) == 1

    def test_a_mailing_that_has_not_begun_drives_nobody_away(self):
        assert report.left_after(make_mailing()) == 0


def make_bounce(row: Delivery, kind: str, event: int) -> None:
    Bounce.objects.create(
        subscriber=row.subscriber, delivery=row, kind=kind, source="smtp", event=f"event-{event}"
    )


def leave(person, at: datetime.datetime) -> None:
    ConsentEvent.objects.create(subscriber=person, kind="left", at=at, zone="UTC", form="x")


class TestOverTime:
    def test_nothing_sent_has_no_picture(self, mailing):
        make_rows(mailing, "queued", "failed")

        assert report.over_time(mailing) == []

    def test_a_single_message_is_one_period(self, mailing):
        make_rows(mailing, "sent", ended_at=after(microseconds=5))

        assert report.over_time(mailing) == [report.Period(NOON, 1)]

    def test_messages_are_counted_where_they_were_sent(self, mailing):
        for seconds in (0, 0.5, 1, 5, 5.999):
            make_rows(mailing, "sent", ended_at=after(seconds=seconds))
        make_rows(mailing, "failed", ended_at=after(seconds=2))

        found = report.over_time(mailing)

        assert [one.sent for one in found] == [2, 1, 0, 0, 0, 2]
        assert found[0].begins == NOON

    @pytest.mark.parametrize(
        "span",
        [
            datetime.timedelta(seconds=29),
            datetime.timedelta(seconds=30),
            datetime.timedelta(minutes=7),
            datetime.timedelta(hours=30),
            datetime.timedelta(days=400),
        ],
    )
    def test_no_span_needs_too_many_periods_and_none_is_lost(
        self, mailing, span, django_assert_num_queries
    ):
        for part in (0, 0.3, 0.5, 1):
            make_rows(mailing, "sent", ended_at=NOON + span * part)

        with django_assert_num_queries(3):
            found = report.over_time(mailing)

        assert 1 < len(found) <= report.MOST_PERIODS + 1
        assert sum(one.sent for one in found) == 4
