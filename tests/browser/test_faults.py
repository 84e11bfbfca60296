"""What people typed while nothing could be saved is there, and goes through once it can."""

import re

import pytest
from playwright.sync_api import expect

from tests.small_site import TOKEN
from tests.test_faults import locked
from tests.web_process import served

pytestmark = pytest.mark.browser


@pytest.fixture
def site(small_site, tmp_path):
    return small_site.copied(tmp_path / "data")


@pytest.fixture
def server(site):
    with served(site.environment) as running:
        yield f"http://127.0.0.1:{running.port}"


def sign_in(page, site, server) -> None:
    known = {"sessionid": site.session, "csrftoken": TOKEN}
    cookies = [{"name": name, "value": value, "url": server} for name, value in known.items()]
    page.context.add_cookies(cookies)


def test_an_issue_stays_in_its_form_until_it_is_saved(page, site, server):
    sign_in(page, site, server)
    page.goto(server + site.paths["form"])
    with locked(site.database):
        page.get_by_label("Title").first.fill("Typed while locked")
        page.keyboard.press("Control+s")
        said = page.locator(".desk-saved")
        expect(said).to_contain_text("Your text stays here", timeout=10_000)

        with page.expect_response(re.compile("/admin/desk/kept/")) as refused:
            page.locator("[name=_continue]").first.click()

        assert refused.value.status == 503
        expect(said).to_contain_text("Your text stays here", timeout=10_000)
        expect(page.get_by_label("Title").first).to_have_value("Typed while locked")
    page.keyboard.press("Control+s")

    expect(said).to_contain_text(re.compile("^saved"), timeout=10_000)
    assert site.rows("SELECT title FROM issues_issue") == [("Typed while locked",)]


def test_who_signs_up_reloads_the_page(page, site, server):
    page.goto(f"{server}/subscribe/")
    page.get_by_label("Your e-mail address").fill("ada@example.org")
    page.wait_for_timeout(2100)  # no person is quicker
    with locked(site.database):
        page.get_by_role("button", name="Sign up").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "This could not be done just now", timeout=10_000
        )
    page.reload()

    assert site.rows("SELECT email FROM subscribers_subscriber") == [("ada@example.org",)]
