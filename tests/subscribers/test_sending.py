"""Sending a mailing: everybody once, each message written down before the next."""

import pytest
from django.core.management import call_command

from subscribers.models import Delivery, Mailing
from tests.builders import make_mailing, make_subscriber

pytestmark = pytest.mark.django_db

State = Delivery.State


class TestMailing:
    def test_reaches_everybody_once(self, mail_server):
        for number in range(5):
            make_subscriber(f"reader-{number}@example.org")
        mailing = make_mailing()

        call_command("worker", "--once")

        assert sorted(mail_server.recipients) == [f"reader-{n}@example.org" for n in range(5)]
        assert [one.state for one in mailing.deliveries.all()] == [State.SENT] * 5
        mailing.refresh_from_db()
        assert mailing.state == Mailing.State.SENT
