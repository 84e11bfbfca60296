"""Joining, choosing, leaving: states, the events that prove them, and the letters."""

import pytest

from subscribers import subscriptions
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.models import Letter, Subscriber, Suppression

pytestmark = pytest.mark.django_db

State = Subscriber.State
ADA = read_address("Ada@Example.org")
FORM = Proof("sign-up", "/issues/1/", words="One letter a week.")


def test_a_new_address_is_asked_to_confirm():
    subscriptions.ask(ADA, FORM)

    ada = Subscriber.objects.get()
    assert (ada.email, ada.key, ada.state) == ("Ada@example.org", "ada@example.org", State.PENDING)
    assert [(one.kind, one.email) for one in Letter.objects.all()] == [
        (Letter.Kind.CONFIRMATION, "Ada@example.org")
    ]
    assert [(one.kind, one.words) for one in ada.events.all()] == [("asked", FORM.words)]


def test_asking_again_at_once_sends_nothing():
    subscriptions.ask(ADA, FORM)
    subscriptions.ask(ADA, FORM)

    assert Letter.objects.count() == 1


def test_who_is_erased_leaves_only_a_hash():
    subscriptions.ask(ADA, FORM)
    ada = Subscriber.objects.get()
    subscriptions.confirm(ada, FORM)

    subscriptions.erase(ada)

    assert not Subscriber.objects.exists()
    assert not Letter.objects.exists()
    assert Suppression.objects.of(ADA).get().reason == "erased"
