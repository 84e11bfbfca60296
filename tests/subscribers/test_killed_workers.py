"""Workers that are killed in the middle: nobody is missed, and hardly anybody hears twice.

The judge is a mail server that syncs a line for each message before it takes it. Marking a row as
sent before the server has said so ("commit before 250") loses somebody here.
"""

import os
import random
import signal
import time

import pytest
from django.conf import settings

from subscribers.delivery import totals
from subscribers.models import Mailing
from tests.builders import install_rows
from tests.subscribers.mailings import begun_mailing, duplicates, make_readers
from tests.web_process import production
from tests.worker_process import at_work, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, KILLS, SENDERS = 5000, 20, 2


@pytest.fixture
def environment(tmp_path, judge):
    quick = {"EMAIL_TIMEOUT": "1", "RETRY_AFTER": "1", "SENDERS": str(SENDERS)}
    return production(tmp_path, settings.SECRET_KEY) | {"EMAIL_URL": judge.url, **quick}


def test_killed_at_twenty_moments_nobody_is_missed(environment, judge):
    install_rows()
    addresses = make_readers(PEOPLE)
    mailing = begun_mailing()
    moments = random.Random(7)

    for turn in range(1, KILLS + 1):
        with at_work(environment) as worker:
            target = turn * PEOPLE // (KILLS + 2)
            wait_until(lambda target=target: len(judge.taken) >= target, patience=60)
            time.sleep(moments.random() / 10)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
    with at_work(environment):
        wait_until(lambda: is_over(mailing), patience=120)

    assert set(judge.counts) == set(addresses)
    assert duplicates(judge) <= KILLS * SENDERS
    assert totals.of(mailing).counts == {"sent": len(judge.counts)}


def is_over(mailing: Mailing) -> bool:
    time.sleep(0.2)
    return Mailing.objects.get(pk=mailing.pk).state == Mailing.State.SENT
