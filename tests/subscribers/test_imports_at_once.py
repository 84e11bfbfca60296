"""Two imports at the same time, of the same people in another order."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection
from django.utils import timezone

from subscribers.exchange import importing
from subscribers.exchange.deciding import Mode, Plan
from subscribers.exchange.report import Report
from subscribers.exchange.table import Table
from subscribers.models import ConsentEvent, Subscriber
from tests.builders import make_subscriber

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESSES = [f"reader{number}@example.org" for number in range(8 * importing.CHUNK)]
SECONDS_TO_MEET = 0.5  # where both can: SQLite lets only one write


WRITING_PEOPLE = ('INSERT INTO "subscribers_subscriber" ', 'UPDATE "subscribers_subscriber" ')


class Meeting:
    """Lets two imports write people at the same moment, chunk by chunk."""

    def __init__(self):
        self.barrier = threading.Barrier(2)

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(WRITING_PEOPLE):
            with suppress(threading.BrokenBarrierError):
                self.barrier.wait(SECONDS_TO_MEET)
        return execute(sql, params, many, context)


def imported(addresses: list[str], mode: str, meeting: Meeting) -> Report:
    """Import as another process would: on a connection of its own."""
    now = timezone.now()
    plan = Plan(Mode(mode), "Moved, double opt-in", "people.csv", consent_at=now, by=None, at=now)
    lines = ["email,state,name", *(f"{address},active,New" for address in addresses)]
    report = Report()
    try:
        with connection.execute_wrapper(meeting):
            for step in importing.run(Table("\n".join(lines).encode()), plan):
                report.add(step)
    finally:
        connection.close()
    return report


@pytest.mark.parametrize("mode", ["add", "restore"])
def test_each_of_them_adds_whom_the_other_has_not(mode):
    # Each chunk of the one is a chunk of the other, backwards.
    size, meeting = importing.CHUNK, Meeting()
    chunks = [ADDRESSES[start : start + size] for start in range(0, len(ADDRESSES), size)]
    backwards = [address for chunk in chunks for address in reversed(chunk)]

    with ThreadPoolExecutor(2) as threads:
        both = threads.map(lambda one: imported(one, mode, meeting), (ADDRESSES, backwards))
        reports = list(both)

    assert sum(one.counts["added"] for one in reports) == len(ADDRESSES)
    assert Subscriber.objects.active().count() == ConsentEvent.objects.count() == len(ADDRESSES)


def test_whom_both_know_is_changed_by_both():
    some = ADDRESSES[: importing.CHUNK]
    for address in some:
        make_subscriber(address)
    meeting = Meeting()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda one: imported(one, "update", meeting), (some, some[::-1])))

    assert set(Subscriber.objects.values_list("name", flat=True)) == {"New"}
