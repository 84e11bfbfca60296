"""What is known of a person: handed over on a press, and erased on another."""

import json

import pytest

from subscribers import tokens
from subscribers.addresses import read_address
from subscribers.models import ConsentEvent, Subscriber, Suppression
from subscribers.models.suppression import digests
from subscribers.tokens import Purpose
from tests.builders import make_subscriber
from tests.personal_pages import assert_is_personal, link, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Subscriber:
    return make_subscriber()


@pytest.fixture
def own_page(reader) -> str:
    return link(Purpose.CHOOSE, reader)


class TestOnesOwnData:
    def test_all_of_it_is_a_file(self, client, reader, own_page):
        reader.name = "Ada Łovelace"
        reader.save()
        client.post(own_page, {"do": "choose", "types": ["ml-tip"]})

        response = client.post(f"{own_page}data/")

        data = json.loads(response.content)
        assert response["Content-Type"] == "application/json"
        assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
        assert '\n  "name": "Ada Łovelace"' in response.content.decode()
        assert (data["email"], data["state"]) == ("ada@example.org", "active")
        assert "news" in data["left_out"]
        assert [event["kind"] for event in data["events"]] == ["chose"]
        assert_is_personal(response)

    def test_no_link_to_act_is_in_it(self, client, reader, own_page):
        client.post(own_page, {"do": "pause", "weeks": "4"})

        response = client.post(f"{own_page}data/")

        assert tokens.make(Purpose.CHOOSE, reader).encode() not in response.content

    def test_it_is_handed_over_on_a_press_alone(self, client, own_page):
        response = client.get(f"{own_page}data/")

        assert response.status_code == 405
        assert_is_personal(response)

    def test_an_unknown_link_gets_nothing(self, client, reader):
        assert client.post("/preferences/x/data/").status_code == 404

    def test_nobody_else_is_in_it(self, client, reader, own_page):
        make_subscriber("grace@example.org")

        assert b"grace" not in client.post(f"{own_page}data/").content


class TestBeingErased:
    def test_the_page_says_what_goes_and_what_stays(self, client, reader, own_page):
        for _ in range(3):
            response = client.get(f"{own_page}erase/")

        html = text_of(response)
        assert "Everything that we know of <b>ada@example.org</b> goes" in html
        assert "<h2>What is lost</h2>" in html
        assert "A fingerprint of your address" in html
        assert Subscriber.objects.get() == reader
        assert_is_personal(response)

    def test_only_a_hash_is_left(self, client, reader, own_page):
        client.post(own_page, {"do": "choose", "types": ["ml-tip"]})

        response = client.post(f"{own_page}erase/")

        assert "<h1>You are erased</h1>" in text_of(response)
        assert not Subscriber.objects.exists()
        assert not ConsentEvent.objects.exists()
        assert Suppression.objects.get().digest == digests(read_address("ada@example.org"))[0]
        assert_is_personal(response)

    def test_no_link_works_any_more(self, client, reader, own_page):
        leave = link(Purpose.LEAVE, reader)

        client.post(f"{own_page}erase/")

        assert client.get(own_page).status_code == 404
        assert client.post(f"{own_page}erase/").status_code == 404
        assert client.post(leave).status_code == 200  # as with any token

    def test_other_methods_are_refused(self, client, own_page):
        assert client.delete(f"{own_page}erase/").status_code == 405
        assert client.delete(own_page).status_code == 405
