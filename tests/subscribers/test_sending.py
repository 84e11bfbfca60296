"""Sending a mailing: everybody once, as they are at that moment, and nothing after a stop."""

import datetime
import re
import threading

import pytest
from django.core.management import call_command
from django.utils import timezone

from subscribers.delivery import controlling
from subscribers.delivery.pacing import Pacing
from subscribers.delivery.sending import Sender
from subscribers.models import Delivery, Mailing, Subscriber
from tests.builders import make_contents, make_mailing, make_subscriber
from tests.subscribers.mailings import (
    assert_each_once,
    begun_mailing,
    let_time_pass,
    make_readers,
    states,
)

pytestmark = pytest.mark.django_db

State = Delivery.State


def send_due() -> None:
    Sender("worker", Pacing()).send_due(threading.Event())


class TestMailing:
    def test_it_reaches_everybody_once_and_ends(self, judge):
        addresses = make_readers(5)
        mailing = make_mailing()

        call_command("worker", "--once")

        assert_each_once(judge, addresses)
        assert states(mailing) == {"sent": 5}
        mailing.refresh_from_db()
        assert mailing.state == Mailing.State.SENT

    def test_looking_again_sends_nothing_again(self, judge):
        addresses = make_readers(5)
        make_mailing()

        for _turn in range(3):
            call_command("worker", "--once")
            let_time_pass()

        assert_each_once(judge, addresses)

    def test_people_who_are_listed_twice_still_get_it_once(self, judge):
        """Without the unique row (mailing, subscriber) everybody gets two messages here."""
        addresses = make_readers(5)
        mailing = make_mailing()
        call_command("worker", "--once")

        anew = {"state": Mailing.State.STARTING, "listed_to": 0, "listed_at": None}
        Mailing.objects.filter(pk=mailing.pk).update(**anew)
        call_command("worker", "--once")

        assert_each_once(judge, addresses)
        assert states(mailing) == {"sent": 5}

    def test_a_message_that_comes_twice_is_the_same_to_the_byte(self, mail_server):
        """Its Message-ID, and its date, so that mail programs can tell."""
        make_subscriber()
        mailing = begun_mailing()
        send_due()
        Delivery.objects.update(state=State.SENDING, due_at=timezone.now(), ended_at=None)
        Mailing.objects.update(state=Mailing.State.SENDING)

        let_time_pass()
        send_due()

        first, second = mail_server.raw
        assert first == second
        assert states(mailing) == {"sent": 1}


class TestPeople:
    def test_each_gets_what_they_chose(self, mail_server):
        make_subscriber("all@example.org")
        make_subscriber("some@example.org", unwanted=["tool", "news"])
        begun_mailing(contents=make_contents("ml-tip", "tool", "news"))

        send_due()

        texts = {
            message["To"]: message.get_body(["plain"]).get_content()
            for message in mail_server.messages
        }
        assert "A tip: tool" in texts["all@example.org"]
        assert "left out" not in texts["all@example.org"]
        assert "A tip: ml-tip" in texts["some@example.org"]
        assert "A tip: tool" not in texts["some@example.org"]
        assert "2 sections left out" in texts["some@example.org"]

    def test_who_does_not_get_it_is_left_out_and_it_is_said_why(self, judge):
        """They are read when their row is taken, not when they were listed."""
        people = {
            "nothing": make_subscriber("none@example.org", unwanted=["ml-tip"]),
            "resting": make_subscriber("rests@example.org"),
            "left": make_subscriber("left@example.org"),
            "unreachable": make_subscriber("gone@example.org"),
            "erased": make_subscriber("erased@example.org"),
        }
        mailing = begun_mailing()
        now = timezone.now()
        rests = Subscriber.objects.filter(pk=people["resting"].pk)
        rests.update(paused_until=now + datetime.timedelta(days=1))
        Subscriber.objects.filter(pk=people["left"].pk).update(state="left", left_at=now)
        Subscriber.objects.filter(pk=people["unreachable"].pk).update(state="bounced")
        people["erased"].delete()

        send_due()

        assert judge.taken == []
        assert states(mailing) == {"skipped": 5}
        assert set(mailing.deliveries.values_list("skip", flat=True)) == set(people)
        mailing.refresh_from_db()
        assert mailing.state == Mailing.State.SENT


class TestStops:
    def test_nothing_goes_out_while_it_is_paused(self, judge):
        make_readers(3)
        mailing = begun_mailing()
        Mailing.objects.update(state=Mailing.State.PAUSED)

        send_due()

        assert judge.taken == []
        assert states(mailing) == {"queued": 3}

    def test_it_stops_between_two_messages(self, judge):
        """What was not sent stays with nobody."""
        make_readers(20)
        mailing = begun_mailing()
        stop = threading.Event()
        judge.answer = lambda kind, recipient: stop.set() if len(judge.taken) == 4 else None

        Sender("worker", Pacing()).send_due(stop)

        assert len(judge.taken) == 5
        assert states(mailing) == {"sent": 5, "queued": 15}

    def test_it_pauses_when_more_than_one_in_twenty_fail(self, judge):
        make_readers(60)
        mailing = begun_mailing()
        judge.answer = refusing(lambda recipient: True)

        send_due()

        mailing.refresh_from_db()
        assert mailing.state == Mailing.State.PAUSED
        assert "11 of the last 11 messages have failed" in mailing.reason
        assert "we know your tricks" in mailing.reason
        assert "@" not in mailing.reason
        assert states(mailing) == {"failed": 11, "queued": 49}

    def test_ten_that_fail_are_not_too_many(self, judge):
        make_readers(60)
        mailing = begun_mailing()
        judge.answer = refusing(re.compile(r"reader-\d@").match)

        send_due()

        assert states(mailing) == {"failed": 10, "sent": 50}

    def test_what_failed_before_a_person_resumed_it_does_not_count(self, judge):
        make_readers(60)
        mailing = begun_mailing()
        judge.answer = refusing(lambda recipient: True)
        send_due()

        judge.answer = lambda kind, recipient: None
        controlling.resume(mailing, None)
        send_due()

        assert states(mailing) == {"failed": 11, "sent": 49}


def refusing(is_refused):
    """Answer to some that they get nothing."""

    def answer(kind: str, recipient: str) -> str | None:
        words = f"550 5.7.1 <{recipient}> we know your tricks"
        return words if kind == "RCPT" and is_refused(recipient) else None

    return answer
