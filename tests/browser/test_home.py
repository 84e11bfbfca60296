"""The editor's home and the face of the desk, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.urls import reverse
from playwright.sync_api import expect

from issues import history, recipe
from tests.browser.desk import ready
from tests.builders import TOMORROW, make_issue, make_section

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = reverse("admin:index")
LISTS = [reverse(f"admin:issues_{name}_changelist") for name in ("issue", "section", "tag")]
PAPER, NIGHT = "rgb(255, 255, 255)", "rgb(21, 24, 31)"


def fill() -> None:
    """Let every part of the home have something to show."""
    editor = get_user_model().objects.get(username="editor")
    make_issue(1)
    make_issue(2, TOMORROW, ["One", "Two"], recipe=recipe.current())
    draft = make_issue(3, None, ["Three"], title="A title that goes on " * 6)
    waiting = make_section(title="Waits", tags=["css"], link="https://example.org/")
    history.record(draft, waiting, user=editor, comment="Changed by hand")


def ground(page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def violations(page) -> str:
    found = Axe().run(page)
    return found.generate_report() if found.violations_count else ""


class TestAccess:
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_home_lists_and_sign_in_have_no_violations(
        self, signed_in, live_server, complaints, scheme
    ):
        page = signed_in
        fill()
        page.emulate_media(color_scheme=scheme)

        reports = {}
        for path in [HOME, *LISTS, reverse("admin:app_list", args=["issues"])]:
            page.goto(live_server.url + path)
            reports[path] = violations(page)
        page.get_by_role("button", name="Log out").click()
        page.get_by_role("link", name="Log in again").click()
        expect(page.get_by_label("Username")).to_be_visible()
        reports["sign-in"] = violations(page)

        assert {path: report for path, report in reports.items() if report} == {}
        assert complaints == []

    @pytest.mark.parametrize("width", [320, 1024])
    def test_home_fits(self, signed_in, live_server, width):
        fill()
        signed_in.set_viewport_size({"width": width, "height": 800})

        signed_in.goto(live_server.url + HOME)
        signed_in.get_by_text("All screens").click()

        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width


class TestThemes:
    @pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
    def test_the_switch_goes_through_auto_dark_and_light(
        self, signed_in, live_server, scheme, other
    ):
        page, of_scheme = signed_in, {"light": PAPER, "dark": NIGHT}
        page.emulate_media(color_scheme=scheme)
        page.goto(live_server.url + HOME)
        switch = page.locator(".theme-toggle")

        seen = [ground(page)]
        for _ in range(3):
            switch.click()
            seen.append(ground(page))

        assert seen == [of_scheme[name] for name in (scheme, other, scheme, scheme)]


class TestFindings:
    def test_one_leads_to_the_field_where_it_is_mended(self, signed_in, live_server):
        fill()
        signed_in.goto(live_server.url + HOME)

        signed_in.get_by_role("link", name="“One” has no text.").press("Enter")
        ready(signed_in)

        expect(signed_in.locator("#id_sections-0-body")).to_be_visible()
