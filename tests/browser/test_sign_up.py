"""Signing up in a real browser: by keyboard, with scripts and without, on any screen."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from subscribers.models import Letter, Subscriber
from tests.builders import make_issue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEEDED = 2200  # milliseconds, after which a form may have been filled in by a person


@pytest.fixture(autouse=True)
def issue(installed):
    make_issue(7, sections=[{"title": "Tip", "body": "Words."}])


def field(page):
    return page.get_by_label("Your e-mail address")


def title(page):
    return page.get_by_role("heading", level=1)


def test_by_keyboard_with_scripts_one_press_is_enough(page, live_server, complaints):
    page.goto(f"{live_server.url}/issues/7/")
    with page.expect_response("**/subscribe/stamp/"):
        field(page).focus()
    page.keyboard.type("Ada@example.org")
    page.wait_for_timeout(NEEDED)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Sign up")).to_be_focused()
    page.keyboard.press("Enter")

    expect(title(page)).to_have_text("Look into your mailbox")
    assert Subscriber.objects.get().events.get().page == "/issues/7/"
    assert Letter.objects.get().kind == Letter.Kind.CONFIRMATION
    assert complaints == []
    assert page.context.cookies() == []


def test_whoever_is_very_quick_presses_once_more(page, live_server):
    page.goto(live_server.url)
    field(page).fill("ada@example.org")
    field(page).press("Enter")
    expect(title(page)).to_have_text("One more press")
    page.keyboard.press("Enter")  # and still too soon: the stamp goes on getting older
    expect(page.get_by_role("button", name="Sign up")).to_be_focused()
    page.wait_for_timeout(NEEDED)
    page.keyboard.press("Enter")

    expect(title(page)).to_have_text("Look into your mailbox")
    assert Subscriber.objects.get().email == "ada@example.org"


def test_by_keyboard_without_scripts_two_presses_do_it(without_scripts):
    page = without_scripts
    page.goto("/issues/7/")
    field(page).focus()
    page.keyboard.type("ada@example.org")
    page.keyboard.press("Enter")
    expect(title(page)).to_have_text("One more press")
    expect(field(page)).to_have_value("ada@example.org")
    expect(page.get_by_role("button", name="Sign up")).to_be_focused()
    page.wait_for_timeout(NEEDED)
    page.keyboard.press("Enter")

    expect(title(page)).to_have_text("Look into your mailbox")
    assert Subscriber.objects.get().events.get().page == "/issues/7/"


def test_a_line_that_is_down_leaves_the_second_press(page, live_server, complaints):
    page.route("**/subscribe/stamp/", lambda route: route.abort())
    page.goto(live_server.url)
    field(page).fill("ada@example.org")
    field(page).press("Enter")

    expect(title(page)).to_have_text("One more press")
    assert [line for line in complaints if "ERR_FAILED" not in line] == []


def test_a_wrong_address_is_said_at_the_field(page, live_server):
    page.goto(f"{live_server.url}/subscribe/")
    field(page).fill("ada@example")  # which browsers take for one
    field(page).press("Enter")

    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("ada@example")
    expect(field(page)).to_have_accessible_description(re.compile("This is no e-mail address"))


def test_the_field_for_robots_is_neither_seen_nor_reached_nor_read_out(page, live_server):
    page.goto(f"{live_server.url}/subscribe/")
    field(page).focus()
    page.keyboard.press("Tab")

    expect(page.get_by_role("button", name="Sign up")).to_be_focused()
    expect(page.get_by_role("textbox")).to_have_count(1)
    box = page.locator("[name=website]").locator("xpath=..").bounding_box()
    assert box["width"] <= 1
    assert box["height"] <= 1


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_its_pages_are_accessible_on_any_screen(page, live_server, settings, width, scheme):
    settings.SIGN_UPS_PER_NETWORK = 0  # which lets a first one in
    page.set_viewport_size({"width": width, "height": 640})
    page.emulate_media(color_scheme=scheme)
    for path, address, heading in [
        ("/subscribe/", None, "Get Bitsletter by e-mail"),
        ("/privacy/", None, "What we keep of you"),
        ("/issues/7/", None, "Issue number 7"),
        ("/subscribe/", "ada@example", "Get Bitsletter by e-mail"),
        ("/subscribe/", "ada@example.org", "Look into your mailbox"),
        ("/subscribe/", "bob@example.org", "Too many at once"),
    ]:
        page.goto(live_server.url + path)
        if address:
            with page.expect_response("**/subscribe/stamp/"):
                field(page).fill(address)
            page.wait_for_timeout(NEEDED)
            field(page).press("Enter")
        expect(title(page)).to_have_text(heading)
        page.get_by_role("button", name="Keyboard shortcuts").wait_for()

        found = Axe().run(page)
        assert found.violations_count == 0, f"{heading}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, heading


def test_one_more_press_is_accessible(page, live_server):
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(live_server.url)
    field(page).fill("ada@example.org")
    field(page).press("Enter")
    expect(title(page)).to_have_text("One more press")

    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_it_is_not_printed(page, live_server):
    page.emulate_media(media="print")
    page.goto(f"{live_server.url}/issues/7/")

    expect(page.locator(".join")).to_be_hidden()
