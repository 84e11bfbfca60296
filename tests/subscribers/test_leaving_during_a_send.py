"""Who leaves while a mailing goes out: after the answer, nothing more is written to them."""

import pytest
from django.conf import settings
from django.test import Client

from subscribers.models import Delivery, Subscriber
from subscribers.tokens import Purpose
from tests.builders import install_rows
from tests.judge import slow
from tests.personal_pages import link
from tests.subscribers.mailings import begun_mailing, make_readers
from tests.subscribers.test_killed_workers import is_over
from tests.web_process import production
from tests.worker_process import at_work, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, LEAVING = 600, 40


def test_nobody_is_mailed_after_the_answer(tmp_path, judge):
    """But for the message that was in hand at that moment."""
    install_rows()
    make_readers(PEOPLE)
    mailing = begun_mailing()
    judge.answer = slow(0.001)
    environment = production(tmp_path, settings.SECRET_KEY) | {"EMAIL_URL": judge.url}
    left, in_hand = {}, set()

    with at_work(environment):
        wait_until(lambda: len(judge.taken) > 20)
        # From behind: the worker is on its way to them.
        for person in Subscriber.objects.order_by("-pk")[:LEAVING]:
            Client().post(link(Purpose.LEAVE, person), {"List-Unsubscribe": "One-Click"})
            if mailing.deliveries.get(subscriber=person).state == Delivery.State.SENDING:
                in_hand.add(person.email)
            left[person.email] = len(judge.taken)
        wait_until(lambda: is_over(mailing), patience=60)

    places = {one.recipient: place for place, one in enumerate(judge.taken)}
    late = {one for one, place in left.items() if places.get(one, -1) >= place}
    assert late <= in_hand
    skipped = mailing.deliveries.filter(state=Delivery.State.SKIPPED, skip=Delivery.Skip.LEFT)
    assert skipped.count() >= LEAVING - len(in_hand) - sum(one in places for one in left)
    assert skipped.count() > 0
    assert len(judge.taken) + skipped.count() == PEOPLE
