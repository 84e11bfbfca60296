"""Mail servers at their worst: every other recipient gets it once, and each answer has its effect.

What belongs to the connection (421, silence, a cut) fails nobody; 4xx waits; 5xx ends one row.
"""

import re
import threading
from contextlib import suppress

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscribers.connection import Interrupted
from subscribers.delivery.pacing import Pacing
from subscribers.delivery.sending import Sender
from subscribers.models import Mailing
from tests.judge import Judge, every
from tests.subscribers.mailings import (
    assert_each_once,
    begun_mailing,
    duplicates,
    let_time_pass,
    make_readers,
    states,
)

pytestmark = pytest.mark.django_db

PEOPLE = 200


@pytest.fixture(params=[True, False], ids=["at once", "in turn"])
def judge(judge, request, settings):
    """The server takes several commands at once, or one after the other."""
    judge.takes_several = request.param
    settings.EMAIL_TIMEOUT = 0.3
    return judge


def send_all(mailing: Mailing, rounds: int = 60) -> None:
    """Let a worker look again and again, and time pass meanwhile."""
    sender = Sender("worker", Pacing())
    for _turn in range(rounds):
        with suppress(Interrupted):
            sender.send_due(threading.Event())
        mailing.refresh_from_db()
        if mailing.state == Mailing.State.SENT:
            return
        let_time_pass()
    raise AssertionError(f"It never ends: {states(mailing)}")


def some(number: int) -> str:
    return rf"reader-\d*{number}@"  # one in ten, or in a hundred


class TestAnswers:
    @pytest.mark.parametrize("kind", ["MAIL", "RCPT", "DATA", "END"])
    def test_421_now_and_then_is_of_the_connection(self, judge, kind):
        addresses = make_readers(PEOPLE)
        mailing = begun_mailing()
        judge.answer = every(40, "421 too many", kind)

        send_all(mailing)

        assert_each_once(judge, addresses)

    @pytest.mark.parametrize("kind", ["RCPT", "DATA", "END"])
    def test_451_waits_and_550_fails_once(self, judge, kind):
        """One in a hundred each: two people are refused for now, and two for good."""
        addresses = make_readers(PEOPLE)
        mailing = begun_mailing()
        tried = []

        def answer(which, recipient):
            if which != kind:
                return None
            tried.append(recipient)
            if re.search(some(11), recipient) and tried.count(recipient) == 1:
                return "451 later"
            return "550 5.1.1 nobody here" if re.search(some(22), recipient) else None

        judge.answer = answer

        send_all(mailing)

        gone = [one for one in addresses if re.search(some(22), one)]
        late = [one for one in addresses if re.search(some(11), one)]
        assert len(gone) == len(late) == 2
        assert_each_once(judge, [one for one in addresses if one not in gone])
        assert states(mailing) == {"sent": PEOPLE - 2, "failed": 2}
        assert [tried.count(one) for one in gone] == [1, 1]
        assert [tried.count(one) for one in late] == [2, 2]
        failed = mailing.deliveries.filter(state="failed")
        assert set(failed.values_list("code", flat=True)) == {550}

    def test_a_sender_who_is_refused_is_everybodys_trouble(self, judge):
        make_readers(3)
        mailing = begun_mailing()
        judge.answer = lambda kind, recipient: "550 not you" if kind == "MAIL" else None

        call_command("worker", "--once")

        assert states(mailing) == {"queued": 3}


class TestConnections:
    def test_a_server_that_is_down_costs_nobody_anything(self, settings):
        make_readers(3)
        mailing = begun_mailing()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # where nobody listens

        call_command("worker", "--once")

        assert states(mailing) == {"queued": 3}
        assert set(mailing.deliveries.values_list("attempts", flat=True)) == {0}

    def test_one_that_refuses_connections_is_asked_again(self, judge):
        addresses = make_readers(20)
        mailing = begun_mailing()
        refused = iter(["554 no", "421 not now", Judge.CUT, Judge.HANG])
        judge.answer = lambda kind, recipient: next(refused, None) if kind == "CONNECT" else None

        send_all(mailing)

        assert_each_once(judge, addresses)

    @pytest.mark.parametrize("kind", ["MAIL", "RCPT", "DATA", "END"])
    @pytest.mark.parametrize("fault", [Judge.CUT, Judge.HANG])
    def test_silence_and_cuts_lose_nobody(self, judge, kind, fault):
        addresses = make_readers(30)
        mailing = begun_mailing()
        judge.answer = every(10, fault, kind)

        send_all(mailing)

        assert_each_once(judge, addresses)

    def test_what_was_taken_without_a_word_comes_twice_with_one_id(self, judge):
        """No client can know that it was taken (RFC 1047)."""
        addresses = make_readers(30)
        mailing = begun_mailing()
        judge.answer = every(10, Judge.TAKE_AND_CUT, "END")

        send_all(mailing)

        assert set(judge.counts) == set(addresses)
        assert 1 <= duplicates(judge) <= 3

    def test_many_messages_share_one_connection(self, judge, settings):
        settings.MESSAGES_PER_CONNECTION = 50
        make_readers(PEOPLE)
        mailing = begun_mailing()

        send_all(mailing)

        assert judge.connections == PEOPLE / 50

    def test_three_statements_for_each_message(self, judge):
        make_readers(PEOPLE)
        mailing = begun_mailing()

        with CaptureQueriesContext(connection) as asked:
            send_all(mailing)

        statements = [one for one in asked if "subscribers_delivery" in one["sql"]]
        people = [one for one in asked if "FROM subscribers_subscriber" in one["sql"]]
        assert len(statements) + len(people) < 3 * PEOPLE + 20
