"""A mail server that is down while people sign up: nothing is lost, and nothing comes twice."""

import logging

import pytest

from subscribers import subscriptions
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.rounds import Round, send_letters
from tests.mail_server import links_in

pytestmark = pytest.mark.django_db

ADDRESSES = [f"reader{number}@example.org" for number in range(100)]


@pytest.fixture
def worker(stop):
    return Round(send_letters, stop)


def sign_up(addresses) -> None:
    for address in addresses:
        subscriptions.ask(read_address(address), Proof("sign-up", "/"))


def test_all_confirmations_arrive_afterwards_once(mail_server, worker, caplog):
    sign_up(ADDRESSES[:10])
    worker.once()
    mail_server.stop()
    pauses = []
    for first in range(10, 100, 15):
        sign_up(ADDRESSES[first : first + 15])
        pauses.append(worker.once())

    mail_server.start()
    for _ in range(3):
        pauses.append(worker.once())

    assert sorted(mail_server.recipients) == sorted(ADDRESSES)
    assert len({message["Message-ID"] for message in mail_server.messages}) == 100
    assert all(len(links_in(message, "/confirm/")) == 1 for message in mail_server.messages)
    assert pauses == [5, 10, 20, 40, 60, 60, 2, 2, 2]
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) == 2
    assert said[0].startswith("No mail goes out for now. ConnectionRefusedError")
    assert "@" not in "".join(said)


def test_a_server_that_goes_down_in_the_middle_gets_the_rest_later(mail_server, worker):
    sign_up(ADDRESSES)
    mail_server.patience = 7
    stopping = iter([False] * 42 + [True])

    def go_down_once():
        if next(stopping, False):
            mail_server.answers["MAIL"] = "421 4.3.2 Going down"

    mail_server.meanwhile = go_down_once
    worker.once()
    assert len(mail_server.messages) < 100
    mail_server.answers.clear()
    worker.once()

    assert sorted(mail_server.recipients) == sorted(ADDRESSES)
