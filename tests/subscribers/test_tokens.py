"""Signed links: who may do what with them, and until when."""

import datetime
import itertools
import random
import string

import pytest
from django.utils import timezone

from subscribers import subscriptions, tokens
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.models import Subscriber
from subscribers.tokens import LIFETIME, Purpose
from tests.builders import make_subscriber

pytestmark = pytest.mark.django_db

EXPIRING = (Purpose.CONFIRM, Purpose.CHANGE)
LASTING = (Purpose.CHOOSE, Purpose.LEAVE)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def ada():
    return make_subscriber(new_email="ada@new.example.org")


@pytest.mark.parametrize("purpose", Purpose)
class TestEveryToken:
    def test_names_the_person(self, ada, purpose):
        make_subscriber("bob@example.org")

        assert tokens.read(purpose, tokens.make(purpose, ada)) == ada

    def test_serves_one_purpose(self, ada, purpose):
        token = tokens.make(purpose, ada)

        opens = [one for one in Purpose if tokens.read(one, token)]

        assert opens == [purpose]

    def test_fits_into_an_address_as_it_is(self, ada, purpose):
        token = tokens.make(purpose, ada)

        assert set(token) <= set(string.ascii_letters + string.digits + "-_.")
        assert len(token) < 100

    def test_tells_neither_address_nor_number(self, ada, purpose):
        ada.pk, ada.email = 123456789, "someone@example.org"

        assert tokens.make(purpose, ada) == tokens.make(purpose, Subscriber.objects.get())

    def test_is_nothing_once_the_person_is_erased(self, ada, purpose):
        token = tokens.make(purpose, ada)

        subscriptions.erase(ada)

        assert tokens.read(purpose, token) is None

    def test_of_a_former_secret_key_holds_while_that_is_named(self, ada, purpose, settings):
        token = tokens.make(purpose, ada)

        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
        assert tokens.read(purpose, token) == ada

        settings.SECRET_KEY_FALLBACKS = []
        assert tokens.read(purpose, token) is None

    @pytest.mark.parametrize(
        "token", ["", ".", "a.b", "\x00", "é.é", "\ud800", "=" * 70, "A" * 22 + ".", "x" * 100_000]
    )
    def test_nonsense_is_none(self, purpose, token):
        assert tokens.read(purpose, token) is None


class TestTime:
    @pytest.mark.parametrize("purpose", EXPIRING)
    def test_what_has_to_be_confirmed_is_so_within_seven_days(self, ada, purpose):
        at = timezone.now()
        token = tokens.make(purpose, ada, at)

        assert tokens.read(purpose, token, at + LIFETIME - SECOND) == ada
        assert tokens.read(purpose, token, at + LIFETIME + SECOND) is None
        assert datetime.timedelta(days=7) == LIFETIME

    @pytest.mark.parametrize("purpose", LASTING)
    def test_choosing_and_leaving_never_expire(self, ada, purpose):
        in_a_century = timezone.now() + datetime.timedelta(days=36500)

        assert tokens.read(purpose, tokens.make(purpose, ada), in_a_century) == ada


class TestWhatHappensMeanwhile:
    @pytest.mark.parametrize("purpose", EXPIRING)
    def test_leaving_ends_what_was_to_be_confirmed(self, ada, purpose):
        token = tokens.make(purpose, ada)

        subscriptions.leave(ada, Proof("one-click"))

        assert tokens.read(purpose, token) is None

    @pytest.mark.parametrize("purpose", LASTING)
    def test_leaving_ends_no_other_link(self, ada, purpose):
        token = tokens.make(purpose, ada)

        subscriptions.leave(ada, Proof("one-click"))

        assert tokens.read(purpose, token) == ada

    def test_a_link_to_one_new_address_does_not_confirm_another(self, ada):
        token = tokens.make(Purpose.CHANGE, ada)

        subscriptions.ask_for_change(ada, read_address("eve@example.org"), Proof("preferences"))

        assert tokens.read(Purpose.CHANGE, token) is None


class TestAltered:
    """Ten thousand tokens that nobody was given: none opens anything."""

    ALPHABET = string.ascii_letters + string.digits + "-_."

    @pytest.fixture
    def given(self, ada) -> dict[Purpose, list[str]]:
        """Give the tokens of two people, by purpose."""
        bob = make_subscriber("bob@example.org", new_email="bob@new.example.org")
        at = timezone.now()
        return {one: [tokens.make(one, ada, at), tokens.make(one, bob, at)] for one in Purpose}

    def altered(self, given):
        """Give a purpose, and a token that is nearly right for it; without end."""
        choose = random.Random(7).choice
        while True:
            purpose = choose(list(Purpose))
            token, other = given[purpose]
            place = choose(range(len(token)))
            yield purpose, token[:place] + choose(self.ALPHABET) + token[place + 1 :]
            yield purpose, token[:place] + token[place + 1 :]
            yield purpose, token[:place] + choose(self.ALPHABET) + token[place:]
            yield purpose, token[:place] + other[place:]
            yield purpose, token.partition(".")[0] + "." + other.partition(".")[2]
            yield purpose, token.swapcase()

    def test_none_of_ten_thousand_opens_anything(self, given):
        tried = (one for one in self.altered(given) if one[1] not in given[one[0]])

        opened = [one for one in itertools.islice(tried, 10_000) if tokens.read(*one)]

        assert opened == []
        assert all(tokens.read(purpose, token) for purpose in given for token in given[purpose])
