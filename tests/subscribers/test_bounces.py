"""What follows from a report about a person: stopping at once, after five, or for ever."""

import datetime
import itertools
import threading

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from subscribers import letters, subscriptions
from subscribers.addresses import read_address
from subscribers.bounces.noting import LONGEST_DETAIL, LONGEST_EVENT, note
from subscribers.consent import Proof
from subscribers.models import Bounce, ConsentEvent, Delivery, Letter, Subscriber, Suppression
from tests.builders import make_delivery, make_mailing, make_ready_issue, make_subscriber

pytestmark = pytest.mark.django_db

Kind, State = Bounce.Kind, Subscriber.State
HARD, SOFT, COMPLAINT = Kind.HARD, Kind.SOFT, Kind.COMPLAINT
ADA = read_address("ada@example.org")
NEW = read_address("ada@new.example")
WEEK = datetime.timedelta(weeks=1)
FORM = Proof("sign-up", "/")
events = (f"event-{number}" for number in itertools.count())
numbers = itertools.count(1000)


def tell(person: Subscriber, kind=HARD, event="", **facts) -> bool:
    return note(person, kind, Bounce.Source.REPORT, event or next(events), **facts)


def was_sent(person: Subscriber, at=None, **facts) -> Delivery:
    """Give the row of a mailing of its own that went out to a person at that moment."""
    at = at or timezone.now()
    mailing = make_mailing(make_ready_issue(next(numbers), published=-30 * WEEK))
    facts = {"state": Delivery.State.SENT, "first_at": at, "ended_at": at, **facts}
    return make_delivery(mailing, person, **facts)


def state_of(person: Subscriber) -> str:
    person.refresh_from_db()
    return person.state


def kinds_of(person: Subscriber) -> list[str]:
    return list(person.events.values_list("kind", flat=True))


@pytest.fixture
def ada() -> Subscriber:
    return make_subscriber(ADA.email, confirmed_at=timezone.now() - 50 * WEEK)


class TestNoting:
    def test_keeps_what_was_said(self, ada):
        row = was_sent(ada)
        at = timezone.now()

        assert tell(ada, SOFT, status="5.2.2", detail="Over quota", message=row, at=at)

        bounce = Bounce.objects.get()
        assert (bounce.subscriber, bounce.delivery, bounce.at) == (ada, row, at)
        assert (bounce.status, bounce.detail) == ("5.2.2", "Over quota")

    def test_counts_a_report_once(self, ada):
        assert [tell(ada, event="same") for _turn in range(2)] == [True, False]
        assert kinds_of(ada) == [ConsentEvent.Kind.BOUNCED]

    def test_tells_long_names_of_reports_apart(self, ada):
        long = "x" * 500

        assert [tell(ada, SOFT, event=long + end) for end in ("a", "b", "b")] == [True, True, False]
        assert all(len(one.event) <= LONGEST_EVENT for one in Bounce.objects.all())

    def test_takes_any_text(self, ada):
        nonsense = "\x00\ud800" + "x" * 5000

        assert tell(ada, event=nonsense, status=nonsense, detail=nonsense)
        assert len(Bounce.objects.get().detail) == LONGEST_DETAIL

    def test_keeps_nothing_if_what_follows_fails(self, ada, monkeypatch):
        def broken(*args, **options):
            raise RuntimeError("on purpose")

        monkeypatch.setattr(letters, "withdraw", broken)

        with pytest.raises(RuntimeError, match="on purpose"):
            tell(ada)

        assert not Bounce.objects.exists()
        assert state_of(ada) == State.ACTIVE

    def test_of_somebody_erased_does_nothing(self, ada):
        subscriptions.erase(Subscriber.objects.get())

        assert not tell(ada)

    @pytest.mark.parametrize("kind", Kind)
    def test_never_writes_to_anybody(self, ada, kind, settings):
        settings.GOODBYE_LETTER = True

        tell(ada, kind)

        assert not Letter.objects.exists()
        assert mail.outbox == []


class TestHard:
    def test_stops_the_mail_at_once_and_says_why(self, ada):
        letters.queue(Letter.Kind.WELCOME, ada)

        tell(ada, HARD, status="5.1.1")

        assert state_of(ada) == State.BOUNCED
        event = ada.events.get()
        assert (event.kind, event.form) == (ConsentEvent.Kind.BOUNCED, "report")
        assert event.detail == {"bounce": "hard", "status": "5.1.1"}
        assert not ada.letters.exists()

    @pytest.mark.parametrize("state", [State.PENDING, State.LEFT, State.BOUNCED])
    def test_leaves_who_gets_no_mailing_as_they_are(self, state):
        person = make_subscriber(state=state)

        assert tell(person, HARD)

        assert state_of(person) == state
        assert not person.events.exists()

    def test_locks_nobody_out(self, ada):
        tell(ada, HARD)

        assert not Suppression.objects.exists()
        assert subscriptions.ask(ADA, FORM)
        ada.refresh_from_db()
        assert subscriptions.confirm(ada, FORM)
        assert state_of(ada) == State.ACTIVE

    def test_that_comes_late_does_not_stop_who_has_confirmed_since(self, ada):
        row = was_sent(ada, timezone.now() - WEEK)
        tell(ada, HARD)
        subscriptions.ask(ADA, FORM)
        ada.refresh_from_db()
        subscriptions.confirm(ada, FORM)

        assert not tell(ada, HARD, message=row)

        assert state_of(ada) == State.ACTIVE

    def test_lets_the_letter_to_a_new_address_go(self, ada):
        subscriptions.ask_for_change(ada, NEW, FORM)

        tell(ada, HARD)

        assert ada.letters.waiting().get().kind == Letter.Kind.CHANGE
        ada.refresh_from_db()
        assert subscriptions.change(ada, FORM)
        assert (state_of(ada), ada.email) == (State.ACTIVE, NEW.email)


class TestAddressesThatChanged:
    @pytest.fixture
    def moved(self, ada) -> Subscriber:
        subscriptions.ask_for_change(ada, NEW, FORM)
        ada.refresh_from_db()
        subscriptions.change(ada, FORM)
        ada.refresh_from_db()
        return ada

    @pytest.mark.parametrize("kind", Kind)
    def test_a_report_about_the_former_one_changes_nothing(self, moved, kind):
        row = was_sent(moved, timezone.now() - WEEK)

        assert not tell(moved, kind, message=row)

        assert state_of(moved) == State.ACTIVE
        assert not Suppression.objects.blocks(NEW)

    def test_a_report_about_the_new_one_counts(self, moved):
        assert tell(moved, HARD, message=was_sent(moved))

        assert state_of(moved) == State.BOUNCED

    def test_so_does_one_about_a_message_in_hand(self, moved):
        row = was_sent(moved, state=Delivery.State.SENDING, ended_at=None, due_at=timezone.now())

        assert tell(moved, HARD, message=row)

        assert state_of(moved) == State.BOUNCED

    def test_a_letter_to_the_former_one_that_comes_back_changes_nothing(self, moved):
        letter = moved.letters.get(kind=Letter.Kind.CHANGED)

        assert not tell(moved, HARD, message=letter)

        assert state_of(moved) == State.ACTIVE

    def test_nor_does_one_to_a_new_one_that_was_mistyped(self, ada):
        subscriptions.ask_for_change(ada, NEW, FORM)
        letter = ada.letters.get(kind=Letter.Kind.CHANGE)

        assert not tell(ada, HARD, message=letter)

        assert state_of(ada) == State.ACTIVE


class TestSoft:
    def fail(self, ada, weeks_ago: int) -> None:
        row = was_sent(ada, timezone.now() - weeks_ago * WEEK)
        tell(ada, SOFT, status="5.2.2", message=row)

    def test_five_in_a_row_stop_the_mail(self, ada):
        states = []
        for weeks_ago in (5, 4, 3, 2, 1):
            self.fail(ada, weeks_ago)
            states.append(state_of(ada))

        assert states == [*[State.ACTIVE] * 4, State.BOUNCED]
        assert ada.events.get().detail == {"bounce": "soft", "status": "5.2.2"}

    def test_one_that_arrives_begins_the_count_anew(self, ada):
        for weeks_ago in (9, 8, 7, 6):
            self.fail(ada, weeks_ago)
        was_sent(ada, timezone.now() - 5 * WEEK)
        for weeks_ago in (4, 3, 2, 1):
            self.fail(ada, weeks_ago)

        assert state_of(ada) == State.ACTIVE

    def test_five_reports_about_one_message_are_one(self, ada):
        row = was_sent(ada)

        for _turn in range(5):
            tell(ada, SOFT, message=row)

        assert state_of(ada) == State.ACTIVE

    def test_what_was_refused_at_once_counts_as_well(self, ada):
        for weeks_ago in (5, 4, 3, 2):
            at = timezone.now() - weeks_ago * WEEK
            was_sent(ada, at, state=Delivery.State.FAILED, code=552, reply="552 Mailbox full")
        self.fail(ada, 1)

        assert state_of(ada) == State.BOUNCED

    def test_what_failed_by_our_own_fault_does_not(self, ada):
        for weeks_ago in (5, 4, 3, 2):
            at = timezone.now() - weeks_ago * WEEK
            was_sent(ada, at, state=Delivery.State.FAILED, code=501, reply="501 Syntax error")
        self.fail(ada, 1)

        assert state_of(ada) == State.ACTIVE

    def test_what_they_were_left_out_of_does_not_matter(self, ada):
        for weeks_ago in (6, 5, 4, 3):
            self.fail(ada, weeks_ago)
        was_sent(ada, timezone.now() - 2 * WEEK, state=Delivery.State.SKIPPED)
        self.fail(ada, 1)

        assert state_of(ada) == State.BOUNCED

    def test_who_has_confirmed_anew_begins_anew(self, ada):
        for weeks_ago in (6, 5, 4, 3, 2):
            self.fail(ada, weeks_ago)
        Subscriber.objects.update(state=State.ACTIVE, confirmed_at=timezone.now() - 1.5 * WEEK)

        self.fail(ada, 1)

        assert state_of(ada) == State.ACTIVE

    def test_asks_the_database_as_often_with_many_mailings_as_with_few(
        self, ada, django_assert_max_num_queries
    ):
        rows = [was_sent(ada, timezone.now() - number * WEEK) for number in range(1, 20)]

        with django_assert_max_num_queries(10):
            tell(ada, SOFT, message=rows[0])


class TestComplaint:
    def test_takes_the_person_off_the_list_for_ever(self, ada):
        tell(ada, COMPLAINT)

        assert state_of(ada) == State.LEFT
        assert kinds_of(ada) == [ConsentEvent.Kind.COMPLAINED]
        assert Suppression.objects.get().reason == Suppression.Reason.COMPLAINED
        assert not subscriptions.ask(ADA, FORM)
        assert not subscriptions.come_back(ada, FORM)

    def test_suppresses_who_has_left_before_as_well(self):
        person = make_subscriber(ADA.email, "left")

        assert tell(person, COMPLAINT)

        assert Suppression.objects.blocks(ADA)
        assert not person.events.exists()

    def test_counts_of_an_older_letter_as_well(self, ada):
        row = was_sent(ada, timezone.now() - WEEK)
        Subscriber.objects.update(confirmed_at=timezone.now())

        assert tell(ada, COMPLAINT, message=row)

        assert state_of(ada) == State.LEFT


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_a_report_that_comes_twice_counts_once(self):
        person, found = make_subscriber(ADA.email), []

        def hear():
            try:
                with transaction.atomic():
                    found.append(tell(person, event="same"))
            finally:
                connection.close()

        threads = [threading.Thread(target=hear) for _turn in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        assert sorted(found) == [False, False, False, True]
        assert kinds_of(person) == [ConsentEvent.Kind.BOUNCED]
