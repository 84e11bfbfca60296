"""Signing in with a code of the phone, as people do it in a browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from bitsletter import signing_in
from tests.builders import code_of, make_device, phone_told

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 640}


@pytest.fixture
def user(installed):
    return get_user_model().objects.create_superuser("editor", password="pencil")


@pytest.fixture
def phone_page(page):
    """Give a small, dark page."""
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    return page


def give_password(page, live_server) -> None:
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("pencil")
    page.get_by_role("button", name="Log in").click()


def expect_no_barrier(page, complaints: list) -> None:
    """Expect that neither browser nor axe complains, and that nothing is wider than the page."""
    assert complaints == []
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    complaints.clear()  # axe has styles of its own, which the policy refuses


def test_it_is_set_up_on_a_phone_and_asked_for_at_the_next_sign_in(
    phone_page, live_server, user, complaints
):
    page = phone_page
    give_password(page, live_server)
    page.get_by_role("link", name="Second step").click()
    expect(page.get_by_role("heading", name="Second step at sign-in")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("picture for the camera"))).to_be_visible()
    expect_no_barrier(page, complaints)
    phone = phone_told(page.locator(".secret").inner_text())

    page.get_by_label("Code from the app").fill(code_of(phone))
    page.get_by_role("button", name="Set up").click()

    expect(page.locator(".recovery-codes li")).to_have_count(10)
    expect_no_barrier(page, complaints)
    codes = page.locator(".recovery-codes li").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="Keep as a file").click()
    assert download.value.suggested_filename == "recovery-codes.txt"
    assert all(code in download.value.path().read_text() for code in codes)
    page.get_by_role("link", name="on to the desk").click()
    page.get_by_role("button", name="Log out").click()

    give_password(page, live_server)
    expect(page.get_by_role("heading", name="Your code, please")).to_be_visible()
    expect_no_barrier(page, complaints)
    page.get_by_label("Code from the app").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("That is not the code")).to_be_visible()
    expect_no_barrier(page, complaints)
    page.get_by_text("Your phone is not at hand?").click()
    page.get_by_label("Code from the app").fill("")
    page.get_by_label("Recovery code").fill(codes[0])
    TOTPDevice.objects.update(throttling_failure_timestamp=None)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_text("You have 9 left")).to_be_visible()
    page.get_by_role("link", name="Second step").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect_no_barrier(page, complaints)


def test_it_works_without_scripts(without_scripts, live_server, user):
    device = make_device(user)
    give_password(without_scripts, live_server)

    without_scripts.get_by_label("Code from the app").fill(code_of(device))
    without_scripts.get_by_role("button", name="Sign in", exact=True).click()

    expect(without_scripts.get_by_text("What would you like to do?")).to_be_visible()


def test_the_pause_is_a_page_that_everybody_can_read(page, live_server, user, settings):
    settings.SIGN_IN_FAILURES = 1
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("guess")
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_text("Try again in 15 minutes.")).to_be_visible()
    expect_no_barrier(page, [])


def test_a_form_that_was_open_sends_the_token_of_the_cookie_whatever_its_name(
    page, live_server, user, settings
):
    for name, value in signing_in.cookies(is_https=True).items():
        setattr(settings, name, value)
    page.goto(f"{live_server.url}/admin/login/")
    page.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")

    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("pencil")
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_text("What would you like to do?")).to_be_visible()
    assert {one["name"] for one in page.context.cookies()} == {
        "__Host-sessionid",
        "__Host-csrftoken",
    }
