"""The beginning of a mailing: at its time, once, and everybody has one row."""

import datetime
import threading

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from subscribers.delivery import starting
from subscribers.models import Delivery, Mailing, Subscriber
from tests.builders import install_rows, make_mailing, make_ready_issue, make_subscriber
from tests.subscribers.mailings import make_readers

pytestmark = pytest.mark.django_db

State = Mailing.State
HOUR = datetime.timedelta(hours=1)
PEOPLE, CHUNK = 25, 10


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch):
    monkeypatch.setattr(starting, "AT_ONCE", CHUNK)


def begin(mailing: Mailing, **options) -> Mailing:
    starting.begin_due(**options)
    mailing.refresh_from_db()
    return mailing


def listed(mailing: Mailing) -> list[str]:
    """Give the addresses of those who have a row, once for each row."""
    return sorted(mailing.deliveries.values_list("subscriber__email", flat=True))


class TestTime:
    def test_it_begins_when_its_time_has_come(self):
        make_readers(PEOPLE)
        mailing = make_mailing(scheduled_for=timezone.now() + HOUR)
        assert begin(mailing).state == State.APPROVED

        at = mailing.scheduled_for
        begin(mailing, at=at)

        assert (mailing.state, mailing.started_at) == (State.SENDING, at)
        assert mailing.listed_at is not None

    @pytest.mark.parametrize("state", ["paused", "sending", "sent", "cancelled"])
    def test_no_other_does(self, state):
        make_readers(PEOPLE)
        mailing = make_mailing(state=state)

        assert begin(mailing).state == state
        assert listed(mailing) == []

    def test_one_that_is_too_late_waits_for_a_person(self, settings):
        settings.SEND_WITHIN = 2
        make_readers(PEOPLE)
        mailing = make_mailing(scheduled_for=timezone.now() - 3 * HOUR)

        begin(mailing)

        assert (mailing.state, mailing.started_at) == (State.PAUSED, None)
        assert "nothing could begin it within 2 hours" in mailing.reason
        assert listed(mailing) == []

    @pytest.mark.parametrize("published", [None, HOUR], ids=["draft", "later"])
    def test_one_whose_issue_is_not_public_waits_for_a_person(self, published):
        make_readers(PEOPLE)
        mailing = make_mailing(make_ready_issue(published=published))

        begin(mailing)

        assert (mailing.state, mailing.started_at) == (State.PAUSED, None)
        assert mailing.reason == "The issue is not public, so that its links would lead nowhere."
        assert listed(mailing) == []

    def test_one_that_was_approved_for_another_time_meanwhile_waits_for_that(self):
        mailing = make_mailing()
        as_it_was = Mailing.objects.get()
        Mailing.objects.update(scheduled_for=timezone.now() + HOUR)

        starting.begin(as_it_was, timezone.now())

        mailing.refresh_from_db()
        assert mailing.state == State.APPROVED

    def test_one_that_was_discarded_meanwhile_is_no_trouble(self):
        mailing = make_mailing()
        Mailing.objects.all().delete()

        starting.begin(mailing, timezone.now())

        assert not Mailing.objects.exists()


class TestPeople:
    def test_everybody_on_the_list_has_a_row_that_is_due(self):
        addresses = make_readers(PEOPLE)
        mailing = begin(make_mailing())

        assert listed(mailing) == sorted(addresses)
        assert (
            mailing.deliveries.filter(state="queued", due_at__lte=timezone.now()).count() == PEOPLE
        )

    def test_nobody_else_has(self):
        for state in ("pending", "left", "bounced"):
            make_subscriber(f"{state}@example.org", state)

        assert listed(begin(make_mailing())) == []

    @pytest.mark.parametrize("people", [0, CHUNK, 2 * CHUNK])
    def test_a_last_chunk_that_is_full_or_empty_ends_it_too(self, people):
        make_readers(people)

        mailing = begin(make_mailing())

        assert mailing.state == State.SENDING
        assert len(listed(mailing)) == people

    def test_who_is_listed_again_keeps_the_row(self):
        """Ablation: without the unique row (mailing, subscriber) everybody has two here."""
        addresses = make_readers(PEOPLE)
        mailing = begin(make_mailing())
        rows = set(mailing.deliveries.values_list("uid", flat=True))
        Mailing.objects.update(state=State.STARTING, listed_to=0)

        begin(mailing)

        assert listed(mailing) == sorted(addresses)
        assert set(mailing.deliveries.values_list("uid", flat=True)) == rows

    def test_one_that_is_cancelled_meanwhile_lists_nobody_more(self):
        make_readers(PEOPLE)
        mailing = make_mailing(state=State.STARTING)
        assert starting.list_people(mailing.pk)
        Mailing.objects.update(state=State.CANCELLED)

        assert not starting.list_people(mailing.pk)
        assert len(listed(mailing)) == CHUNK

    def test_the_worker_may_be_told_to_end_between_two_chunks(self):
        addresses = make_readers(PEOPLE)
        mailing = make_mailing()
        answers = iter([False, True])

        begin(mailing, is_ending=lambda: next(answers))
        assert (mailing.state, len(listed(mailing))) == (State.STARTING, CHUNK)

        begin(mailing)
        assert (mailing.state, listed(mailing)) == (State.SENDING, sorted(addresses))


class TestCrash:
    @pytest.mark.parametrize("table", ["subscribers_delivery", "subscribers_mailing"])
    def test_a_chunk_is_listed_whole_or_not_at_all(self, table):
        """Whichever of both is not written: the rows, or how far they go."""
        addresses = make_readers(PEOPLE)
        mailing = make_mailing(state=State.STARTING)
        assert starting.list_people(mailing.pk)

        def refuse(execute, sql, params, many, context):
            if f'INTO "{table}"' in sql or f'UPDATE "{table}"' in sql:
                raise OperationalError("for the test")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
            starting.list_people(mailing.pk)
        assert len(listed(mailing)) == CHUNK

        begin(mailing)
        assert listed(mailing) == sorted(addresses)
        assert Delivery.objects.count() == PEOPLE


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_workers_that_list_at_once_make_one_row_each(self):
        install_rows()
        addresses = make_readers(200)
        mailing = make_mailing()
        start = threading.Barrier(3)

        def work() -> None:
            start.wait()
            starting.begin_due()
            connections.close_all()

        threads = [threading.Thread(target=work) for _worker in range(3)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        mailing.refresh_from_db()
        assert mailing.state == State.SENDING
        assert listed(mailing) == sorted(addresses)

    def test_who_is_erased_meanwhile_holds_up_nobody(self):
        """PostgreSQL does not keep that chunk: the next look lists the others."""
        install_rows()
        make_readers(PEOPLE)
        mailing = make_mailing(state=State.STARTING)
        first = Subscriber.objects.order_by("pk").first()

        def erase(execute, sql, params, many, context):
            if 'INTO "subscribers_delivery"' in sql and eraser.ident is None:
                eraser.start()
                eraser.join(1)  # on SQLite it waits for us
            return execute(sql, params, many, context)

        def do_erase() -> None:
            Subscriber.objects.filter(pk=first.pk).delete()
            connections.close_all()

        eraser = threading.Thread(target=do_erase)
        with connection.execute_wrapper(erase):
            starting.list_all(mailing.pk)
        eraser.join()

        begin(mailing)
        assert mailing.state == State.SENDING
        assert mailing.deliveries.filter(subscriber__isnull=False).count() == PEOPLE - 1
