"""From the form to the welcome and out again, in a real browser, with real mail."""

import re

import pytest
from playwright.sync_api import Page, expect

from subscribers import letters
from subscribers.models import Subscriber
from tests.builders import make_issue
from tests.mail_server import links_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.story,
    pytest.mark.django_db(transaction=True),
]

State = Subscriber.State


@pytest.fixture
def site(live_server, settings, mail_server) -> str:
    """Give the address of a site that sends its mail to a real server."""
    settings.SITE_URL = live_server.url
    make_issue(1, sections=["Grid", "Subgrid"])
    return live_server.url


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def next_mail(mail_server):
    """Let the worker send what is due; give the only mail that came."""
    before = len(mail_server.messages)
    letters.send_due()
    [message] = mail_server.messages[before:]
    return message


def state() -> State:
    return Subscriber.objects.get().state


def test_from_the_form_to_the_welcome(page: Page, site, mail_server, complaints):
    page.goto(f"{site}/issues/1/")
    page.get_by_label("Your e-mail address").fill("Ada@Example.org")
    page.wait_for_timeout(2500)  # nobody types faster
    page.get_by_role("button", name="Sign up").click()
    heading(page, "Look into your mailbox")
    assert state() == State.PENDING

    confirmation = next_mail(mail_server)
    assert confirmation["To"] == "Ada@example.org"
    [link] = links_in(confirmation, "/confirm/")
    page.goto(link)
    assert state() == State.PENDING
    page.mouse.move(30, 40)
    page.mouse.move(60, 80)
    heading(page, "Welcome")
    assert state() == State.ACTIVE

    welcome = next_mail(mail_server)
    assert "Subgrid" in welcome.get_body(["plain"]).get_content()
    [section] = links_in(welcome, "/issues/1/subgrid/")
    page.goto(section)
    heading(page, "Subgrid")

    [preferences] = links_in(welcome, "/preferences/")
    page.goto(preferences)
    page.get_by_label(re.compile("News")).uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main").get_by_role("status")).to_be_visible()
    assert [one.slug for one in Subscriber.objects.get().unwanted_types.all()] == ["news"]

    [way_out] = links_in(welcome, "/unsubscribe/")
    page.goto(way_out)
    assert state() == State.ACTIVE
    page.get_by_role("button", name="Unsubscribe").click()
    heading(page, "Goodbye")
    assert state() == State.LEFT

    page.get_by_role("button", name="Take it back").click()
    heading(page, "You are on the list")
    assert state() == State.ACTIVE
    assert complaints == []


def test_without_scripts_it_is_a_press_more(without_scripts: Page, site, mail_server):
    page = without_scripts
    page.goto(site)
    page.get_by_label("Your e-mail address").fill("ada@example.org")
    page.get_by_role("button", name="Sign up").click()
    heading(page, "One more press")
    page.wait_for_timeout(2500)
    page.get_by_role("button", name="Sign up").click()
    heading(page, "Look into your mailbox")

    [link] = links_in(next_mail(mail_server), "/confirm/")
    page.goto(link)
    page.get_by_role("main").get_by_role("button").click()

    assert state() == State.ACTIVE
