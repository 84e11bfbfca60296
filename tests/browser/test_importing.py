"""Importing subscribers, in a real browser: the file is chosen once."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from subscribers.models import Subscriber
from tests.builders import make_subscriber

pytestmark = [
    pytest.mark.browser,
    pytest.mark.story,
    pytest.mark.django_db(transaction=True),
]

FILE = {
    "name": "people.csv",
    "mimeType": "text/csv",
    "buffer": b"email;name\nada@example.org;Ada\nnobody;X\n",
}


def fill(page, live_server, **said) -> None:
    page.goto(live_server.url + reverse("admin:subscribers_import"))
    page.get_by_label("File").set_input_files(FILE)
    page.get_by_label("How they agreed").fill(said.get("source", "Moved, double opt-in"))
    page.get_by_label("When they agreed").fill("2021-05-31")


def test_the_file_that_was_tried_is_imported(signed_in, live_server):
    page = signed_in
    fill(page, live_server)

    page.get_by_role("button", name="Try it").press("Enter")
    expect(page.get_by_role("heading", name="What would happen")).to_be_visible()
    violations = Axe().run(page).response["violations"]
    before = Subscriber.objects.count()
    page.get_by_role("button", name="Import now").press("Enter")

    expect(page.get_by_role("heading", name="What has happened")).to_be_visible()
    assert (violations, before) == ([], 0)
    assert Subscriber.objects.get().name == "Ada"


def test_what_is_refused_is_shown_and_the_file_stays(signed_in, live_server):
    page = signed_in
    fill(page, live_server, source="")

    page.get_by_label("When they agreed").press("Enter")
    expect(page.get_by_text("Say where and how these people agreed")).to_be_visible()
    page.get_by_label("How they agreed").fill("Moved")
    page.get_by_role("button", name="Try it").press("Enter")

    expect(page.get_by_role("heading", name="What would happen")).to_be_visible()


def test_without_scripts_it_is_chosen_twice(signed_in, without_scripts, live_server):
    page = without_scripts
    page.context.add_cookies(signed_in.context.cookies())
    fill(page, live_server)

    page.get_by_role("button", name="Try it").press("Enter")
    expect(page.get_by_text("choose it again")).to_be_visible()
    page.get_by_label("File").set_input_files(FILE)
    page.get_by_role("button", name="Import now").press("Enter")

    expect(page.get_by_role("heading", name="What has happened")).to_be_visible()
    assert Subscriber.objects.count() == 1


def test_an_export_is_downloaded(signed_in, live_server):
    page = signed_in
    make_subscriber("ada@example.org")
    page.goto(live_server.url + reverse("admin:subscribers_export"))

    violations = Axe().run(page).response["violations"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").press("Enter")

    assert violations == []
    with open(download.value.path(), encoding="utf-8-sig") as file:
        assert file.read().splitlines()[1].startswith("ada@example.org,")
