"""Several workers on one mailing: each message goes out once, whoever sends it."""

from contextlib import ExitStack

import pytest
from django.conf import settings

from subscribers.models import Delivery
from tests.builders import install_rows, make_mailing
from tests.subscribers.mailings import assert_each_once, make_readers, states
from tests.subscribers.test_killed_workers import is_over
from tests.web_process import production
from tests.worker_process import at_work, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS, PEOPLE = 4, 2000


def test_four_workers_send_each_message_once(tmp_path, judge):
    """They also begin it together, and each lists everybody whom the others have not."""
    install_rows()
    addresses = make_readers(PEOPLE)
    mailing = make_mailing()
    environment = production(tmp_path, settings.SECRET_KEY) | {"EMAIL_URL": judge.url}

    with ExitStack() as workers:
        for _turn in range(WORKERS):
            workers.enter_context(at_work(environment))
        wait_until(lambda: is_over(mailing), patience=90)

    assert_each_once(judge, addresses)
    assert states(mailing) == {"sent": PEOPLE}
    assert Delivery.objects.values("worker").distinct().count() > 1
