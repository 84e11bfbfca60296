"""Troubles while a mailing goes out: none of them loses somebody, or mails anybody twice."""

import datetime
import threading

import pytest
from django.core.mail.backends import smtp
from django.db import OperationalError, connection
from django.utils import timezone

from subscribers.connection import Interrupted
from subscribers.delivery.pacing import Pacing
from subscribers.delivery.sending import Sender
from subscribers.models import Delivery, Mailing
from tests.builders import make_delivery, make_mailing, make_subscriber
from tests.judge import every
from tests.subscribers.mailings import (
    assert_each_once,
    begun_mailing,
    let_time_pass,
    make_readers,
    states,
)

pytestmark = pytest.mark.django_db

State = Delivery.State
DAY = datetime.timedelta(days=1)


@pytest.fixture
def sender():
    return Sender("worker", Pacing())


def send(sender: Sender) -> None:
    sender.send_due(threading.Event())


class Locked:
    """A database that takes nothing from when the mail server has a message."""

    def __init__(self, judge):
        self.has_message = False
        judge.answer = self.hear

    def hear(self, kind: str, recipient: str) -> None:
        self.has_message = self.has_message or kind == "END"

    def __call__(self, execute, sql, params, many, context):
        if self.has_message:
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)


class TestBrokenDatabase:
    def test_what_a_server_took_is_written_as_soon_as_it_can_be(self, sender, judge):
        """Else everybody whose message goes out while it is locked would get two."""
        addresses = make_readers(3)
        mailing = begun_mailing()
        with connection.execute_wrapper(Locked(judge)), pytest.raises(OperationalError):
            send(sender)
        let_time_pass()

        send(sender)

        assert_each_once(judge, addresses)
        assert states(mailing) == {"sent": 3}

    def test_even_when_nothing_is_being_sent_any_more(self, sender, judge):
        make_readers(1)
        mailing = begun_mailing()
        with connection.execute_wrapper(Locked(judge)), pytest.raises(OperationalError):
            send(sender)
        Mailing.objects.update(state=Mailing.State.PAUSED)

        send(sender)

        assert states(mailing) == {"sent": 1}


POISONED = b"To: reader-1@"


class Poisoned(smtp.EmailBackend):
    """A way to the mail server on which one message breaks something of ours."""

    connection_class = property(lambda self: Breaking)


class Breaking(smtp.smtplib.SMTP):
    def send(self, words):
        if isinstance(words, bytes) and POISONED in words:
            raise LookupError(words.decode())
        super().send(words)


class TestPoison:
    def test_a_message_that_breaks_something_waits_and_stops_no_other(
        self, sender, judge, settings, caplog
    ):
        settings.EMAIL_BACKEND = "tests.subscribers.test_troubles.Poisoned"
        make_readers(4)
        mailing = begun_mailing()

        send(sender)

        assert sorted(judge.counts) == [f"reader-{n}@example.org" for n in (0, 2, 3)]
        row = mailing.deliveries.get(subscriber__email="reader-1@example.org")
        assert (row.state, row.attempts) == (State.DEFERRED, 1)
        assert "LookupError" in row.reply
        assert "reader-1" not in caplog.text


class TestPatience:
    def later(self, since: datetime.timedelta) -> Delivery:
        first_at = timezone.now() - since
        return make_delivery(make_mailing(state="sending"), first_at=first_at)

    def test_who_is_refused_for_a_day_has_failed(self, sender, judge):
        delivery = self.later(DAY + datetime.timedelta(minutes=1))
        judge.answer = lambda kind, recipient: "451 later" if kind == "RCPT" else None

        send(sender)

        delivery.refresh_from_db()
        assert (delivery.state, delivery.code) == (State.FAILED, 451)

    def test_each_pause_is_twice_as_long_up_to_an_hour(self, sender, judge):
        delivery = self.later(datetime.timedelta(hours=1))
        judge.answer = lambda kind, recipient: "451 later" if kind == "RCPT" else None
        pauses = []

        for _turn in range(8):
            let_time_pass()
            before = timezone.now()
            send(sender)
            delivery.refresh_from_db()
            pauses.append(round((delivery.due_at - before).total_seconds() / 60))

        assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]

    def test_it_does_not_begin_while_a_domain_has_had_enough(self, sender, judge, settings):
        """A large domain takes more than a day at a slow rate."""
        settings.RATE_PER_DOMAIN = 1
        for number in range(2):
            make_subscriber(f"reader-{number}@example.org")
        mailing = begun_mailing()
        sender = Sender("worker", Pacing())

        send(sender)

        waiting = mailing.deliveries.get(state=State.QUEUED)
        assert (waiting.first_at, waiting.attempts) == (None, 0)

    def test_nor_while_no_server_listens(self, sender, settings):
        make_readers(1)
        mailing = begun_mailing()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

        with pytest.raises(Interrupted):
            send(sender)

        assert mailing.deliveries.get().first_at is None


class TestFailing:
    def test_a_mailing_of_which_too_many_fail_pauses_itself(self, sender, judge):
        make_readers(400)
        mailing = begun_mailing()
        judge.answer = every(10, "550 5.7.1 nothing from you, ada@example.org", "RCPT")

        send(sender)

        mailing.refresh_from_db()
        assert mailing.state == Mailing.State.PAUSED
        assert mailing.reason == (
            "11 of the last 101 messages have failed. "
            "The mail server said: 550 5.7.1 nothing from you, …"
        )
        assert states(mailing) == {"sent": 99, "failed": 11, "queued": 290}

    def test_fewer_stop_nothing(self, sender, judge):
        make_readers(400)
        mailing = begun_mailing()
        judge.answer = every(20, "550 5.7.1 nothing from you", "RCPT")

        send(sender)

        mailing.refresh_from_db()
        assert mailing.state == Mailing.State.SENT
        assert states(mailing) == {"sent": 380, "failed": 20}


class TestEnding:
    def test_nobody_waits_for_a_turn_any_more(self, judge, settings):
        settings.RATE = 0.01
        make_readers(5)
        mailing = begun_mailing()
        stop = threading.Event()
        sender = Sender("worker", Pacing())
        threading.Timer(1, stop.set).start()

        sender.send_due(stop)

        assert states(mailing) == {"sent": 1, "queued": 4}
