"""What is wrong with delivery, and the command that says so."""

import datetime
import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from subscribers import letters
from subscribers.delivery import weeks
from subscribers.delivery.health import A_MOMENT, notes, troubles
from subscribers.models import Delivery, Letter, Mailing, Subscriber, Worker
from tests.builders import (
    make_colleague,
    make_delivery,
    make_issue,
    make_mailing,
    make_ready_issue,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

MINUTE, HOUR = datetime.timedelta(minutes=1), datetime.timedelta(hours=1)
WEEK = datetime.timedelta(days=7)
WEDNESDAY = datetime.datetime(2026, 12, 2, 9, tzinfo=datetime.UTC)
NOON = WEDNESDAY + 3 * HOUR


@pytest.fixture(autouse=True)
def rhythm(django_user_model):
    """Let all be well: a reader, a publisher, a mail last week, and a worker."""
    make_subscriber()
    make_colleague("Publisher", email="paula@example.org")
    make_mailing(
        make_issue(1, title="Last week"),
        state="sent",
        approved_at=WEDNESDAY - WEEK - HOUR,
        scheduled_for=WEDNESDAY - WEEK,
    )
    Worker.objects.create(name="one", seen_at=NOON)


def mailing_for(moment=WEDNESDAY, number=2, **fields) -> Mailing:
    issue = make_ready_issue(number, -WEEK)
    return make_mailing(issue, scheduled_for=moment, **{"state": "sent", **fields})


def names(at=NOON) -> list[str]:
    return [trouble.name for trouble in troubles(at)]


class TestSlot:
    def test_one_that_passed_without_anything_is_missed(self):
        assert names(WEDNESDAY - MINUTE) == []

        [trouble] = troubles(WEDNESDAY)

        assert trouble.name == "missed_slot"
        assert trouble.words == (
            "Nothing went out on Wed 2 December 2026, 09:00 UTC, and nobody had said that it would "
            "not."
        )
        assert names(WEDNESDAY + WEEK - MINUTE) == ["missed_slot"]

    @pytest.mark.parametrize("hours", [-8, 0, 9, 24, 5 * 24])
    def test_it_is_not_if_something_went_out_even_late(self, hours):
        mailing_for(WEDNESDAY + hours * HOUR)

        assert "missed_slot" not in names(WEDNESDAY + 6 * 24 * HOUR)

    def test_what_is_for_the_next_one_is_none_for_this(self):
        mailing_for(WEDNESDAY + WEEK, state="approved")

        assert names() == ["missed_slot"]

    def test_what_went_out_the_day_before_is_for_it(self):
        mailing_for(WEDNESDAY - 22 * HOUR)

        assert names() == []
        assert names(WEDNESDAY + WEEK) == ["missed_slot"]

    def test_one_that_is_skipped_is_not_missed_before_or_after(self, editor):
        weeks.skip(WEDNESDAY, editor)
        assert names() == []

        weeks.unskip(WEDNESDAY, editor)
        assert names() == ["missed_slot"]

    def test_before_the_first_approval_none_was(self):
        Mailing.objects.update(approved_at=WEDNESDAY + MINUTE)

        assert names() == []

    def test_a_site_that_is_tried_out_misses_none(self):
        Mailing.objects.all().delete()

        assert names() == []

    def test_nor_does_one_without_readers(self):
        Subscriber.objects.update(state="pending")

        assert names() == []


class TestNobodyToRemind:
    @pytest.fixture(autouse=True)
    def no_address(self, django_user_model):
        mailing_for()
        django_user_model.objects.update(email="")

    def test_is_said_while_nothing_is_approved(self):
        [note] = notes(NOON)

        assert note.name == "nobody_to_remind"
        assert "nobody is reminded" in note.words

    def test_is_no_trouble(self):
        assert names() == []

    def test_is_not_once_something_is_or_the_week_is_skipped(self, editor):
        mailing_for(WEDNESDAY + WEEK, 3, state="approved")
        assert notes(NOON) == []

        Mailing.objects.filter(state="approved").delete()
        weeks.skip(WEDNESDAY + WEEK, editor)
        assert notes(NOON) == []

    def test_is_not_where_somebody_has_an_address(self):
        make_colleague("Publisher", "pat", email="pat@example.org")

        assert notes(NOON) == []


class TestMailings:
    def test_one_that_has_not_begun_is_named_after_a_quarter_of_an_hour(self):
        mailing_for(NOON, state="approved")
        Worker.objects.update(seen_at=NOON + HOUR)

        assert names(NOON + 14 * MINUTE) == []
        [trouble] = troubles(NOON + 15 * MINUTE)

        assert trouble == (
            "not_begun",
            "“Warm up” was to begin on Wed 2 December 2026, 12:00 UTC, and has not.",
        )

    def test_one_that_waits_by_itself_is_named_with_its_reason(self):
        mailing_for(state="paused", reason="Too late.")

        [trouble] = troubles(NOON)

        assert trouble == ("waiting", "“Warm up” waits for a person: Too late.")

    def test_one_that_a_person_paused_is_not_before_its_window_is_over(self):
        mailing_for(state="paused")

        assert names(WEDNESDAY + 9 * HOUR) == []

    def test_one_that_was_paused_and_forgotten_is(self):
        mailing_for(state="paused")

        [trouble] = troubles(WEDNESDAY + 9 * HOUR + MINUTE)

        assert trouble.name == "waiting"
        assert trouble.words.startswith("“Warm up” was to go out on Wed 2 December 2026, 09:00 UTC")

    @pytest.mark.parametrize(
        ("ended", "due", "is_stuck"),
        [(11, 11, True), (9, 11, False), (11, 9, False), (None, 11, True), (11, None, False)],
    )
    def test_one_under_way_is_stuck_if_rows_are_due_and_none_has_ended(self, ended, due, is_stuck):
        mailing = mailing_for(state="sending", started_at=WEDNESDAY)
        if ended:
            make_delivery(mailing, state="sent", ended_at=NOON - ended * MINUTE)
        if due:
            make_delivery(mailing, due_at=NOON - due * MINUTE)
        make_delivery(mailing, state="deferred", due_at=NOON + MINUTE)

        assert names() == (["stuck"] if is_stuck else [])

    @pytest.mark.parametrize(("minutes", "is_stuck"), [(9, False), (10, True)])
    def test_so_is_one_whose_people_are_never_listed(self, minutes, is_stuck):
        mailing_for(state="starting", started_at=NOON - minutes * MINUTE)

        assert names() == (["stuck"] if is_stuck else [])

    def test_messages_that_are_held_are_named_for_a_week(self):
        mailing = mailing_for(ended_at=WEDNESDAY)
        make_delivery(mailing, state="held")
        make_delivery(mailing, state="held")
        make_mailing(make_issue(3), state="approved", scheduled_for=WEDNESDAY + WEEK)

        assert names() == ["held"]
        assert "held" not in names(WEDNESDAY + WEEK)
        Delivery.objects.update(state="failed")
        assert names() == []


class TestWorkers:
    @pytest.mark.parametrize("state", ["starting", "sending", "approved"])
    def test_none_is_named_if_there_is_work(self, state):
        mailing_for(NOON - MINUTE, state=state, started_at=NOON - MINUTE)
        Worker.objects.update(seen_at=NOON - 9 * MINUTE)
        assert "no_worker" not in names()

        Worker.objects.update(seen_at=NOON - 10 * MINUTE)

        trouble = troubles(NOON)[-1]
        assert trouble.name == "no_worker"
        assert trouble.words == (
            "A mailing is to go out, but no worker is alive. The last one was seen on Wed 2 "
            "December 2026, 11:50 UTC."
        )

    @pytest.mark.parametrize("state", ["paused", "sent", "cancelled"])
    def test_and_not_if_there_is_none(self, state):
        mailing_for(state=state, started_at=WEDNESDAY)
        Worker.objects.all().delete()

        assert names() == []

    def test_one_that_never_lived_is_none(self):
        mailing_for(NOON, state="approved")
        Worker.objects.all().delete()

        assert names() == ["no_worker"]

    def test_a_mail_server_that_is_gone_for_a_moment_is_no_trouble(self):
        trouble_at = NOON - A_MOMENT + datetime.timedelta(seconds=1)
        Worker.objects.create(name="another", seen_at=NOON, trouble="No.", trouble_at=trouble_at)

        assert "mail_server" not in names()

    def test_one_that_stays_away_is(self):
        trouble_at = NOON - A_MOMENT
        Worker.objects.create(
            name="another", seen_at=NOON, trouble="Nobody answers.", trouble_at=trouble_at
        )

        [trouble] = [one for one in troubles(NOON) if one.name == "mail_server"]

        assert trouble.words.startswith("Nothing can be sent since")
        assert trouble.words.endswith("Nobody answers.")


class TestLetters:
    def test_they_are_named_after_a_quarter_of_an_hour(self):
        mailing_for()
        for _turn in range(2):
            letters.queue(Letter.Kind.WELCOME, Subscriber.objects.get())
        Letter.objects.update(due_at=NOON)

        assert names(NOON + 14 * MINUTE) == []
        [trouble] = troubles(NOON + 15 * MINUTE)

        assert trouble.name == "letters_waiting"
        assert trouble.words == "2 letters were to go out more than 15 minutes ago."

    def test_of_very_many_no_more_than_a_hundred_are_counted(self):
        mailing_for()
        letter = {"kind": Letter.Kind.WELCOME, "subscriber": Subscriber.objects.get()}
        Letter.objects.bulk_create(Letter(**letter, due_at=NOON) for _turn in range(101))

        [trouble] = troubles(NOON + HOUR)

        assert trouble.words.startswith("100 letters or more were to go out")


class TestCost:
    def test_it_asks_as_often_however_much_there_is(self, django_assert_max_num_queries):
        def fill(count):
            first = Mailing.objects.count() + 10
            for number in range(first, first + count):
                mailing = mailing_for(NOON, number, state="sending", started_at=WEDNESDAY)
                make_delivery(mailing, state="held")
                make_delivery(mailing, state="sent", ended_at=WEDNESDAY)
                make_delivery(mailing, due_at=WEDNESDAY)
                mailing_for(NOON, 100 + number, state="paused", reason="Because.")
                letters.queue(Letter.Kind.WELCOME, mailing.deliveries.earliest("pk").subscriber)

        fill(1)
        with django_assert_max_num_queries(16) as queries:
            few = troubles(NOON)
        fill(5)

        with django_assert_max_num_queries(len(queries)):
            assert len(troubles(NOON)) > 3 * len(few)


class TestCommand:
    def run(self, capsys, *options) -> tuple[int, str, str]:
        status = 0
        try:
            call_command("check_delivery", *options)
        except SystemExit as end:
            status = end.code
        return status, *capsys.readouterr()

    @pytest.fixture
    def is_well(self):
        """Let what is wrong be said of the real clock, too: nothing."""
        Mailing.objects.update(approved_at=timezone.now() + WEEK)
        Worker.objects.update(seen_at=timezone.now())

    def test_says_in_one_line_that_all_is_well(self, capsys, is_well):
        assert self.run(capsys) == (0, "All is well with the mail.\n", "")

    def test_names_each_trouble_on_standard_error(self, capsys, is_well):
        mailing_for(state="paused", reason="Too late.")
        letters.queue(Letter.Kind.WELCOME, Subscriber.objects.get())
        Letter.objects.update(due_at=timezone.now() - HOUR)
        Mailing.objects.update(approved_at=timezone.now() + WEEK)

        status, out, err = self.run(capsys)

        assert (status, out) == (1, "")
        assert err.splitlines() == [
            "“Warm up” waits for a person: Too late.",
            "1 letter was to go out more than 15 minutes ago.",
        ]

    def test_tells_programs_the_same(self, capsys, is_well):
        assert self.run(capsys, "--json") == (0, '{"troubles": [], "notes": []}\n', "")

        mailing_for(state="paused", reason="Zu spät.")
        Mailing.objects.update(approved_at=timezone.now() + WEEK)

        status, out, err = self.run(capsys, "--json")
        assert (status, err) == (1, "")
        words = "“Warm up” waits for a person: Zu spät."
        assert json.loads(out)["troubles"] == [{"name": "waiting", "words": words}]

    def test_notes_are_told_and_no_trouble(self, capsys, is_well, django_user_model):
        django_user_model.objects.update(email="")
        Mailing.objects.update(approved_at=timezone.now(), scheduled_for=timezone.now() - 2 * WEEK)
        words = "Nobody who may approve mailings has an e-mail address: nobody is reminded."

        told = self.run(capsys)
        status, out, err = self.run(capsys, "--json")

        assert told == (0, f"All is well with the mail.\nNote: {words}\n", "")
        assert (status, err) == (0, "")
        note = {"name": "nobody_to_remind", "words": words}
        assert json.loads(out) == {"troubles": [], "notes": [note]}
