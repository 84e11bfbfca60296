"""A worker that ends at its n-th step, for n = 1, 2, 3 … until it lives: nobody is ever missed.

Writing "sent" before the mail server has said so ("commit before 250") turns this red: it loses
somebody where the worker ends in between.
"""

import itertools
import subprocess
import sys

import pytest
from django.conf import settings

from subscribers.models import Delivery, Mailing
from tests.builders import install_rows, make_mailing
from tests.dying_worker import DIED
from tests.subscribers.mailings import duplicates, let_time_pass, make_readers, states
from tests.web_process import production

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 2


@pytest.fixture
def worker(tmp_path, judge):
    """Ask for a worker that ends at a step; it answers how it ended, and what it knew."""
    environment = production(tmp_path, settings.SECRET_KEY) | {"EMAIL_URL": judge.url}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.dying_worker"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def lives_until(step: int) -> tuple[int, str]:
        print(step, file=process.stdin, flush=True)
        status, knew = process.stdout.readline().split()
        return int(status), knew

    yield lives_until
    process.stdin.close()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("takes_several", [True, False], ids=["at once", "in turn"])
def test_wherever_it_ends_nobody_is_missed(worker, judge, takes_several):
    """Somebody hears twice only if it ends between the final dot and the commit."""
    install_rows()
    addresses = make_readers(PEOPLE)
    mailing = make_mailing()
    judge.takes_several = takes_several
    ends_with_duplicates = 0

    for step in itertools.count(1):
        begin_anew(mailing, judge)
        status, knew = worker(step)
        assert status in (0, DIED)
        let_time_pass()
        assert worker(0)[0] == 0

        assert set(judge.counts) == set(addresses), f"Somebody is missed after step {step}."
        assert states(mailing) == {"sent": PEOPLE}
        if extra := duplicates(judge):
            assert (extra, knew) == (1, "taken"), f"Step {step}"
            ends_with_duplicates += 1
        if status == 0:
            break

    assert step > 50
    assert ends_with_duplicates >= PEOPLE


def begin_anew(mailing: Mailing, judge) -> None:
    judge.record.write_text("")
    Delivery.objects.all().delete()
    fields = {"state": "approved", "listed_to": 0, "listed_at": None, "ended_at": None}
    Mailing.objects.filter(pk=mailing.pk).update(**fields)
