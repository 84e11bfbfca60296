"""What a person does with a mailing that has begun: each button, and what it refuses."""

import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from subscribers.delivery import controlling, totals
from subscribers.delivery.refusals import (
    AlreadyOver,
    LeadsNowhere,
    NothingToDo,
    NotPausable,
    NotPaused,
    StillListing,
    TooOld,
)
from subscribers.models import Delivery, Mailing
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    make_delivery,
    make_mailing,
    make_ready_issue,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

Row = Delivery.State
VERBS = [
    controlling.pause,
    controlling.resume,
    controlling.cancel,
    controlling.retry_failed,
    controlling.release_held,
    controlling.send_to_joined,
]


def now() -> datetime.datetime:
    return timezone.now()


def begun(state="sending", **fields) -> Mailing:
    """Make a mailing whose people are listed."""
    return make_mailing(state=state, started_at=now(), listed_at=now(), **fields)


def begun_of_another_issue() -> Mailing:
    return begun(issue=make_ready_issue(2, YESTERDAY))


def rows_of(mailing: Mailing) -> dict[str, int]:
    return {state: count for state, count in totals.of(mailing).counts.items() if count}


class TestRight:
    @pytest.mark.parametrize("verb", VERBS)
    def test_who_may_not_approve_does_nothing(self, author, verb):
        mailing = begun()
        make_delivery(mailing, state="failed")

        with pytest.raises(PermissionDenied):
            verb(mailing, author)

        mailing.refresh_from_db()
        assert (mailing.state, rows_of(mailing)) == ("sending", {"failed": 1})
        assert not LogEntry.objects.exists()

    def test_who_did_it_is_in_the_log(self, publisher):
        mailing = begun()

        words = controlling.pause(mailing, publisher)

        entry = LogEntry.objects.get()
        assert (entry.user, entry.object_id) == (publisher, str(mailing.pk))
        assert entry.change_message == words

    def test_the_worker_needs_no_account(self):
        mailing = begun()

        controlling.pause(mailing, None, reason="Too many messages fail.")

        mailing.refresh_from_db()
        assert (mailing.state, mailing.reason) == ("paused", "Too many messages fail.")
        assert not LogEntry.objects.exists()


class TestPause:
    @pytest.mark.parametrize("state", ["approved", "starting", "sending"])
    def test_it_stops_what_is_on_its_way(self, publisher, state):
        mailing = begun(state)

        controlling.pause(mailing, publisher)

        mailing.refresh_from_db()
        assert mailing.state == "paused"

    @pytest.mark.parametrize("state", ["paused", "sent", "cancelled"])
    def test_what_does_not_move_is_not_stopped(self, publisher, state):
        with pytest.raises(NotPausable):
            controlling.pause(begun(state), publisher)

    def test_it_decides_on_the_row_as_it_is_now(self, publisher):
        mailing = begun()
        Mailing.objects.update(state="sent")

        with pytest.raises(NotPausable):
            controlling.pause(mailing, publisher)


class TestResume:
    def test_it_goes_on_sending_when_everybody_is_listed(self, publisher):
        mailing = begun("paused", reason="Wait")

        controlling.resume(mailing, publisher)

        mailing.refresh_from_db()
        assert (mailing.state, mailing.reason) == ("sending", "")

    def test_it_goes_on_listing_when_not_everybody_is_listed(self, publisher):
        mailing = make_mailing(state="paused", started_at=now() + YESTERDAY)

        controlling.resume(mailing, publisher)

        mailing.refresh_from_db()
        assert mailing.state == "starting"
        assert mailing.started_at < now() + YESTERDAY / 2

    def test_one_that_was_too_late_begins_now(self, publisher):
        mailing = make_mailing(state="paused", scheduled_for=now() + YESTERDAY)

        controlling.resume(mailing, publisher)

        mailing.refresh_from_db()
        assert mailing.state == "starting"
        assert mailing.started_at is not None

    def test_one_whose_time_is_to_come_waits_for_it(self, publisher):
        mailing = make_mailing(state="paused", scheduled_for=now() + TOMORROW)

        controlling.resume(mailing, publisher)

        mailing.refresh_from_db()
        assert (mailing.state, mailing.started_at) == ("approved", None)

    @pytest.mark.parametrize("state", ["approved", "starting", "sending", "sent", "cancelled"])
    def test_only_what_is_paused_is_resumed(self, publisher, state):
        with pytest.raises(NotPaused):
            controlling.resume(begun(state), publisher)

    def test_before_its_time_it_may_wait_for_an_issue_that_is_public_by_then(self, publisher):
        mailing = make_mailing(state="paused", scheduled_for=now() + TOMORROW)
        mailing.issue.publish(now() + TOMORROW / 2)

        controlling.resume(mailing, publisher)

        mailing.refresh_from_db()
        assert mailing.state == "approved"

    def test_an_issue_that_is_public_no_more_is_not_sent_on(self, publisher):
        mailing = begun("paused")
        mailing.issue.unpublish()

        with pytest.raises(LeadsNowhere):
            controlling.resume(mailing, publisher)


class TestCancel:
    def test_what_is_open_or_held_is_left_out_and_what_is_over_stays(self, publisher):
        mailing = begun()
        for state in ("queued", "queued", "deferred", "held", "sent", "failed", "skipped"):
            make_delivery(mailing, state=state)

        controlling.cancel(mailing, publisher)

        mailing.refresh_from_db()
        assert mailing.state == "cancelled"
        assert mailing.ended_at is not None
        assert rows_of(mailing) == {"sent": 1, "failed": 1, "skipped": 5}
        cancelled = Delivery.objects.filter(skip="cancelled", ended_at__isnull=False)
        assert cancelled.count() == 4

    def test_what_is_in_hand_stays_with_its_worker_until_the_lease_runs_out(self, publisher):
        mailing, soon = begun(), datetime.timedelta(minutes=1)
        live = make_delivery(mailing, state="sending", worker="one", due_at=now() + soon)
        lost = make_delivery(mailing, state="sending", worker="two", due_at=now() - soon)

        controlling.cancel(mailing, publisher)

        live.refresh_from_db()
        lost.refresh_from_db()
        assert (live.state, live.worker) == ("sending", "one")
        assert (lost.state, lost.skip) == ("skipped", "cancelled")

    def test_what_a_worker_gives_back_later_is_left_out_by_the_next_round(self):
        mailing, other = begun("cancelled"), begun_of_another_issue()
        make_delivery(mailing, state="deferred")
        make_delivery(mailing, state="sending", due_at=now() + TOMORROW)
        make_delivery(other, state="queued")

        controlling.close_cancelled()

        assert rows_of(mailing) == {"skipped": 1, "sending": 1}
        assert rows_of(other) == {"queued": 1}

    def test_more_rows_than_fit_into_a_transaction_are_all_left_out(self, publisher, monkeypatch):
        monkeypatch.setattr(controlling, "AT_ONCE", 3)
        mailing = begun()
        for _turn in range(8):
            make_delivery(mailing)

        controlling.cancel(mailing, publisher)

        assert rows_of(mailing) == {"skipped": 8}

    def test_a_page_waits_for_no_million_of_rows(self, publisher, monkeypatch):
        monkeypatch.setattr(controlling, "AT_ONCE", 3)
        monkeypatch.setattr(controlling, "PATIENCE", 0)
        mailing = begun()
        for _turn in range(8):
            make_delivery(mailing)

        controlling.cancel(mailing, publisher)
        before = rows_of(mailing)
        controlling.close_cancelled()

        assert before == {"skipped": 3, "queued": 5}
        assert rows_of(mailing) == {"skipped": 8}

    @pytest.mark.parametrize("state", ["approved", "sent", "cancelled"])
    def test_what_has_not_begun_or_is_over_is_not_cancelled(self, publisher, state):
        with pytest.raises(AlreadyOver):
            controlling.cancel(begun(state), publisher)


class TestRetry:
    def test_those_who_failed_begin_anew(self, publisher):
        mailing = begun("sent", ended_at=now())
        spent = {"attempts": 7, "lost": 2, "code": 550, "reply": "no", "first_at": now()}
        row = make_delivery(mailing, state="failed", **spent)

        words = controlling.retry_failed(mailing, publisher)

        row.refresh_from_db()
        mailing.refresh_from_db()
        assert words == "1 message is tried again."
        assert (row.state, row.attempts, row.lost, row.code, row.reply) == (
            "queued",
            0,
            0,
            None,
            "",
        )
        assert (row.first_at, row.ended_at) == (None, None)
        assert row.due_at <= now()
        assert (mailing.state, mailing.ended_at) == ("sending", None)

    def test_the_message_stays_the_same(self, publisher):
        mailing = begun()
        row = make_delivery(mailing, state="failed")

        controlling.retry_failed(mailing, publisher)

        assert Delivery.objects.get().uid == row.uid

    def test_who_is_not_on_the_list_any_more_is_left_alone(self, publisher):
        mailing = begun()
        for number, state in enumerate(["active", "left", "bounced", "pending"]):
            person = make_subscriber(f"{number}@example.org", state)
            make_delivery(mailing, person, state="failed")
        erased = make_delivery(mailing, state="failed")
        erased.subscriber.delete()

        controlling.retry_failed(mailing, publisher)

        assert rows_of(mailing) == {"queued": 1, "failed": 4}

    @pytest.mark.parametrize(
        ("codes", "tried"), [(None, 3), ([550], 1), ([550, None], 2), ([None], 1), ([404], 0)]
    )
    def test_those_of_some_codes_are_tried_alone(self, publisher, codes, tried):
        mailing = begun()
        for code in (550, 552, None):
            make_delivery(mailing, state="failed", code=code)

        if tried:
            controlling.retry_failed(mailing, publisher, codes)
        else:
            with pytest.raises(NothingToDo):
                controlling.retry_failed(mailing, publisher, codes)

        assert rows_of(mailing).get("queued", 0) == tried

    def test_one_that_is_paused_stays_so(self, publisher):
        mailing = begun("paused")
        make_delivery(mailing, state="failed")

        controlling.retry_failed(mailing, publisher)

        mailing.refresh_from_db()
        assert mailing.state == "paused"

    @pytest.mark.parametrize("state", ["sent", "sending"])
    def test_where_nothing_failed_nothing_moves(self, publisher, state):
        mailing = begun(state)
        make_delivery(mailing, state="sent")

        with pytest.raises(NothingToDo):
            controlling.retry_failed(mailing, publisher)

        mailing.refresh_from_db()
        assert mailing.state == state

    def test_what_was_cancelled_never_goes_on(self, publisher):
        mailing = begun("cancelled")
        make_delivery(mailing, state="failed")
        make_delivery(mailing, state="held")

        for verb in (
            controlling.retry_failed,
            controlling.release_held,
            controlling.send_to_joined,
        ):
            with pytest.raises(AlreadyOver):
                verb(mailing, publisher)


class TestHeld:
    def test_they_are_sent_once_more(self, publisher):
        mailing = begun("sent", ended_at=now())
        make_delivery(mailing, state="held", lost=4)
        make_delivery(mailing, state="sent")

        controlling.release_held(mailing, publisher)

        mailing.refresh_from_db()
        assert rows_of(mailing) == {"queued": 1, "sent": 1}
        assert Delivery.objects.get(state="queued").lost == 0
        assert mailing.state == "sending"

    @pytest.mark.parametrize("state", ["sent", "failed"])
    def test_somebody_who_knows_says_what_became_of_one(self, publisher, state):
        mailing = begun()
        row, other = make_delivery(mailing, state="held"), make_delivery(mailing, state="held")

        controlling.decide_held(mailing, publisher, row.pk, state)

        row.refresh_from_db()
        other.refresh_from_db()
        assert (row.state, other.state) == (state, "held")

    @pytest.mark.parametrize("state", ["queued", "sending", "skipped", "", "\0", "x" * 5000])
    def test_nothing_else_becomes_of_it(self, publisher, state):
        mailing = begun()
        row = make_delivery(mailing, state="held")

        with pytest.raises(NothingToDo):
            controlling.decide_held(mailing, publisher, row.pk, state)

    def test_what_is_not_held_is_not_decided(self, publisher):
        mailing = begun()
        row = make_delivery(mailing, state="failed")

        with pytest.raises(NothingToDo):
            controlling.decide_held(mailing, publisher, row.pk, "sent")

    def test_a_row_of_another_mailing_is_not_decided(self, publisher):
        row = make_delivery(begun(), state="held")

        with pytest.raises(NothingToDo):
            controlling.decide_held(begun_of_another_issue(), publisher, row.pk, "sent")


class TestJoined:
    def test_those_on_the_list_who_have_no_row_get_one(self, publisher, monkeypatch):
        monkeypatch.setattr(controlling, "AT_ONCE", 2)
        mailing = begun("sent", ended_at=now())
        make_delivery(mailing, state="sent")
        for number in range(5):
            make_subscriber(f"{number}@example.org")
        for state in ("pending", "left", "bounced"):
            make_subscriber(f"{state}@example.org", state)

        words = controlling.send_to_joined(mailing, publisher)

        mailing.refresh_from_db()
        assert words == "5 people who joined since get it."
        assert rows_of(mailing) == {"sent": 1, "queued": 5}
        assert (mailing.state, mailing.ended_at) == ("sending", None)

    def test_nobody_gets_it_twice(self, publisher):
        mailing = begun()
        make_subscriber()
        controlling.send_to_joined(mailing, publisher)

        with pytest.raises(NothingToDo):
            controlling.send_to_joined(mailing, publisher)

        assert rows_of(mailing) == {"queued": 1}

    def test_while_people_are_still_listed_they_come_along_anyway(self, publisher):
        mailing = make_mailing(state="starting", started_at=now())
        make_subscriber()

        with pytest.raises(StillListing):
            controlling.send_to_joined(mailing, publisher)

    def test_what_has_not_begun_is_sent_to_nobody(self, publisher):
        with pytest.raises(StillListing):
            controlling.send_to_joined(make_mailing(), publisher)

    def test_after_a_month_it_is_no_news(self, publisher):
        old = now() - datetime.timedelta(days=31)
        mailing = make_mailing(state="sent", started_at=old, listed_at=old, ended_at=old)
        make_subscriber()

        with pytest.raises(TooOld):
            controlling.send_to_joined(mailing, publisher)
