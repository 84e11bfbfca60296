"""The sign of life of a worker, and what it tells with it."""

import pytest

from subscribers.connection import Interrupted
from subscribers.delivery.heart import Heart
from subscribers.delivery.pacing import Pacing
from subscribers.models import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def heart():
    return Heart(Pacing())


def fail(heart: Heart, words: str) -> None:
    with pytest.raises(Interrupted), heart.minding():
        raise Interrupted(words)


def test_it_tells_why_nothing_can_be_sent_and_since_when(heart):
    fail(heart, "Nobody answers.")
    heart.beat()
    first = Worker.objects.get()
    fail(heart, "Still nobody.")
    heart.beat()

    assert (first.trouble, first.trouble_at is None) == ("Nobody answers.", False)
    last = Worker.objects.get()
    assert (last.trouble, last.trouble_at) == ("Still nobody.", first.trouble_at)
    assert Worker.objects.in_trouble().get() == last


def test_it_tells_no_more_of_it_when_something_was_sent(heart):
    fail(heart, "Nobody answers.")
    with heart.minding():
        pass
    heart.beat()

    assert (Worker.objects.get().trouble, Worker.objects.get().trouble_at) == ("", None)


def test_whoever_ends_is_not_waited_for(heart):
    heart.beat()
    heart.stop()

    assert not Worker.objects.exists()


def test_workers_of_one_name_and_number_on_two_machines_are_two(heart):
    heart.beat()
    other = Heart(Pacing())
    other.beat()

    assert other.pacing.workers == 2
