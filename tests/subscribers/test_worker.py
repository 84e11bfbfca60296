"""The worker: letters every few seconds, upkeep once a day, and a quick end."""

import datetime
import threading
import time

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from issues import search
from issues.models import Section
from subscribers import letters, limits, subscriptions, upkeep
from subscribers.addresses import read_address
from subscribers.connection import Interrupted
from subscribers.consent import Proof
from subscribers.models import Letter, Limit, Subscriber, Worker
from subscribers.rounds import DAY, SOON, Round, keep_up
from tests.builders import (
    install_rows,
    make_issue,
    make_mailing,
    make_section,
    make_subscriber,
)
from tests.judge import slow
from tests.subscribers.mailings import begun_mailing, make_readers, states
from tests.web_process import production
from tests.worker_process import PATIENCE, at_work, seconds_to_end, wait_until

pytestmark = pytest.mark.django_db

GRACE = 10  # seconds that the worker has to end


class TestOnce:
    def test_mends_what_is_derived(self):
        section = make_section(make_issue(1), "Tip", body="word")
        Section.objects.update(render_version=0, body_text="")
        search.remove([section.pk])

        call_command("worker", "--once")

        assert search.check() == (set(), set(), set())
        assert Section.objects.get().body_text == "word"

    def test_sends_letters_and_forgets_who_never_confirmed(self, mail_server):
        long_ago = timezone.now() - datetime.timedelta(days=31)
        make_subscriber("old@example.org", "pending", asked_at=long_ago)
        subscriptions.ask(read_address("new@example.org"), Proof("sign-up", "/"))
        Session.objects.create(session_key="old", expire_date=long_ago)
        limits.take("old", limits.Rule(1, datetime.timedelta(days=1)), long_ago)

        call_command("worker", "--once")

        assert mail_server.recipients == ["new@example.org"]
        assert Subscriber.objects.get().email == "new@example.org"
        assert not Session.objects.exists()
        assert not Limit.objects.filter(name="old").exists()

    def test_does_the_rest_when_no_mail_goes_out(self, mail_server, caplog):
        letters.queue(Letter.Kind.WELCOME, make_subscriber())
        long_ago = timezone.now() - datetime.timedelta(days=31)
        make_subscriber("old@example.org", "pending", asked_at=long_ago)
        mail_server.stop()

        call_command("worker", "--once")

        assert Subscriber.objects.get().letters.waiting().exists()
        assert "No mail goes out for now" in caplog.text


class TestSignOfLife:
    def test_where_none_can_be_given_nothing_is_sent(self, mail_server):
        """Nobody knows then whether the database was put back from a backup."""
        make_subscriber()
        make_mailing()

        def refuse(execute, sql, params, many, context):
            if "subscribers_installation" in sql:
                raise OperationalError("for the log")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(refuse):
            call_command("worker", "--once")
        assert mail_server.recipients == []

        call_command("worker", "--once")
        assert mail_server.recipients == ["ada@example.org"]


class TestLettersInFiles:
    @pytest.fixture
    def outbox(self, settings, tmp_path):
        settings.EMAIL_BACKEND = "subscribers.outbox.OutboxBackend"
        settings.EMAIL_FILE_PATH = tmp_path / "outbox"
        return settings.EMAIL_FILE_PATH

    def test_a_site_that_people_read_is_told(self, outbox, settings, caplog):
        settings.IS_LOCAL = False

        call_command("worker", "--once")

        words = f"Letters go to files in {outbox}, and to nobody. EMAIL_URL sends them."
        assert caplog.messages == [words]

    def test_one_at_home_is_not(self, outbox, settings, caplog):
        settings.IS_LOCAL = True

        call_command("worker", "--once")

        assert caplog.messages == []

    def test_nor_one_that_sends_them(self, mail_server, settings, caplog):
        settings.IS_LOCAL = False

        call_command("worker", "--once")

        assert caplog.messages == []


class TestUpkeep:
    def test_a_part_that_fails_stops_no_other_and_is_named(self, caplog):
        done = []

        def break_down():
            raise RuntimeError("for the log")

        def go_on():
            done.append("went on")

        assert not upkeep.do_all((break_down, go_on))

        assert done == ["went on"]
        [line] = caplog.records
        assert line.getMessage() == "The daily work “break_down” failed."

    def test_it_ends_between_two_parts(self, stop):
        done = []

        upkeep.do_all((lambda: (done.append(1), stop.set()), lambda: done.append(2)), stop.is_set)

        assert done == [1]

    def test_it_is_due_again_after_a_day_or_soon_after_a_failure(self, stop):
        assert keep_up(stop) == DAY

        stop.set()
        assert keep_up(stop) == SOON


class TestRound:
    @pytest.mark.parametrize("trouble", [RuntimeError("for the log"), Interrupted("gone")])
    def test_nothing_that_goes_wrong_ends_it(self, stop, trouble, caplog):
        answers = [trouble, trouble, trouble, None, trouble]

        def do(stop):
            if error := answers.pop(0):
                raise error
            return 7

        one = Round(do, stop)

        assert [one.once() for _ in range(5)] == [5, 10, 20, 7, 5]
        assert "The worker's round “do” is well again." in caplog.messages

    def test_a_pause_is_never_longer_than_a_minute(self, stop):
        def do(stop):
            raise Interrupted("gone")

        one = Round(do, stop)

        assert max(one.once() for _ in range(40)) == 60


@pytest.mark.django_db(transaction=True)
class TestProcess:
    @pytest.fixture
    def environment(self, tmp_path, mail_server):
        return production(tmp_path, settings.SECRET_KEY) | mail_server.environment

    def test_it_looks_for_letters_every_few_seconds_and_ends_when_told(
        self, environment, mail_server
    ):
        with at_work(environment) as worker:
            assert "The worker is at work." in worker.stderr.readline()
            for number in (1, 2):
                subscriptions.ask(read_address(f"r{number}@example.org"), Proof("sign-up", "/"))
                wait_until(lambda number=number: len(mail_server.messages) == number)

            assert seconds_to_end(worker) < GRACE

            assert worker.returncode == 0
            assert "Traceback" not in worker.stderr.read()
        assert set(Letter.objects.values_list("state", flat=True)) == {Letter.State.SENT}

    def test_it_finishes_the_letter_in_hand(self, environment, mail_server):
        for number in range(5):
            subscriptions.ask(read_address(f"r{number}@example.org"), Proof("sign-up", "/"))
        has_come = threading.Event()
        mail_server.meanwhile = lambda: (has_come.set(), time.sleep(2))

        with at_work(environment) as worker:
            assert has_come.wait(PATIENCE)
            assert seconds_to_end(worker) < GRACE

        assert len(mail_server.messages) == 1
        assert Letter.objects.filter(state=Letter.State.SENT).count() == 1
        assert Letter.objects.filter(state=Letter.State.QUEUED, attempts=0).count() == 4

    def test_a_server_that_never_answers_does_not_keep_it(self, environment, mail_server):
        """The letter is somebody else's when the lease has run out."""
        letters.queue(Letter.Kind.WELCOME, make_subscriber())
        has_come, is_over = threading.Event(), threading.Event()
        mail_server.meanwhile = lambda: (has_come.set(), is_over.wait(PATIENCE))

        with at_work(environment) as worker:
            assert has_come.wait(PATIENCE)
            seconds = seconds_to_end(worker)
            is_over.set()

            assert seconds < GRACE
            assert worker.returncode == 0
        assert Letter.objects.get().state == Letter.State.SENDING
        assert Letter.objects.due(timezone.now() + datetime.timedelta(minutes=6)).exists()

    def test_a_database_that_takes_nothing_does_not_keep_it(self, environment):
        with at_work(environment) as worker:
            assert "The worker is at work." in worker.stderr.readline()
            with transaction.atomic():
                assert len(Worker.objects.select_for_update()) == 1

                assert seconds_to_end(worker) < GRACE

            assert worker.returncode == 0

    @pytest.mark.parametrize("rate", ["0", "0.1"])
    def test_four_senders_finish_the_messages_in_hand(self, environment, judge, rate):
        """Or do not wait any more for the turn that the rate gives them."""
        install_rows()
        make_readers(40)
        mailing = begun_mailing()
        judge.answer = slow(0.5)
        settings = {"EMAIL_URL": judge.url, "SENDERS": "4", "RATE": rate}

        with at_work(environment | settings) as worker:
            wait_until(lambda: judge.taken)
            assert seconds_to_end(worker) < GRACE

            assert worker.returncode == 0
        sent = mailing.deliveries.filter(state="sent").count()
        assert sent == len(judge.taken) == len(judge.counts)
        assert states(mailing) == {"sent": sent, "queued": 40 - sent}
