"""Letters on their way through a real mail server: each once, whatever happens there."""

import datetime
import threading

import pytest
from django.db import connection as database
from django.utils import timezone

from subscribers import letters, subscriptions
from subscribers.addresses import read_address
from subscribers.connection import Connection, Interrupted
from subscribers.consent import Proof
from subscribers.models import Letter, Subscriber
from tests.builders import make_subscriber

pytestmark = pytest.mark.django_db

Kind, State = Letter.Kind, Letter.State
FORM = Proof("sign-up", "/")
MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(days=1)


def ask(count: int, host="example.org") -> list[str]:
    """Let so many people sign up; give their addresses."""
    addresses = [f"reader{number}@{host}" for number in range(count)]
    for address in addresses:
        subscriptions.ask(read_address(address), FORM)
    return addresses


def queue(kind=Kind.WELCOME, email="ada@example.org", state="active", **fields) -> Letter:
    return letters.queue(kind, make_subscriber(email, state, **fields))


def states() -> dict[str, str]:
    return dict(Letter.objects.values_list("email", "state"))


def make_due() -> None:
    """Let the time pass that letters were put off for."""
    Letter.objects.waiting().update(due_at=timezone.now())


def seconds_until_due(letter: Letter) -> float:
    return (letter.due_at - timezone.now()).total_seconds()


class TestSending:
    def test_a_letter_goes_out_once_and_the_answer_is_kept(self, mail_server):
        letter = queue()

        assert letters.send_due() == 1
        assert letters.send_due() == 0

        [message] = mail_server.messages
        letter.refresh_from_db()
        assert message["To"] == "ada@example.org"
        assert message["Message-ID"] == f"<{letter.uid}@127.0.0.1>"
        assert (letter.state, letter.attempts) == (State.SENT, 1)
        assert letter.reply == "250 OK: queued as 1"
        assert letter.sent_at <= timezone.now()
        assert letter.lease_until is None

    def test_one_connection_serves_them_all_in_the_order_they_came(self, mail_server):
        addresses = ask(12)

        assert letters.send_due() == 12

        assert mail_server.recipients == addresses
        assert mail_server.connections == 1

    def test_a_server_that_hangs_up_after_some_is_asked_again(self, mail_server):
        addresses = ask(10)
        mail_server.patience = 3

        assert letters.send_due() == 10

        assert mail_server.recipients == addresses
        assert mail_server.connections == 4

    def test_what_is_not_due_stays(self, mail_server):
        letter = queue()
        Letter.objects.update(due_at=timezone.now() + MINUTE)

        assert letters.send_due() == 0

        assert mail_server.connections == 0
        letter.refresh_from_db()
        assert (letter.state, letter.attempts) == (State.QUEUED, 0)

    def test_told_to_end_it_finishes_the_one_in_hand(self, mail_server):
        ask(5)

        assert letters.send_due(lambda: len(mail_server.messages) == 2) == 2

        assert sorted(states().values()) == [State.QUEUED] * 3 + [State.SENT] * 2

    def test_it_asks_the_database_four_times_for_each(self, mail_server, django_assert_num_queries):
        ask(3)
        with django_assert_num_queries(2 + 3 * 4):  # what is due, four each, and then nothing is
            letters.send_due()

    def test_a_folder_takes_them_where_there_is_no_server(self, settings, tmp_path):
        settings.EMAIL_BACKEND = "subscribers.outbox.OutboxBackend"
        settings.EMAIL_FILE_PATH = tmp_path / "outbox"
        queue()

        assert letters.send_due() == 1

        [file] = (tmp_path / "outbox").iterdir()
        assert b"\nTo: ada@example.org\n" in file.read_bytes()
        assert set(states().values()) == {State.SENT}


class TestRefused:
    def test_for_good_it_has_failed_and_no_other_with_it(self, mail_server):
        ask(3)
        mail_server.answers["reader1@example.org"] = "550 5.1.1 Nobody here"

        assert letters.send_due() == 2

        failed = Letter.objects.get(email="reader1@example.org")
        assert (failed.state, failed.reply) == (State.FAILED, "550 5.1.1 Nobody here")
        assert mail_server.recipients == ["reader0@example.org", "reader2@example.org"]
        assert mail_server.connections == 1

    def test_for_now_it_is_tried_again_later(self, mail_server):
        ask(3)
        mail_server.answers["reader1@example.org"] = "451 4.7.1 Greylisted"
        letters.send_due()
        put_off = Letter.objects.get(email="reader1@example.org")
        assert (put_off.state, put_off.reply) == (State.QUEUED, "451 4.7.1 Greylisted")
        assert 50 < seconds_until_due(put_off) <= 60

        mail_server.answers.clear()
        assert letters.send_due() == 0
        make_due()
        assert letters.send_due() == 1

        assert sorted(mail_server.recipients) == [f"reader{n}@example.org" for n in range(3)]

    def test_the_pauses_grow_to_an_hour(self, mail_server):
        queue()
        mail_server.answers["ada@example.org"] = "451 4.7.1 Later"
        pauses = []

        for _ in range(9):
            letters.send_due()
            pauses.append(round(seconds_until_due(Letter.objects.get()) / 60))
            make_due()

        assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]

    def test_after_a_week_it_is_given_up(self, mail_server):
        queue()
        Letter.objects.update(created_at=timezone.now() - 8 * DAY)
        mail_server.answers["ada@example.org"] = "451 4.7.1 Later"

        letters.send_due()

        assert Letter.objects.get().state == State.FAILED

    @pytest.mark.parametrize(
        ("answer", "state"), [("554 5.7.1 Spam", State.FAILED), ("452 4.3.1 Full", State.QUEUED)]
    )
    def test_the_content_may_be_refused_too(self, mail_server, answer, state):
        queue()
        mail_server.answers["DATA"] = answer

        letters.send_due()

        assert list(Letter.objects.values_list("state", "reply")) == [(state, answer)]


class TestConnectionAtFault:
    """Before a recipient was named it is about no letter: all are as they were before."""

    @pytest.mark.parametrize(
        "answers",
        [
            {"MAIL": "421 4.3.2 Closing"},
            {"MAIL": "451 4.3.0 Out of order"},
            {"MAIL": "530 5.7.0 Sign in first"},  # our settings, not their addresses
        ],
    )
    def test_what_the_server_says_ends_the_round(self, mail_server, answers):
        ask(3)
        mail_server.answers = answers

        with pytest.raises(Interrupted, match=next(iter(answers.values()))):
            letters.send_due()

        rows = Letter.objects.values_list("state", "attempts", "reply", "lease_until")
        assert set(rows) == {(State.QUEUED, 0, "", None)}
        mail_server.answers = {}
        assert letters.send_due() == 3
        assert len(mail_server.messages) == 3

    def test_nobody_there_ends_the_round(self, mail_server):
        ask(3)
        mail_server.stop()

        with pytest.raises(Interrupted, match="ConnectionRefusedError"):
            letters.send_due()

        assert set(Letter.objects.values_list("state", "attempts")) == {(State.QUEUED, 0)}
        mail_server.start()
        assert letters.send_due() == 3

    def test_a_server_that_goes_in_between_is_found_out(self, mail_server):
        addresses = ask(2)
        with Connection() as connection:
            letters.send_one(letters.next_due()[0], connection)
            mail_server.stop()
            with pytest.raises(Interrupted):
                letters.send_one(letters.next_due()[0], connection)
            mail_server.start()
            letters.send_one(letters.next_due()[0], connection)

        assert mail_server.recipients == addresses


class TestHangingUpOnALetter:
    """Once the recipient was named, the letter may be why, or may have arrived: it is put off."""

    ANSWER = "421 4.7.0 I do not like this one"

    @pytest.mark.parametrize("moment", ["reader0@example.org", "DATA"])
    def test_the_letter_is_put_off_with_what_was_said_and_the_round_ends(self, mail_server, moment):
        ask(3)
        mail_server.answers[moment] = self.ANSWER

        with pytest.raises(Interrupted, match=self.ANSWER):
            letters.send_due()

        first, *others = Letter.objects.order_by("pk")
        assert (first.state, first.attempts, first.reply) == (State.QUEUED, 1, self.ANSWER)
        assert 50 < seconds_until_due(first) <= 60
        assert {(one.attempts, one.reply) for one in others} == {(0, "")}
        mail_server.answers = {}
        assert letters.send_due() == 2

    def test_it_holds_up_no_other(self, mail_server):
        ask(4)
        mail_server.answers["reader0@example.org"] = self.ANSWER

        with pytest.raises(Interrupted):
            letters.send_due()
        assert letters.send_due() == 3

        assert mail_server.recipients == [f"reader{number}@example.org" for number in (1, 2, 3)]

    def test_in_the_middle_of_a_connection_it_is_tried_on_a_new_one_first(self, mail_server):
        """Many servers hang up after some messages, whomever the next one is for."""
        ask(2)
        mail_server.answers["reader1@example.org"] = self.ANSWER

        with pytest.raises(Interrupted):
            letters.send_due()

        put_off = Letter.objects.get(email="reader1@example.org")
        assert (mail_server.connections, put_off.attempts) == (2, 1)

    def test_after_a_week_it_is_given_up(self, mail_server):
        queue()
        Letter.objects.update(created_at=timezone.now() - 8 * DAY)
        mail_server.answers["ada@example.org"] = self.ANSWER

        with pytest.raises(Interrupted):
            letters.send_due()

        assert list(Letter.objects.values_list("state", "reply")) == [(State.FAILED, self.ANSWER)]
        assert letters.send_due() == 0

    def test_hanging_up_before_the_answer_means_once_more_but_later(self, mail_server):
        """It may have arrived or not; with the same Message-ID, mail programs show it once."""
        queue()
        mail_server.cuts = 1

        with pytest.raises(Interrupted):
            letters.send_due()
        assert letters.send_due() == 0
        make_due()
        assert letters.send_due() == 1

        first, second = mail_server.messages
        assert first["Message-ID"] == second["Message-ID"]
        assert Letter.objects.get().attempts == 2


class TestClaiming:
    def test_what_somebody_has_in_hand_nobody_else_gets(self):
        letter = queue()

        assert Letter.objects.claim(letter.pk) == letter
        assert Letter.objects.claim(letter.pk) is None

    def test_a_lease_that_ran_out_is_open_to_all(self):
        letter = queue()
        Letter.objects.claim(letter.pk)
        later = timezone.now() + 6 * MINUTE

        assert letter in Letter.objects.due(later)
        assert Letter.objects.claim(letter.pk, later).attempts == 2
        assert Letter.objects.claim(letter.pk, later) is None

    def test_who_was_too_slow_puts_nothing_back(self):
        letter = queue()
        slow = Letter.objects.claim(letter.pk)
        Letter.objects.claim(letter.pk, timezone.now() + 6 * MINUTE)

        for change in (slow.give_back, lambda: slow.put_off("x"), lambda: slow.mark_failed("x")):
            change()
            letter.refresh_from_db()
            assert (letter.state, letter.attempts, letter.reply) == (State.SENDING, 2, "")

    def test_but_what_went_out_is_sent(self):
        letter = queue()
        slow = Letter.objects.claim(letter.pk)
        other = Letter.objects.claim(letter.pk, timezone.now() + 6 * MINUTE)

        slow.mark_sent("250 OK")
        other.mark_failed("550 No")

        letter.refresh_from_db()
        assert (letter.state, letter.reply) == (State.SENT, "250 OK")


class TestNoLongerTrue:
    """What was queued is read against the person as they are when it is sent."""

    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            (Kind.CONFIRMATION, "pending"),
            (Kind.CONFIRMATION, "bounced"),
            (Kind.REMINDER, "active"),
            (Kind.WELCOME, "active"),
            (Kind.CHANGED, "active"),
            (Kind.CHANGED, "left"),
            (Kind.GOODBYE, "left"),
        ],
    )
    def test_what_is_true_is_sent(self, mail_server, kind, state):
        queue(kind, state=state)

        assert letters.send_due() == 1

    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            (Kind.CONFIRMATION, "active"),
            *((Kind.REMINDER, state) for state in ("pending", "left", "bounced")),
            *((Kind.WELCOME, state) for state in ("pending", "left", "bounced")),
            (Kind.CHANGE, "active"),
            (Kind.GOODBYE, "active"),
        ],
    )
    def test_what_is_not_is_withdrawn(self, mail_server, kind, state):
        queue(kind, state=state)

        assert letters.send_due() == 0

        assert not mail_server.messages
        assert not Letter.objects.exists()

    def test_who_asks_again_after_leaving_is_asked_to_confirm(self, mail_server):
        queue(Kind.CONFIRMATION, state="left", left_at=timezone.now() - DAY)

        assert letters.send_due() == 1

    def test_who_has_left_since_asking_is_not(self, mail_server):
        queue(Kind.CONFIRMATION, state="left", left_at=timezone.now() + MINUTE)

        assert letters.send_due() == 0

    def test_an_address_that_was_asked_for_before_another_gets_no_link(self, mail_server):
        """It would let the owner of the former one confirm the newer one."""
        person = make_subscriber()
        subscriptions.ask_for_change(person, read_address("first@example.org"), FORM)
        subscriptions.ask_for_change(person, read_address("second@example.org"), FORM)

        letters.send_due()

        assert mail_server.recipients == ["second@example.org"]

    def test_a_welcome_does_not_go_to_a_former_address(self, mail_server):
        queue(Kind.WELCOME)
        Subscriber.objects.update(email="new@example.org", key="new@example.org")

        assert letters.send_due() == 0


class TestUnwritable:
    def test_one_letter_that_cannot_be_written_stops_no_other(self, mail_server, caplog):
        addresses = ask(3)
        Letter.objects.filter(email=addresses[0]).update(kind="strange")
        Subscriber.objects.filter(email=addresses[0]).update(
            state="active", confirmed_at=timezone.now()
        )

        for _ in range(2):
            letters.send_due()
            make_due()

        assert mail_server.recipients == addresses[1:]
        letter = Letter.objects.get(email=addresses[0])
        assert (letter.state, letter.attempts) == (State.QUEUED, 2)
        assert letter.reply == "It could not be written: TemplateDoesNotExist"
        [line] = caplog.records
        assert str(letter.uid) in line.getMessage()
        assert "@" not in line.getMessage()


class TestAddressesBeyondAscii:
    def test_a_server_that_takes_them_gets_them_as_they_are(self, mail_server):
        queue(email="josé@example.org")

        assert letters.send_due() == 1

        assert mail_server.recipients == ["josé@example.org"]
        assert "\r\nTo: josé@example.org\r\n".encode() in mail_server.raw[0]

    def test_one_that_does_not_fails_only_those(self, mail_server):
        mail_server.takes_smtputf8 = False
        queue(email="josé@example.org")
        queue(email="ada@example.org")

        assert letters.send_due() == 1

        assert states() == {"josé@example.org": State.FAILED, "ada@example.org": State.SENT}

    def test_domains_go_out_as_dns_knows_them(self, mail_server):
        subscriptions.ask(read_address("ada@bücher.example"), FORM)

        letters.send_due()

        assert mail_server.recipients == ["ada@xn--bcher-kva.example"]


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def elsewhere(self, do) -> None:
        """Do something as another process would: on a connection of its own."""
        try:
            do()
        finally:
            database.close()

    def test_several_workers_send_each_letter_once(self, mail_server):
        addresses = ask(40)
        workers = [
            threading.Thread(target=self.elsewhere, args=[letters.send_due]) for _ in range(4)
        ]

        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert sorted(mail_server.recipients) == sorted(addresses)
        assert set(states().values()) == {State.SENT}

    def test_no_transaction_lasts_while_the_server_talks(self, mail_server):
        seen = []
        mail_server.meanwhile = lambda: self.elsewhere(
            lambda: seen.extend(Letter.objects.values_list("state", "attempts"))
        )
        queue()

        letters.send_due()

        assert seen == [(State.SENDING, 1)]

    def test_somebody_who_is_erased_meanwhile_is_no_error(self, mail_server):
        person = queue().subscriber
        mail_server.meanwhile = lambda: self.elsewhere(lambda: subscriptions.erase(person))

        assert letters.send_due() == 1

        assert not Letter.objects.exists()

    def test_who_leaves_meanwhile_gets_nothing_after_that(self, mail_server):
        first, second = queue(Kind.REMINDER), letters.queue(Kind.WELCOME, Subscriber.objects.get())
        mail_server.meanwhile = lambda: self.elsewhere(
            lambda: subscriptions.leave(first.subscriber, FORM)
        )

        letters.send_due()

        assert len(mail_server.messages) == 1
        assert not Letter.objects.filter(pk=second.pk).exists()
