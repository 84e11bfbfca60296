"""Leaving: one click of a mail program, or the button of a page; and second thoughts."""

import datetime
import io
import re

import pytest
from django.test import Client
from django.test.client import encode_multipart
from django.utils import timezone

from issues.models import SectionType
from subscribers import subscriptions
from subscribers.consent import Proof
from subscribers.models import ConsentEvent, Subscriber
from subscribers.tokens import Purpose
from tests.answers import headers_of
from tests.builders import make_subscriber
from tests.personal_pages import assert_is_personal, link, text_of

pytestmark = pytest.mark.django_db

State = Subscriber.State
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
ONE_CLICK = b"List-Unsubscribe=One-Click"
IN_PARTS = encode_multipart("b", {"List-Unsubscribe": "One-Click"})
BODIES = {
    "one click": (ONE_CLICK, FORM, "one-click"),
    "one click in parts": (IN_PARTS, PARTS, "one-click"),
    "one click with a charset": (ONE_CLICK, f"{FORM}; charset=nonsense", "one-click"),
    "one click as plain text": (ONE_CLICK, "text/plain", "one-click"),
    "one click without a type": (ONE_CLICK, "", "one-click"),
    "nothing": (b"", FORM, "goodbye page"),
    "nothing in parts": (b"", PARTS, "goodbye page"),
    "parts without a boundary": (IN_PARTS, "multipart/form-data", "one-click"),
    "broken parts": (b"--b\r\nContent-Disposition: form", PARTS, "goodbye page"),
    "bytes of no text": (b"\xff\xfe\x00" * 99, f"{FORM}; charset=utf-16", "goodbye page"),
    "JSON": (b"{", "application/json", "goodbye page"),
    "3 MB": (b"x=" + b"y" * 3_000_000, FORM, "goodbye page"),
    "13 MB": (b"x=" + b"y" * 13_000_000, FORM, "goodbye page"),
    "9,000 fields": (b"x=1&" * 9000, FORM, "goodbye page"),
    "something else": (b"do=stay", FORM, "goodbye page"),
}


@pytest.fixture
def reader() -> Subscriber:
    return make_subscriber()


@pytest.fixture
def left(reader) -> Subscriber:
    subscriptions.leave(reader, Proof("one-click"))
    reader.refresh_from_db()
    return reader


def unknown(address: str) -> str:
    """Give an address of the same kind with a token that nobody has."""
    page, token, rest = address.split("/", 3)[1:]
    return f"/{page}/{token[::-1]}/{rest}"


def without_token(response) -> bytes:
    token = response.request["PATH_INFO"].split("/")[2]
    return response.content.replace(token.encode(), b"TOKEN")


class TestOneClick:
    @pytest.mark.parametrize(("body", "content_type", "form"), BODIES.values(), ids=BODIES)
    def test_any_body_leaves_at_once(self, reader, body, content_type, form):
        client = Client(enforce_csrf_checks=True)

        response = client.generic("POST", link(Purpose.LEAVE, reader), body, content_type)

        reader.refresh_from_db()
        assert (response.status_code, reader.state) == (200, State.LEFT)
        assert (reader.events.get().kind, reader.events.get().form) == ("left", form)
        assert_is_personal(response)

    def test_a_body_that_breaks_off_leaves_too(self, client, reader):
        class Broken(io.BytesIO):
            def read(self, *args):
                raise OSError("The line is dead.")

        response = client.post(
            link(Purpose.LEAVE, reader), **{"wsgi.input": Broken(), "CONTENT_LENGTH": "26"}
        )

        reader.refresh_from_db()
        assert (response.status_code, reader.state) == (200, State.LEFT)

    def test_it_works_1000_times_of_1000(self):
        now = timezone.now()
        readers = [
            Subscriber(email=f"{n}@x.org", key=f"{n}@x.org", state="active", confirmed_at=now)
            for n in range(1000)
        ]
        Subscriber.objects.bulk_create(readers)
        client = Client(enforce_csrf_checks=True)

        answers = [
            client.post(link(Purpose.LEAVE, reader), ONE_CLICK, content_type=FORM).status_code
            for reader in readers
        ]

        assert answers == [200] * 1000
        assert Subscriber.objects.filter(state=State.LEFT).count() == 1000
        assert ConsentEvent.objects.filter(kind="left", form="one-click").count() == 1000

    def test_it_asks_and_gives_no_cookie_from_wherever_it_comes(self, reader):
        elsewhere = {"Origin": "https://mail.example.com", "Sec-Fetch-Site": "cross-site"}

        response = Client(enforce_csrf_checks=True, headers=elsewhere).post(
            link(Purpose.LEAVE, reader)
        )

        assert response.status_code == 200
        assert not response.cookies

    def test_again_it_says_the_same_and_records_nothing(self, client, reader):
        first, second = (client.post(link(Purpose.LEAVE, reader)) for _ in range(2))

        assert (second.status_code, second.content) == (200, first.content)
        assert reader.events.count() == 1

    def test_it_is_recorded_without_the_token(self, client, reader):
        client.post(link(Purpose.LEAVE, reader))

        assert reader.events.get().page == "/unsubscribe/…/"

    @pytest.mark.parametrize("state", [State.PENDING, State.BOUNCED])
    def test_who_is_not_quite_on_the_list_leaves_too(self, client, state):
        reader = make_subscriber(state=state)

        client.post(link(Purpose.LEAVE, reader))

        reader.refresh_from_db()
        assert reader.state == State.LEFT

    def test_it_asks_as_often_with_many_people_and_kinds_left_out(
        self, client, reader, django_assert_num_queries, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(9) as queries:
            client.post(link(Purpose.LEAVE, reader))
        for number in range(20):
            make_subscriber(f"reader{number}@example.org")
        other = make_subscriber("b@example.org", unwanted=["ml-tip", "news", "tool"])

        with django_assert_num_queries(len(queries)):
            client.post(link(Purpose.LEAVE, other))


class TestThePageWithTheButton:
    @pytest.mark.parametrize("method", ["get", "head"])
    def test_looking_changes_nothing(self, client, reader, method):
        for _ in range(3):
            response = getattr(client, method)(link(Purpose.LEAVE, reader))

        reader.refresh_from_db()
        assert (response.status_code, reader.state) == (200, State.ACTIVE)
        assert not ConsentEvent.objects.exists()
        assert_is_personal(response)

    def test_it_has_a_button_and_offers_fewer_sections(self, client, reader):
        page = text_of(client.get(link(Purpose.LEAVE, reader)))

        assert '<form method="post"> <p><button>Unsubscribe</button>' in page
        assert "Fewer sections instead?" in page
        assert (
            page.count('name="types"') == len(re.findall(r'name="types"[^>]* checked', page)) == 6
        )

    def test_no_script_presses_it(self, client, reader):
        page = text_of(client.get(link(Purpose.LEAVE, reader)))

        assert "data-press" not in page
        assert "confirm.js" not in page

    def test_fewer_sections_keep_the_person_on_the_list(self, client):
        reader = make_subscriber(unwanted=["news"])
        back = link(Purpose.LEAVE, reader, "come_back")

        response = client.post(back, {"fewer": "yes", "types": ["ml-tip", "news"]})

        reader.refresh_from_db()
        assert reader.state == State.ACTIVE
        wanted = SectionType.objects.exclude(unwanting_subscribers=reader)
        assert [one.slug for one in wanted] == ["ml-tip"]  # the news were left out before
        assert "<h1>You are on the list</h1>" in text_of(response)


class TestUnknownTokens:
    @pytest.mark.parametrize("method", ["get", "head", "post"])
    def test_the_page_is_the_same_but_for_the_token(self, client, reader, method):
        address = link(Purpose.LEAVE, reader)

        known, other = (getattr(client, method)(one) for one in (address, unknown(address)))

        assert (known.status_code, other.status_code) == (200, 200)
        assert without_token(known) == without_token(other)
        assert headers_of(known) == headers_of(other)

    def test_a_reason_is_thanked_for_in_the_same_bytes(self, client, left):
        address = link(Purpose.LEAVE, left, "reason")

        for data in ({"reason": "no time"}, {"words": "x" * 501}, {"reason": "nonsense"}, {}):
            known, other = (client.post(one, data) for one in (address, unknown(address)))

            assert (known.status_code, other.status_code) == (200, 200)
            assert without_token(known) == without_token(other)

    def test_nobody_is_told_to_be_back_who_is_not(self, client, left):
        late = link(Purpose.LEAVE, make_subscriber("b@example.org", State.PENDING), "come_back")

        answers = [client.post(one) for one in (late, unknown(late))]

        assert answers[0].content == answers[1].content
        assert "<h1>Please sign up again</h1>" in text_of(answers[0])

    @pytest.mark.parametrize(
        "token", ["%00", "a%0Ab", "%ED%A0%80", "%FF", "..", "%25s{}", "é" * 2000]
    )
    def test_odd_tokens_are_as_unknown_as_others(self, client, token):
        for rest in ("", "back/", "reason/"):
            response = client.post(f"/unsubscribe/{token}/{rest}")

            assert response.status_code == 200
            assert_is_personal(response)
        assert client.get(f"/unsubscribe/{token}/").status_code == 200


class TestTakingItBack:
    def test_one_press_undoes_it(self, client, left):
        page = text_of(client.post(link(Purpose.LEAVE, left)))
        back = link(Purpose.LEAVE, left, "come_back")
        assert f'<form method="post" action="{back}">' in page

        response = client.post(back)

        left.refresh_from_db()
        assert (left.state, left.left_at) == (State.ACTIVE, None)
        assert left.events.first().kind == "came_back"
        assert "<h1>You are on the list</h1>" in text_of(response)
        assert_is_personal(response)

    def test_again_it_says_the_same(self, client, left):
        first, second = (client.post(link(Purpose.LEAVE, left, "come_back")) for _ in range(2))

        assert second.content == first.content
        assert left.events.filter(kind="came_back").count() == 1

    def test_with_fewer_sections_both_are_done(self, client, left):
        back = link(Purpose.LEAVE, left, "come_back")

        client.post(back, {"fewer": "yes", "types": ["ml-tip", "gone", "\0"]})

        left.refresh_from_db()
        assert left.state == State.ACTIVE
        assert left.unwanted_types.count() == 5

    def test_without_a_choice_all_stays_as_it_was(self, client):
        reader = make_subscriber(unwanted=["news"])
        subscriptions.leave(reader, Proof("one-click"))

        client.post(link(Purpose.LEAVE, reader, "come_back"))

        assert [one.slug for one in reader.unwanted_types.all()] == ["news"]

    def test_after_a_day_the_form_is_the_way(self, client, left):
        Subscriber.objects.update(left_at=timezone.now() - datetime.timedelta(days=1))

        response = client.post(link(Purpose.LEAVE, left, "come_back"))

        left.refresh_from_db()
        assert left.state == State.LEFT
        assert '<a href="/subscribe/">sign up with your address</a>' in text_of(response)
        assert_is_personal(response)

    @pytest.mark.parametrize(("name", "status"), [("come_back", 200), ("reason", 405)])
    def test_looking_changes_nothing(self, client, left, name, status):
        for method in (client.get, client.head):
            response = method(link(Purpose.LEAVE, left, name))

            assert response.status_code == status
            assert_is_personal(response)
        left.refresh_from_db()
        assert left.state == State.LEFT


class TestAReason:
    def give(self, client, reader, **data):
        return client.post(link(Purpose.LEAVE, reader, "reason"), data)

    def test_it_is_kept_and_thanked_for(self, client, left):
        response = self.give(client, left, reason="never asked", words="  Who are\0 you?\r\n")

        event = left.events.first()
        assert (event.kind, event.detail) == ("reason", {"reason": "never asked: Who are you?"})
        assert "<h1>Thank you</h1>" in text_of(response)
        assert_is_personal(response)

    def test_nothing_needs_to_be_said(self, client, left):
        response = self.give(client, left)

        assert "<h1>Thank you</h1>" in text_of(response)
        assert not left.events.filter(kind="reason").exists()

    @pytest.mark.parametrize(
        "data", [{"words": "x\0" * 501}, {"reason": "nonsense\0"}, {"reason": "?", "words": "x"}]
    )
    def test_what_cannot_be_kept_is_shown_again(self, client, left, data):
        response = self.give(client, left, **data)

        assert response.status_code == 200
        assert 'aria-invalid="true"' in text_of(response)
        assert not left.events.filter(kind="reason").exists()
        assert_is_personal(response)

    def test_who_is_on_the_list_has_no_reason(self, client, reader):
        self.give(client, reader, reason="no time")

        assert not reader.events.exists()

    def test_nobody_fills_the_record_with_them(self, client, left):
        for _ in range(25):
            self.give(client, left, reason="other", words="again")

        assert left.events.filter(kind="reason").count() == 20
