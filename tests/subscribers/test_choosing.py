"""Choosing, without an account: sections, a pause, another address, one's data, being forgotten."""

import datetime
import re
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from issues.models import SectionType
from subscribers import subscriptions
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.models import ConsentEvent, Letter, Subscriber, Suppression
from subscribers.tokens import Purpose
from subscribers.views.choosing import DONE
from tests.answers import headers_of
from tests.builders import make_subscriber
from tests.personal_pages import assert_is_personal, link, text_of

pytestmark = pytest.mark.django_db

State = Subscriber.State


@pytest.fixture
def reader() -> Subscriber:
    return make_subscriber()


@pytest.fixture
def own_page(reader) -> str:
    return link(Purpose.CHOOSE, reader)


def post(client, own_page, do, **data):
    return client.post(own_page, {"do": do, **data})


class TestThePage:
    @pytest.mark.parametrize("state", State)
    @pytest.mark.parametrize("method", ["get", "head"])
    def test_looking_changes_nothing(self, client, state, method):
        reader = make_subscriber(state=state)

        for _ in range(3):
            response = getattr(client, method)(link(Purpose.CHOOSE, reader))

        after = Subscriber.objects.get()
        assert response.status_code == 200
        assert (after.state, after.round) == (state, reader.round)
        assert not ConsentEvent.objects.exists()
        assert not Letter.objects.exists()
        assert_is_personal(response)

    def test_it_shows_whose_letters_these_are(self, client, own_page):
        assert "To <b>ada@example.org</b>" in text_of(client.get(own_page))

    def test_it_links_to_leaving_and_erasing(self, client, reader, own_page):
        html = text_of(client.get(own_page))

        assert f'<a href="{link(Purpose.LEAVE, reader)}">Leave the list</a>' in html
        assert f'<a href="{own_page}erase/">have yourself erased</a>' in html

    def test_an_unknown_link_says_how_to_get_another(self, client):
        for path in ("", "erase/"):
            response = client.get(f"/preferences/x/{path}")

            assert response.status_code == 404
            assert "the letter that comes then holds the links" in text_of(response)
            assert_is_personal(response)

    def test_an_international_domain_is_read_in_its_letters(self, client):
        reader = make_subscriber("ada@xn--bcher-kva.example", new_email="ada@xn--r8jz45g.jp")
        own_page = link(Purpose.CHOOSE, reader)

        page, erasing = text_of(client.get(own_page)), text_of(client.get(f"{own_page}erase/"))

        assert "To <b>ada@bücher.example</b>" in page
        assert "in the letter to <b>ada@例え.jp</b>" in page
        assert "know of <b>ada@bücher.example</b>" in erasing

    def test_what_is_not_possible_leads_back_to_the_page(self, client, own_page, reader):
        subscriptions.leave(reader, Proof("one-click"))
        events = ConsentEvent.objects.count()

        for do in ("choose", "pause", "address", "nonsense", "\0", ""):
            response = post(client, own_page, do, weeks="4", new_email="b@example.org")

            assert (response.status_code, response.url) == (303, own_page)
        assert client.post(own_page).status_code == 303
        assert ConsentEvent.objects.count() == events

    @pytest.mark.parametrize("done", DONE)
    def test_what_was_done_is_announced(self, client, own_page, done):
        html = text_of(client.get(own_page, {"done": done}))

        assert re.search(r'<p class="notice" role="status">[A-Z].{20,}</p>', html)

    def test_nobody_else_puts_words_on_it(self, client, own_page):
        for done in ("<b>You owe us money</b>", "\0", "", ["chosen", "x"]):
            response = client.get(own_page, {"done": done})

            assert b'class="notice"' not in response.content
            assert b"money" not in response.content

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            (b"--b\r\nContent-Disposition: form", "multipart/form-data; boundary=b"),
            (b"", "multipart/form-data"),
            (b"do=choose&types=%ff%00", "application/x-www-form-urlencoded"),
            (b"do=choose", "application/x-www-form-urlencoded; charset=utf-7"),
            (b"x=1&" * 9000, "application/x-www-form-urlencoded"),
            (b"{", "application/json"),
        ],
    )
    def test_odd_bodies_are_no_errors(self, client, own_page, body, content_type):
        response = client.generic("POST", own_page, body, content_type)

        assert response.status_code in (303, 400)

    def test_it_asks_as_often_with_many_kinds_left_out(
        self, client, own_page, django_assert_num_queries, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(4) as queries:
            client.get(own_page)
        many = make_subscriber("b@example.org", unwanted=["ml-tip", "news", "tool"])

        with django_assert_num_queries(len(queries)):
            client.get(link(Purpose.CHOOSE, many))


class TestSections:
    def test_all_are_ticked_until_somebody_leaves_some_out(self, client, own_page, reader):
        html = text_of(client.get(own_page))
        assert len(re.findall(r'name="types"[^>]* checked', html)) == 6

        response = post(client, own_page, "choose", types=["ml-tip", "news"])

        assert (response.status_code, response.url) == (303, f"{own_page}?done=chosen")
        html = text_of(client.get(own_page))
        assert re.findall(r'value="([\w-]+)" id="id_types_\d" checked', html) == ["ml-tip", "news"]
        assert reader.events.get().form == "preferences"

    def test_each_has_its_emoji_and_its_plural(self, client, own_page):
        html = client.get(own_page).content.decode()

        for one in SectionType.objects.all():
            assert f"{one.emoji} {one.plural}" in html

    def test_a_new_kind_comes_along(self, client, own_page):
        post(client, own_page, "choose", types=["ml-tip"])

        SectionType.objects.create(name="Talk", plural="Talks", slug="talk", position=9)

        html = text_of(client.get(own_page))
        assert re.findall(r'value="([\w-]+)" id="id_types_\d" checked', html) == ["ml-tip", "talk"]

    def test_none_may_be_ticked(self, client, own_page, reader):
        assert "With none ticked no letter comes" in text_of(client.get(own_page))

        post(client, own_page, "choose")

        assert reader.unwanted_types.count() == SectionType.objects.count()

    def test_a_kind_that_has_gone_meanwhile_is_not_missed(self, client, own_page, reader):
        types = ["ml-tip", "gone", "\0", "9" * 4000]

        assert post(client, own_page, "choose", types=types).status_code == 303

        assert reader.unwanted_types.count() == SectionType.objects.count() - 1


class TestAPause:
    @pytest.mark.parametrize("weeks", [1, 2, 4, 8, 12])
    def test_letters_rest_for_some_weeks(self, client, own_page, reader, weeks):
        response = post(client, own_page, "pause", weeks=weeks)

        reader.refresh_from_db()
        rest = reader.paused_until - timezone.now()
        assert response.url == f"{own_page}?done=paused"
        assert abs(rest - datetime.timedelta(weeks=weeks)) < datetime.timedelta(minutes=1)
        assert not Subscriber.objects.receiving().exists()

    def test_its_end_is_shown_and_can_be_now(self, client, own_page, reader):
        reader.paused_until = datetime.datetime(2099, 3, 4, 12, tzinfo=datetime.UTC)
        reader.save()
        assert "4 Mar 2099</time>" in text_of(client.get(own_page))

        response = post(client, own_page, "resume")

        assert response.url == f"{own_page}?done=resumed"
        assert Subscriber.objects.receiving().get() == reader
        assert "End the pause" not in text_of(client.get(own_page))

    def test_an_end_that_has_come_needs_no_button(self, client, own_page, reader):
        Subscriber.objects.update(paused_until=timezone.now() - datetime.timedelta(days=1))

        assert "End the pause" not in text_of(client.get(own_page))

    @pytest.mark.parametrize("weeks", ["", "3", "-1", "x", "\0", "9" * 5000])
    def test_no_other_time_is_taken(self, client, own_page, reader, weeks):
        response = post(client, own_page, "pause", weeks=weeks)

        reader.refresh_from_db()
        assert reader.paused_until is None
        assert 'aria-describedby="id_weeks_error"' in text_of(response)
        assert_is_personal(response)


class TestAnotherAddress:
    def test_it_is_asked_first(self, client, own_page, reader):
        response = post(client, own_page, "address", new_email=" Ada@Example.COM ")

        reader.refresh_from_db()
        letter = Letter.objects.get()
        assert response.url == f"{own_page}?done=address"
        assert (reader.email, reader.new_email) == ("ada@example.org", "Ada@example.com")
        assert (letter.kind, letter.email) == (Letter.Kind.CHANGE, "Ada@example.com")

    @pytest.mark.parametrize("state", State)
    def test_the_answer_is_the_same_for_an_address_that_is_known(self, client, own_page, state):
        make_subscriber("known@example.org", state)
        Suppression.objects.add(read_address("known@example.org"), "blocked")

        answers = [
            post(client, own_page, "address", new_email=one)
            for one in ("known@example.org", "unseen@example.org")
        ]
        pages = [
            client.get(answer.url).content.replace(name, b"NAME")
            for answer, name in zip(answers, (b"known", b"unseen"), strict=True)
        ]

        assert headers_of(answers[0]) == headers_of(answers[1])
        assert pages[0].replace(b"unseen", b"NAME") == pages[1]

    @pytest.mark.parametrize(
        "text", ["", "\0", "ada", "ada@", "a" * 5000, "ada@example.org", "é@example.org", "\ud800"]
    )
    def test_what_cannot_be_taken_is_said_beside_the_field(self, client, own_page, reader, text):
        body = urlencode({"do": "address", "new_email": text}, errors="surrogatepass")

        response = client.generic("POST", own_page, body, "application/x-www-form-urlencoded")

        reader.refresh_from_db()
        html = text_of(response)
        assert 'aria-invalid="true" aria-describedby="id_new_email_error"' in html
        assert "<title>Please look again" in html
        assert (reader.new_email, Letter.objects.count()) == ("", 0)
        assert_is_personal(response)

    def test_what_was_typed_stays(self, client, own_page):
        html = text_of(post(client, own_page, "address", new_email='"ada at example'))

        assert 'value="&quot;ada at example"' in html

    def test_one_person_does_not_write_to_the_whole_world(self, client, own_page):
        for number in range(7):
            response = post(client, own_page, "address", new_email=f"ada{number}@example.com")

        assert Letter.objects.count() == 5
        assert "Try again tomorrow" in text_of(response)

    def test_whose_letters_came_back_gives_another(self, client):
        reader = make_subscriber(state=State.BOUNCED)
        own_page = link(Purpose.CHOOSE, reader)
        assert "Letters to this address came back" in text_of(client.get(own_page))

        post(client, own_page, "address", new_email="ada@example.com")
        reader.refresh_from_db()
        client.post(link(Purpose.CHANGE, reader))

        reader.refresh_from_db()
        assert (reader.email, reader.state) == ("ada@example.com", State.ACTIVE)


class TestWhoIsNotOnTheList:
    @pytest.mark.parametrize(
        ("state", "says"),
        [(State.LEFT, "You have left the list"), (State.PENDING, "You have not confirmed yet")],
    )
    def test_the_link_to_confirm_is_sent_on_a_press(self, client, state, says):
        reader = make_subscriber(state=state)
        own_page = link(Purpose.CHOOSE, reader)
        html = text_of(client.get(own_page))
        assert says in html
        assert "Save</button>" not in html

        response = post(client, own_page, "ask")

        reader.refresh_from_db()
        assert response.url == f"{own_page}?done=asked"
        assert reader.state == state  # until the letter's button is pressed
        assert Letter.objects.get().kind == Letter.Kind.CONFIRMATION
        assert reader.events.get().words.startswith("One letter a week")

    def test_who_has_left_need_not_leave(self, client):
        reader = make_subscriber(state=State.LEFT)

        assert link(Purpose.LEAVE, reader) not in text_of(client.get(link(Purpose.CHOOSE, reader)))

    def test_who_is_on_the_list_asks_in_vain(self, client, own_page):
        assert post(client, own_page, "ask").url == own_page

        assert not Letter.objects.exists()
