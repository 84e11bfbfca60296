"""A mailing in the making, and what must hold when it is over."""

import datetime

from django.utils import timezone

from subscribers.delivery import starting
from subscribers.models import Delivery, Mailing, Subscriber
from tests.builders import make_mailing
from tests.judge import Judge

State = Delivery.State


def make_readers(count: int) -> list[str]:
    """Make many active people; give their addresses."""
    addresses = [f"reader-{number}@example.org" for number in range(count)]
    now = timezone.now()
    Subscriber.objects.bulk_create(
        Subscriber(email=one, key=one, state="active", confirmed_at=now) for one in addresses
    )
    return addresses


def begun_mailing(**fields) -> Mailing:
    """Make a mailing that is being sent, in which everybody has a row."""
    mailing = make_mailing(state=Mailing.State.STARTING, started_at=timezone.now(), **fields)
    while starting.list_people(mailing.pk):
        pass
    mailing.refresh_from_db()
    return mailing


def let_time_pass() -> None:
    """Let leases run out, and what was put off be due."""
    a_moment_ago = timezone.now() - datetime.timedelta(seconds=1)
    Delivery.objects.open().update(due_at=a_moment_ago)


def states(mailing: Mailing) -> dict[str, int]:
    """Give how many rows are in each state."""
    found = {}
    for state in mailing.deliveries.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def assert_each_once(judge: Judge, addresses: list[str]) -> None:
    """Hold everybody to have got one message, each with an id of its own."""
    assert judge.counts == dict.fromkeys(addresses, 1)
    assert len({one.message_id for one in judge.taken}) == len(addresses)


def duplicates(judge: Judge) -> int:
    """Say how many messages came once more than once; each with the id that it had."""
    assert len(judge.counts) == len({one.message_id for one in judge.taken})
    return len(judge.taken) - len(judge.counts)
