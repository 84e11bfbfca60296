"""Ten thousand tokens that somebody has tried: none opens anything."""

import random
import string
import uuid

import pytest
from django.core.signing import Signer

from subscribers import subscriptions, tokens
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.models import ConsentEvent, Letter, Subscriber
from subscribers.tokens import Purpose
from tests.builders import make_subscriber

pytestmark = pytest.mark.django_db

ALPHABET = string.ascii_letters + string.digits + "-_.=:+~ é\0"
EACH = 2500  # of each purpose
ON_PAGES = 60  # of each purpose, at each address
PAGES = {
    Purpose.CONFIRM: ["/confirm/{}/"],
    Purpose.CHANGE: ["/confirm/address/{}/"],
    Purpose.CHOOSE: ["/preferences/{}/", "/preferences/{}/data/", "/preferences/{}/erase/"],
    Purpose.LEAVE: ["/unsubscribe/{}/", "/unsubscribe/{}/back/", "/unsubscribe/{}/reason/"],
}


@pytest.fixture
def ada() -> Subscriber:
    """Somebody with a link of each purpose, all of which hold."""
    ada = make_subscriber()
    subscriptions.ask_for_change(ada, read_address("ada@example.com"), Proof("preferences"))
    ada.refresh_from_db()
    assert all(tokens.read(purpose, tokens.make(purpose, ada)) == ada for purpose in Purpose)
    return ada


@pytest.fixture
def grace() -> Subscriber:
    return make_subscriber("grace@example.org")


def flipped(token: str, chance: random.Random) -> str:
    """Put another character in one place."""
    place = chance.randrange(len(token))
    other = chance.choice([one for one in ALPHABET if one != token[place]])
    return token[:place] + other + token[place + 1 :]


def altered(token: str, other: str, count: int) -> list[str]:
    """Give so many wrong tokens: flipped, cut, grown, put together from two, and made up."""
    chance = random.Random(token)
    payload, signature = token.split(".")
    wrong = [token[:length] for length in range(1, len(token))]
    wrong += [token[length:] for length in range(1, len(token))]
    wrong += [f"{payload}.{other.split('.')[1]}", f"{other.split('.')[0]}.{signature}"]
    wrong += [payload, signature, f".{signature}", f"{payload}.", f"{signature}.{payload}"]
    wrong += [token + one for one in ALPHABET] + [one + token for one in ALPHABET]
    wrong += [token.upper(), token.lower(), token.swapcase(), token[::-1], token * 2]
    wrong += ["".join(chance.choices(ALPHABET, k=66)) for _ in range(count // 10)]
    wrong += [flipped(token, chance) for _ in range(count - len(wrong))]
    return [one for one in wrong if one != token]


def test_of_10_000_altered_tokens_none_is_accepted(ada, grace):
    tried, accepted = 0, []
    for purpose in Purpose:
        wrong = altered(tokens.make(purpose, ada), tokens.make(purpose, grace), EACH)
        tried += len(wrong)
        accepted += [one for one in wrong if tokens.read(purpose, one)]

    assert tried >= 10_000
    assert accepted == []


def test_the_signature_is_looked_at_before_the_database_is(ada, grace, django_assert_num_queries):
    wrong = altered(tokens.make(Purpose.LEAVE, ada), tokens.make(Purpose.LEAVE, grace), 500)

    with django_assert_num_queries(0):
        assert not any(tokens.read(Purpose.LEAVE, one) for one in wrong)


def test_no_token_does_what_another_one_is_for(ada):
    for made_for in Purpose:
        for used_for in set(Purpose) - {made_for}:
            assert tokens.read(used_for, tokens.make(made_for, ada)) is None


def test_numbers_and_addresses_signed_with_another_salt_open_nothing(ada):
    for signer in (Signer(sep="."), Signer(sep=".", salt="issues.sharing")):
        for text in (str(ada.pk), ada.email, str(ada.uid), ada.uid.hex):
            assert not any(tokens.read(purpose, signer.sign(text)) for purpose in Purpose)


@pytest.mark.parametrize("text", ["", "a", "====", "é", "\0", "A" * 22, "A" * 43, "A" * 4000])
def test_what_is_signed_but_names_nobody_opens_nothing(text):
    for purpose in Purpose:
        assert tokens.read(purpose, tokens.signer(purpose).sign(text)) is None


def test_a_person_who_never_was_has_no_link():
    stranger = Subscriber(email="x@example.org", uid=uuid.uuid4())

    assert not any(tokens.read(one, tokens.make(one, stranger)) for one in Purpose)


class TestOtherKeys:
    def test_what_was_signed_with_the_key_of_another_site_opens_nothing(self, ada, settings):
        own, settings.SECRET_KEY = settings.SECRET_KEY, "of another site"
        foreign = {purpose: tokens.make(purpose, ada) for purpose in Purpose}
        settings.SECRET_KEY = own

        assert not any(tokens.read(purpose, token) for purpose, token in foreign.items())

    def test_what_was_signed_with_a_former_key_still_opens(self, client, ada, settings):
        token = tokens.make(Purpose.LEAVE, ada)
        former, settings.SECRET_KEY = settings.SECRET_KEY, "a new one"
        assert tokens.read(Purpose.LEAVE, token) is None

        settings.SECRET_KEY_FALLBACKS = [former]
        client.post(f"/unsubscribe/{token}/")

        ada.refresh_from_db()
        assert ada.state == Subscriber.State.LEFT


class TestOnThePages:
    def wrong(self, purpose, ada, grace) -> list[str]:
        """Give some of all kinds of wrong tokens, those of the other purposes among them."""
        others = [tokens.make(other, ada) for other in Purpose if other != purpose]
        some = altered(tokens.make(purpose, ada), tokens.make(purpose, grace), 500)
        possible = [one for one in some if not set("/?#") & set(one)]
        return others + random.Random(purpose).sample(possible, ON_PAGES)

    @pytest.mark.parametrize("purpose", Purpose)
    def test_nothing_happens_and_nobody_is_named(self, client, ada, grace, purpose):
        before = list(Subscriber.objects.order_by("pk").values())
        counts = ConsentEvent.objects.count(), Letter.objects.count()
        data = {"do": "address", "new_email": "c@example.net", "reason": "no time", "fewer": "1"}

        for token in self.wrong(purpose, ada, grace):
            for page in PAGES[purpose]:
                for answer in (
                    client.get(page.format(token)),
                    client.post(page.format(token), data),
                ):
                    assert answer.status_code in (200, 404, 405)
                    assert b"@" not in answer.content.replace(token.encode(), b"")

        assert list(Subscriber.objects.order_by("pk").values()) == before
        assert (ConsentEvent.objects.count(), Letter.objects.count()) == counts

    @pytest.mark.parametrize("purpose", [Purpose.CONFIRM, Purpose.CHANGE, Purpose.CHOOSE])
    def test_all_of_them_are_answered_alike(self, client, ada, grace, purpose):
        answers = {
            (answer.status_code, answer.content)
            for token in self.wrong(purpose, ada, grace)
            for answer in (
                client.get(PAGES[purpose][0].format(token)),
                client.post(PAGES[purpose][0].format(token)),
            )
        }

        assert len(answers) == 1
        assert answers.pop()[0] == 404


def test_a_page_names_nobody_but_its_own_person(client, ada, grace):
    make_subscriber("mary@example.org", Subscriber.State.LEFT)

    for purpose in Purpose:
        for page in PAGES[purpose]:
            address = page.format(tokens.make(purpose, ada))
            for answer in (client.get(address), client.post(address)):
                assert b"grace" not in answer.content
                assert b"mary" not in answer.content
