"""Single keys on public pages, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.builders import make_issue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLES = ["One", "Two", "Three"]


@pytest.fixture
def issue_page(page, live_server, installed, complaints):
    """Open an issue of three long sections."""
    make_issue(7, sections=[{"title": title, "body": "Words.\n\n" * 60} for title in TITLES])
    page.goto(f"{live_server.url}/issues/7/")
    help_button(page).wait_for()
    yield page
    assert complaints == []


def help_button(page):
    return page.get_by_role("button", name="Keyboard shortcuts")


def search_box(page):
    return page.get_by_role("combobox", name="Search the archive")


def heading(page, title: str):
    return page.locator("h2").get_by_role("link", name=title, exact=True)


def top(page, title: str) -> float:
    section = page.locator(".issue .section").filter(has=heading(page, title))
    return section.evaluate("section => section.getBoundingClientRect().top")


class TestSearchKey:
    def test_slash_goes_to_the_box_and_selects_what_is_in_it(self, issue_page):
        search_box(issue_page).fill("old words")
        help_button(issue_page).focus()
        issue_page.keyboard.press("/")

        expect(search_box(issue_page)).to_be_focused()
        issue_page.keyboard.type("new")
        expect(search_box(issue_page)).to_have_value("new")

    @pytest.mark.parametrize("path", ["/", "/search/?q=one", "/tags/", "/nowhere/"])
    def test_works_on_every_page(self, page, live_server, installed, path):
        page.goto(live_server.url + path)
        help_button(page).focus()
        page.keyboard.press("/")

        expect(page.get_by_role("combobox")).to_be_focused()


class TestSections:
    def test_j_and_k_go_from_section_to_section(self, issue_page):
        issue_page.emulate_media(reduced_motion="reduce")
        for key, title in [("j", "One"), ("j", "Two"), ("j", "Three"), ("k", "Two"), ("k", "One")]:
            issue_page.keyboard.press(key)
            expect(heading(issue_page, title)).to_be_focused()
            assert -1 < top(issue_page, title) < 24

    def test_quick_presses_count_while_the_page_still_scrolls(self, issue_page):
        issue_page.emulate_media(reduced_motion="no-preference")
        for _ in TITLES:
            issue_page.keyboard.press("j")

        expect(heading(issue_page, "Three")).to_be_focused()

    def test_they_start_where_the_reader_has_scrolled_to(self, issue_page):
        issue_page.emulate_media(reduced_motion="reduce")
        issue_page.keyboard.press("j")
        heading(issue_page, "Two").evaluate("link => link.scrollIntoView()")
        issue_page.wait_for_timeout(1100)  # so long a smooth way to a section may take
        issue_page.keyboard.press("j")

        expect(heading(issue_page, "Three")).to_be_focused()

    def test_at_either_end_it_is_said_and_the_focus_stays(self, issue_page):
        status = issue_page.locator("body > [role=status]")
        issue_page.keyboard.press("k")
        expect(status).to_have_text("This is the first section.")
        for _ in range(4):
            issue_page.keyboard.press("j")

        expect(status).to_have_text("This is the last section.")
        expect(heading(issue_page, "Three")).to_be_focused()

    def test_a_page_without_sections_ignores_them(self, page, live_server, installed, complaints):
        page.goto(live_server.url)
        help_button(page).focus()
        page.keyboard.press("j")

        expect(help_button(page)).to_be_focused()
        assert complaints == []


class TestHelp:
    def test_question_mark_opens_it_and_escape_gives_the_focus_back(self, issue_page):
        issue_page.keyboard.press("j")
        issue_page.keyboard.press("?")
        dialog = issue_page.get_by_role("dialog", name="Keyboard shortcuts")
        expect(dialog).to_be_visible()
        expect(dialog.locator("kbd")).to_have_text(["/", "j", "k", "?"])
        found = Axe().run(issue_page)
        assert found.violations_count == 0, found.generate_report()

        issue_page.keyboard.press("Escape")

        expect(dialog).to_be_hidden()
        expect(heading(issue_page, "One")).to_be_focused()

    def test_the_button_opens_it_and_close_closes_it(self, issue_page):
        help_button(issue_page).click()
        issue_page.get_by_role("button", name="Close").click()

        expect(issue_page.get_by_role("dialog")).to_be_hidden()
        expect(help_button(issue_page)).to_be_focused()

    def test_the_keys_can_be_switched_off_and_stay_off(self, issue_page):
        help_button(issue_page).click()
        issue_page.get_by_role("checkbox", name="Use these keys").uncheck()
        issue_page.get_by_role("button", name="Close").click()
        issue_page.reload()
        help_button(issue_page).focus()
        for key in "/j?":
            issue_page.keyboard.press(key)

        expect(help_button(issue_page)).to_be_focused()
        expect(issue_page.get_by_role("dialog")).to_be_hidden()

    def test_the_keys_can_be_switched_on_again(self, issue_page):
        help_button(issue_page).click()
        toggle = issue_page.get_by_role("checkbox")
        toggle.uncheck()
        toggle.check()
        issue_page.reload()
        help_button(issue_page).focus()
        issue_page.keyboard.press("/")

        expect(search_box(issue_page)).to_be_focused()


class TestDeadKeys:
    def test_in_a_field_they_are_letters(self, issue_page):
        search_box(issue_page).press_sequentially("jk/?")

        expect(search_box(issue_page)).to_have_value("jk/?")
        expect(issue_page.get_by_role("dialog")).to_be_hidden()

    @pytest.mark.parametrize("tag", ["textarea", "select", "p"])
    def test_nothing_that_takes_text_loses_them(self, issue_page, tag):
        issue_page.locator("main").evaluate(
            """(main, tag) => {
                const place = document.createElement(tag);
                place.id = "here";
                if (tag === "p") place.contentEditable = "true";
                main.append(place);
            }""",
            tag,
        )
        issue_page.locator("#here").focus()
        for key in "j/?":
            issue_page.keyboard.press(key)

        expect(issue_page.locator("#here")).to_be_focused()
        expect(issue_page.get_by_role("dialog")).to_be_hidden()

    @pytest.mark.parametrize("modifier", ["Control", "Alt", "Meta"])
    def test_with_a_modifier_they_belong_to_the_browser(self, issue_page, modifier):
        help_button(issue_page).focus()
        issue_page.keyboard.down(modifier)
        issue_page.keyboard.press("j")
        issue_page.keyboard.up(modifier)

        expect(help_button(issue_page)).to_be_focused()

    def test_while_help_is_open_they_do_nothing(self, issue_page):
        issue_page.keyboard.press("?")
        issue_page.get_by_role("button", name="Close").focus()
        for key in "/j":
            issue_page.keyboard.press(key)

        expect(issue_page.get_by_role("button", name="Close")).to_be_focused()
