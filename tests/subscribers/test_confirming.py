"""Confirming: a page that shows, and a button that acts."""

import datetime
import re

import pytest
from django.utils import timezone

from subscribers import subscriptions, tokens
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.models import ConsentEvent, Letter, Subscriber
from subscribers.tokens import Purpose
from tests.builders import make_subscriber
from tests.personal_pages import WEEK, assert_is_personal, link, text_of

pytestmark = pytest.mark.django_db

State = Subscriber.State
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def newcomer() -> Subscriber:
    return make_subscriber(state=State.PENDING)


@pytest.fixture
def mover() -> Subscriber:
    """Somebody who waits to confirm another address."""
    mover = make_subscriber()
    subscriptions.ask_for_change(mover, read_address("ada@example.com"), Proof("preferences"))
    mover.refresh_from_db()
    return mover


class TestJoining:
    @pytest.mark.parametrize("method", ["get", "head"])
    def test_looking_changes_nothing(self, client, newcomer, method):
        for _ in range(3):
            response = getattr(client, method)(link(Purpose.CONFIRM, newcomer))

        newcomer.refresh_from_db()
        assert response.status_code == 200
        assert newcomer.state == State.PENDING
        assert not ConsentEvent.objects.exists()
        assert not Letter.objects.exists()
        assert_is_personal(response)

    def test_the_page_has_a_button_and_marks_its_form_for_the_script(self, client, newcomer):
        page = text_of(client.get(link(Purpose.CONFIRM, newcomer)))

        assert "<h1>One press, and you are in</h1>" in page
        assert '<form method="post" data-press> <p><button>Yes, send me the letters' in page
        assert "js/confirm.js" in page

    def test_pressing_puts_on_the_list_and_welcomes(self, client, newcomer):
        response = client.post(link(Purpose.CONFIRM, newcomer))

        newcomer.refresh_from_db()
        event = newcomer.events.get()
        assert newcomer.state == State.ACTIVE
        assert [letter.kind for letter in Letter.objects.all()] == [Letter.Kind.WELCOME]
        assert (event.kind, event.form) == ("confirmed", "confirmation")
        assert event.words == "Yes, send me the letters"
        assert "<h1>Welcome</h1>" in text_of(response)
        assert_is_personal(response)

    def test_the_record_names_the_page_without_the_token(self, client, newcomer):
        client.post(link(Purpose.CONFIRM, newcomer))

        assert newcomer.events.get().page == "/confirm/…/"

    def test_looking_again_shows_that_one_is_in(self, client, newcomer):
        address = link(Purpose.CONFIRM, newcomer)
        pressed = text_of(client.post(address))

        assert text_of(client.get(address)) == pressed

    def test_pressing_again_shows_the_same_and_does_nothing_more(self, client, newcomer):
        first = client.post(link(Purpose.CONFIRM, newcomer))
        second = client.post(link(Purpose.CONFIRM, newcomer))

        assert (second.status_code, second.content) == (200, first.content)
        assert Letter.objects.count() == newcomer.events.count() == 1

    def test_the_choice_is_offered_at_once(self, client, newcomer):
        page = text_of(client.post(link(Purpose.CONFIRM, newcomer)))

        choice = link(Purpose.CHOOSE, newcomer)
        assert f'<form method="post" action="{choice}">' in page
        assert len(re.findall(r'name="types"[^>]* checked', page)) == 6
        client.post(choice, {"do": "choose", "types": ["ml-tip"]})
        assert newcomer.unwanted_types.count() == 5

    def test_whoever_had_left_is_on_the_list_again(self, client):
        former = make_subscriber(state=State.LEFT)

        client.post(link(Purpose.CONFIRM, former))

        former.refresh_from_db()
        assert (former.state, former.left_at) == (State.ACTIVE, None)

    def test_it_asks_as_often_with_many_people_and_kinds_left_out(
        self, client, newcomer, django_assert_num_queries, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(12) as queries:
            client.post(link(Purpose.CONFIRM, newcomer))
        for number in range(20):
            make_subscriber(f"reader{number}@example.org")
        other = make_subscriber("b@example.org", State.PENDING, ["ml-tip", "news", "tool"])

        with django_assert_num_queries(len(queries)):
            client.post(link(Purpose.CONFIRM, other))


class TestChangingTheAddress:
    def test_looking_changes_nothing(self, client, mover):
        for _ in range(3):
            response = client.get(link(Purpose.CHANGE, mover))
            client.head(link(Purpose.CHANGE, mover))

        mover.refresh_from_db()
        assert mover.email == "ada@example.org"
        assert "<h1>One press, and your letters move</h1>" in text_of(response)
        assert_is_personal(response)

    def test_pressing_moves_the_letters(self, client, mover):
        response = client.post(link(Purpose.CHANGE, mover))

        mover.refresh_from_db()
        assert (mover.email, mover.state) == ("ada@example.com", State.ACTIVE)
        assert "<h1>Your letters have moved</h1>" in text_of(response)
        assert_is_personal(response)

    def test_pressing_again_shows_the_same_and_does_nothing_more(self, client, mover):
        address = link(Purpose.CHANGE, mover)

        first = client.post(address)
        events = mover.events.count()
        second = client.post(address)

        assert (second.status_code, second.content) == (200, first.content)
        assert mover.events.count() == events

    def test_no_page_shows_the_former_address(self, client, mover):
        address = link(Purpose.CHANGE, mover)

        pages = [client.get(address), client.post(address), client.post(address)]

        assert not any(b"example.org" in page.content for page in pages)

    def test_the_address_of_somebody_known_is_moved_to_in_the_same_words(self, client, mover):
        make_subscriber("ada@example.com", State.LEFT)

        response = client.post(link(Purpose.CHANGE, mover))

        assert "<h1>Your letters have moved</h1>" in text_of(response)
        assert Subscriber.objects.get(key="ada@example.com").state == State.ACTIVE

    def test_a_second_wish_ends_the_first(self, client, mover):
        first = link(Purpose.CHANGE, mover)
        subscriptions.ask_for_change(mover, read_address("ada@example.net"), Proof("preferences"))

        assert client.post(first).status_code == 404

        mover.refresh_from_db()
        assert mover.email == "ada@example.org"


class TestLinksThatDoNotHold:
    def expired(self, person) -> str:
        return link(Purpose.CONFIRM, person, at=timezone.now() - WEEK - SECOND)

    def stale(self, person) -> str:
        address = link(Purpose.CONFIRM, person)
        subscriptions.leave(person, Proof("one-click"))
        return address

    def test_they_answer_all_alike_whether_a_person_exists_or_not(self, client, newcomer):
        gone = make_subscriber("gone@example.org")
        addresses = [link(Purpose.CONFIRM, gone), link(Purpose.CHANGE, gone)]
        gone.delete()
        addresses += [self.expired(newcomer), self.stale(make_subscriber("b@example.org"))]
        addresses += [
            "/confirm/x/",
            "/confirm/address/x/",
            link(Purpose.CHANGE, newcomer)[:-3] + "/",
        ]

        answers = [client.get(one) for one in addresses] + [client.post(one) for one in addresses]

        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert_is_personal(answers[0])

    def test_the_page_leads_to_the_form(self, client):
        page = text_of(client.get("/confirm/x/"))

        assert "<h1>This link does not work</h1>" in page
        assert '<a href="/subscribe/">signing up with your address</a>' in page

    def test_nobody_is_put_on_the_list(self, client, newcomer):
        client.post(self.expired(newcomer))

        newcomer.refresh_from_db()
        assert newcomer.state == State.PENDING

    @pytest.mark.parametrize("token", ["%00", "a%0Ab", "%ED%A0%80", "%FF", "..", "é" * 2000])
    def test_odd_tokens_are_404(self, client, token):
        for path in ("/confirm/", "/confirm/address/", "/preferences/"):
            for answer in (client.get(f"{path}{token}/"), client.post(f"{path}{token}/")):
                assert answer.status_code == 404


def test_other_methods_are_refused_politely(client, newcomer):
    for purpose in (Purpose.CONFIRM, Purpose.CHANGE):
        response = client.put(link(purpose, newcomer))

        assert response.status_code == 405
        assert response["Allow"] == "GET, HEAD, POST"
        assert_is_personal(response)


class TestSpentLinks:
    def test_only_what_has_moved_the_letters_is_spent(self, mover):
        token = tokens.make(Purpose.CHANGE, mover)
        assert not tokens.is_spent(token)

        subscriptions.change(mover, Proof("change of address"))

        assert tokens.is_spent(token)
        assert not tokens.is_spent(tokens.make(Purpose.LEAVE, mover))
        assert not tokens.is_spent("x")
