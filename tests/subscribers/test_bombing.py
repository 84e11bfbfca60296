"""Nobody's mailbox is filled by means of our form."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.db.models import Count
from django.test import Client

from subscribers.models import Letter, Limit
from tests.subscribers.signing_up import post

pytestmark = pytest.mark.django_db(transaction=True)

POSTS, ADDRESSES, NETWORKS, THREADS = 1000, 50, 200, 20


def test_a_thousand_sign_ups_from_many_networks_send_each_address_one_letter(settings):
    chance = random.Random(6)
    sign_ups = [
        (f"victim{number % ADDRESSES}@example.org", f"192.0.2.{number % NETWORKS}")
        for number in range(POSTS)
    ]
    chance.shuffle(sign_ups)

    statuses = at_once(sign_ups)

    assert len(statuses) == POSTS
    assert set(statuses) <= {200, 429}
    per_address = Letter.objects.values("email").annotate(letters=Count("pk"))
    assert {one["letters"] for one in per_address} == {1}
    assert len(per_address) == ADDRESSES


def test_one_network_cannot_ask_many_addresses(settings):
    settings.SIGN_UPS_PER_NETWORK = 7

    statuses = at_once([(f"victim{number}@example.org", "192.0.2.1") for number in range(100)])

    assert (statuses.count(200), statuses.count(429)) == (7, 93)
    assert Letter.objects.count() == 7
    assert Limit.objects.filter(name__startswith="sign-ups:").get().count == 7


def at_once(sign_ups: list[tuple[str, str]]) -> list[int]:
    """Send addresses from networks, each thread its share as fast as it can; give the statuses."""

    def send(share: list[tuple[str, str]]) -> list[int]:
        try:
            client = Client()
            return [post(client, email, REMOTE_ADDR=net).status_code for email, net in share]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as threads:
        shares = threads.map(send, [sign_ups[start::THREADS] for start in range(THREADS)])
        return [status for share in shares for status in share]
