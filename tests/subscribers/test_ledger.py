"""The ledger: who takes a row has it alone, and what became of it is written once."""

import datetime
import threading

import pytest
from django.db import connections
from django.utils import timezone

from issues.models import SectionType
from subscribers import subscriptions
from subscribers.consent import Proof
from subscribers.delivery import ledger
from subscribers.delivery.ledger import Job, Outcome, settle, settle_and_claim
from subscribers.models import Delivery, Mailing, Subscriber
from tests.builders import install_rows, make_delivery, make_mailing, make_subscriber
from tests.subscribers.mailings import begun_mailing, let_time_pass, make_readers, states

pytestmark = pytest.mark.django_db

State, Skip = Delivery.State, Delivery.Skip
DAY = datetime.timedelta(days=1)


@pytest.fixture
def mailing():
    return make_mailing(state="sending", started_at=timezone.now(), listed_at=timezone.now())


def claim(mailing: Mailing, worker: str = "one") -> Job | None:
    return settle_and_claim(None, mailing.pk, worker)


def row_of(job: Job) -> Delivery:
    return Delivery.objects.get(pk=job.row.pk)


class TestClaim:
    def test_it_gives_the_row_and_the_person_as_they_are(self, mailing):
        person = make_subscriber("ada@example.org")
        person.unwanted_types.add(*SectionType.objects.all()[:2])
        delivery = make_delivery(mailing, person)

        job = claim(mailing)

        assert (job.row.pk, job.row.uid) == (delivery.pk, delivery.uid)
        assert (job.person.uid, job.person.email) == (person.uid, "ada@example.org")
        assert job.person.unwanted == {one.pk for one in SectionType.objects.all()[:2]}
        delivery.refresh_from_db()
        assert (delivery.state, delivery.worker, delivery.attempts) == (State.SENDING, "one", 1)
        assert (delivery.due_at, delivery.first_at) == (job.row.lease, job.row.first_at)

    def test_nobody_takes_it_as_well(self, mailing):
        make_delivery(mailing)

        assert claim(mailing)
        assert claim(mailing, "two") is None

    def test_who_has_waited_longest_comes_first(self, mailing):
        now = timezone.now()
        late = make_delivery(mailing, due_at=now)
        early = make_delivery(mailing, state="deferred", due_at=now - DAY)

        assert [claim(mailing).row.pk, claim(mailing).row.pk] == [early.pk, late.pk]

    def test_what_is_not_due_stays(self, mailing):
        make_delivery(mailing, state="deferred", due_at=timezone.now() + DAY)

        assert claim(mailing) is None

    @pytest.mark.parametrize("state", ["approved", "starting", "paused", "sent", "cancelled"])
    def test_a_mailing_that_does_not_go_out_gives_nothing(self, mailing, state):
        make_delivery(mailing)
        Mailing.objects.update(state=state)

        assert claim(mailing) is None

    def test_nor_does_that_of_another_issue(self, mailing):
        make_delivery(mailing)

        assert settle_and_claim(None, mailing.pk + 1, "one") is None


class TestPeople:
    """Who gets nothing is found out when their row is taken, as they are at that moment."""

    def skipped(self, mailing: Mailing) -> str:
        assert claim(mailing) is None
        delivery = mailing.deliveries.get()
        assert (delivery.state, delivery.due_at) == (State.SKIPPED, None)
        assert delivery.ended_at
        return delivery.skip

    def test_who_has_left(self, mailing):
        person = make_subscriber()
        make_delivery(mailing, person)
        subscriptions.leave(person, Proof("one-click"))

        assert self.skipped(mailing) == Skip.LEFT

    def test_who_was_erased(self, mailing):
        person = make_subscriber()
        make_delivery(mailing, person)
        subscriptions.erase(person)

        assert self.skipped(mailing) == Skip.ERASED

    def test_who_cannot_be_reached(self, mailing):
        make_delivery(mailing, make_subscriber(state="bounced"))

        assert self.skipped(mailing) == Skip.UNREACHABLE

    def test_whose_letters_rest(self, mailing):
        make_delivery(mailing, make_subscriber(paused_until=timezone.now() + DAY))

        assert self.skipped(mailing) == Skip.RESTING

    def test_whose_letters_rest_no_longer_gets_it(self, mailing):
        make_delivery(mailing, make_subscriber(paused_until=timezone.now() - DAY))

        assert claim(mailing)

    def test_who_chose_nothing_of_it(self, mailing):
        person = make_subscriber()
        person.unwanted_types.add(*SectionType.objects.all())
        make_delivery(mailing, person)

        job = settle_and_claim(None, mailing.pk, "one", lambda unwanted: not unwanted)

        assert job is None
        assert mailing.deliveries.get().skip == Skip.NOTHING_CHOSEN

    def test_who_has_another_address_now_gets_it_there(self, mailing):
        person = make_subscriber("old@example.org")
        make_delivery(mailing, person)
        person.email = "new@example.org"
        person.save()

        assert claim(mailing).person.email == "new@example.org"

    def test_they_hold_up_nobody_however_many_they_are(self):
        *_others, last = make_readers(2 * ledger.AT_ONCE + 1)
        mailing = begun_mailing()
        others = Subscriber.objects.exclude(email=last)
        others.update(state="left", left_at=timezone.now())

        assert claim(mailing).person.email == last
        assert mailing.deliveries.filter(skip=Skip.LEFT).count() == 2 * ledger.AT_ONCE


class TestSettling:
    def test_what_was_sent_is_over(self, mailing):
        make_delivery(mailing)
        job = claim(mailing)

        settle(Outcome(job.row, State.SENT, "250 taken", code=250))

        row = row_of(job)
        assert (row.state, row.reply, row.code, row.due_at) == (State.SENT, "250 taken", 250, None)
        assert row.ended_at

    def test_it_is_written_with_the_next_claim(self, mailing):
        make_delivery(mailing)
        make_delivery(mailing)
        first = claim(mailing)

        second = settle_and_claim(Outcome(first.row, State.SENT), mailing.pk, "one")

        assert row_of(first).state == State.SENT
        assert row_of(second).state == State.SENDING

    def test_what_was_put_off_comes_again(self, mailing):
        make_delivery(mailing)
        job = claim(mailing)
        later = timezone.now() + DAY

        settle(Outcome(job.row, State.DEFERRED, "451 later", code=451, due_at=later))

        row = row_of(job)
        assert (row.state, row.due_at, row.attempts, row.ended_at) == ("deferred", later, 1, None)
        let_time_pass()
        again = claim(mailing)
        assert (again.row.attempts, again.row.lost) == (2, 0)
        assert again.row.first_at == job.row.first_at

    def test_what_nobody_has_tried_counts_as_no_attempt(self, mailing):
        """Nor does its day of patience begin: that is counted from the first attempt."""
        make_delivery(mailing)
        job = claim(mailing)

        settle(Outcome(job.row, State.QUEUED, due_at=timezone.now(), was_no_attempt=True))

        row = row_of(job)
        assert (row.state, row.attempts, row.first_at) == (State.QUEUED, 0, None)

    def test_an_attempt_that_was_made_before_stays_the_first(self, mailing):
        make_delivery(mailing)
        job = claim(mailing)
        settle(Outcome(job.row, State.DEFERRED, "451 later", due_at=timezone.now()))
        again = claim(mailing)

        settle(Outcome(again.row, State.QUEUED, due_at=timezone.now(), was_no_attempt=True))

        row = row_of(job)
        assert (row.attempts, row.first_at) == (1, job.row.first_at)


class TestLeases:
    def test_a_row_whose_lease_ran_out_goes_out_again_as_the_same_message(self, mailing):
        make_delivery(mailing)
        lost = claim(mailing)
        let_time_pass()

        found = claim(mailing, "two")

        assert (found.row.pk, found.row.uid) == (lost.row.pk, lost.row.uid)
        assert (found.row.first_at, found.row.lost) == (lost.row.first_at, 1)
        assert row_of(found).worker == "two"

    def test_three_times_then_it_is_held_for_a_person(self, mailing):
        make_delivery(mailing)
        for lost in range(ledger.MOST_LOST + 1):
            assert claim(mailing).row.lost == lost
            let_time_pass()

        assert claim(mailing) is None

        row = mailing.deliveries.get()
        assert (row.state, row.due_at) == (State.HELD, None)
        assert "did not come back" in row.reply

    @pytest.mark.parametrize("state", [State.DEFERRED, State.QUEUED, State.FAILED])
    def test_who_had_it_before_overwrites_nothing(self, mailing, state):
        make_delivery(mailing)
        stale = claim(mailing)
        let_time_pass()
        found = claim(mailing, "two")
        due_at = timezone.now() if state in Delivery.OPEN else None

        settle(Outcome(stale.row, state, "too late", due_at=due_at))

        row = row_of(found)
        assert (row.state, row.worker, row.due_at) == (State.SENDING, "two", found.row.lease)

    def test_but_that_a_server_took_it_is_true_all_the_same(self, mailing):
        make_delivery(mailing)
        stale = claim(mailing)
        let_time_pass()
        found = claim(mailing, "two")

        settle(Outcome(stale.row, State.SENT, "250 taken"))
        settle(Outcome(found.row, State.DEFERRED, "451 later", due_at=timezone.now()))

        assert row_of(found).state == State.SENT

    def test_the_first_answer_stays(self, mailing):
        make_delivery(mailing)
        stale = claim(mailing)
        let_time_pass()
        found = claim(mailing, "two")
        settle(Outcome(found.row, State.SENT, "250 second"))

        settle(Outcome(stale.row, State.SENT, "250 first"))

        assert row_of(found).reply == "250 second"

    def test_it_lasts_longer_than_a_slow_mail_server(self, mailing, settings):
        settings.EMAIL_TIMEOUT = 60
        make_delivery(mailing)

        job = claim(mailing)

        assert job.row.lease - job.row.first_at == datetime.timedelta(minutes=10)


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    def test_each_row_is_taken_once(self):
        install_rows()
        make_readers(200)
        mailing = begun_mailing()
        taken, start = [], threading.Barrier(4)

        def work(name: str) -> None:
            start.wait()
            while job := claim(mailing, name):
                taken.append(job.row.pk)
                settle(Outcome(job.row, State.SENT))
            connections.close_all()

        threads = [threading.Thread(target=work, args=[f"worker-{n}"]) for n in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        assert len(taken) == len(set(taken)) == 200
        assert states(mailing) == {"sent": 200}
