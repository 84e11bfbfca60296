"""Suggestions under the search box, in a real browser."""

import re
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import expect

from issues.models import Issue
from tests.builders import make_issue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SUGGEST = "**/search/suggest/**"
PAUSE = 120  # milliseconds after the last key, as in static/js/search.js


@pytest.fixture
def home(page, live_server, installed, complaints):
    """Open the home page of an archive with two sections and two tags about loading."""
    sections = [
        {"title": "Load later", "type": "web-tip", "tags": ["load balancing"]},
        {"title": "Écoute: load <b>less</b>", "tags": ["Loading"]},
    ]
    make_issue(7, sections=sections)
    page.goto(live_server.url)
    yield page
    assert complaints == []


def box(page):
    return page.get_by_role("combobox", name="Search the archive")


def options(page):
    return page.get_by_role("option")


def suggested(page, text: str = "load", count: int = 5):
    """Type a text and wait for its suggestions; slow typing has others before."""
    box(page).press_sequentially(text)
    expect(options(page).last).to_contain_text(f"“{box(page).input_value()}”")
    expect(options(page)).to_have_count(count)
    return box(page)


@contextmanager
def held(page, text: str):
    """Enter a text, so that the page asks about it; the answer comes when the block ends."""
    late = []
    page.route(f"**/suggest/?q={text}", lambda route: late.append(route))
    with page.expect_request(f"**/suggest/?q={text}"):
        box(page).fill(text)
    yield box(page)
    for route in late:
        route.fulfill(response=page.request.get(route.request.url))
    page.wait_for_timeout(200)


@contextmanager
def asked(page):
    """Collect the texts that the page asks the server about."""
    found = []
    page.on("request", lambda request: found.append(request.url) if "suggest" in request.url else 0)
    yield found


class TestTyping:
    def test_tags_and_sections_are_suggested_and_marked(self, home):
        suggested(home)

        lines = [text.split("\n")[1:] for text in options(home).all_inner_texts()]
        date = date_format(timezone.localtime(Issue.objects.get().published_at))
        assert lines == [
            ["load balancing", "Tag · 1"],
            ["Loading", "Tag · 1"],
            ["Écoute: load <b>less</b>", f"ML tip · #7 · {date}"],
            ["Load later", f"Web tip · #7 · {date}"],
            ["Search for “load”"],
        ]
        expect(options(home).locator("mark")).to_have_text(["load", "Load", "load", "Load"])
        expect(box(home)).to_have_attribute("aria-expanded", "true")
        expect(home.locator(".search [role=status]")).to_have_text("4 suggestions")

    def test_accents_and_case_do_not_matter_to_the_marks(self, home):
        suggested(home, "ECOUTE", count=2)

        expect(options(home).locator("mark")).to_have_text("Écoute")

    def test_one_question_is_asked_for_each_pause_and_none_twice(self, home):
        home.clock.install(time=0)
        home.clock.pause_at(1000)
        with asked(home) as questions:
            box(home).press_sequentially("load")
            home.clock.run_for(PAUSE)
            expect(options(home)).to_have_count(5)
            box(home).press_sequentially("i")
            home.clock.run_for(PAUSE)
            expect(options(home)).to_have_count(2)
            box(home).press("Backspace")
            expect(options(home)).to_have_count(5)

        assert [url.partition("q=")[2] for url in questions] == ["load", "loadi"]

    def test_an_answer_that_comes_too_late_is_dropped(self, home):
        late = []
        home.route("**/suggest/?q=l", lambda route: late.append(route))
        with home.expect_request("**/suggest/?q=l"):
            box(home).press_sequentially("l")
        suggested(home, "oading", count=4)
        for route in late:
            route.fulfill(json={"tags": [], "sections": [], "said": "Late"})

        expect(options(home)).to_have_count(4)
        expect(home.locator(".search [role=status]")).to_have_text("3 suggestions")

    @pytest.mark.parametrize("status", [500, 404, 0])
    def test_after_an_error_it_is_a_plain_form(self, home, complaints, live_server, status):
        home.route(SUGGEST, lambda route: route.fulfill(status=status) if status else route.abort())
        with home.expect_console_message(lambda line: "Failed to load" in line.text):
            box(home).fill("load")
        expect(box(home)).to_have_attribute("aria-expanded", "false")

        box(home).press("Enter")

        expect(home).to_have_url(f"{live_server.url}/search/?q=load")
        assert len(complaints) == 1
        complaints.clear()  # it was the browser's own line about the failed request

    def test_nothing_happens_while_a_word_is_being_composed(self, home):
        with asked(home) as questions:
            box(home).evaluate(
                """input => {
                    input.value = "lo";
                    input.dispatchEvent(new InputEvent("input", { isComposing: true }));
                }"""
            )
            home.wait_for_timeout(300)
            assert questions == []
            box(home).dispatch_event("compositionend")
            expect(options(home)).to_have_count(5)

        assert len(questions) == 1


class TestChoosing:
    def test_arrows_wrap_and_leave_the_text_as_typed(self, home):
        search = suggested(home)
        for key, index in [("ArrowDown", 0), ("ArrowUp", 4), ("ArrowDown", 0), ("ArrowDown", 1)]:
            search.press(key)
            expect(options(home).nth(index)).to_have_attribute("aria-selected", "true")
            expect(home.locator("[aria-selected=true]")).to_have_count(1)
            active = options(home).nth(index).get_attribute("id")
            expect(search).to_have_attribute("aria-activedescendant", active)

        expect(search).to_have_value("load")
        expect(search).to_be_focused()

    def test_enter_goes_to_the_chosen_one(self, home, live_server):
        search = suggested(home)
        search.press("ArrowDown")
        search.press("ArrowDown")
        search.press("Enter")

        expect(home).to_have_url(f"{live_server.url}/tags/loading/")

    def test_enter_without_a_choice_searches(self, home, live_server):
        suggested(home).press("Enter")

        expect(home).to_have_url(f"{live_server.url}/search/?q=load")

    def test_moving_in_the_text_takes_the_choice_back(self, home, live_server):
        search = suggested(home)
        search.press("ArrowDown")
        search.press("Home")
        expect(search).not_to_have_attribute("aria-activedescendant", re.compile("."))
        assert search.evaluate("input => input.selectionStart") == 0

        search.press("Enter")

        expect(home).to_have_url(f"{live_server.url}/search/?q=load")

    def test_a_new_list_takes_the_choice_back(self, home, live_server):
        suggested(home)
        with held(home, "loadi") as search:
            search.press("ArrowDown")
            expect(options(home).first).to_have_attribute("aria-selected", "true")
        expect(options(home)).to_have_count(2)
        expect(search).not_to_have_attribute("aria-activedescendant", re.compile("."))

        search.press("Enter")

        expect(home).to_have_url(f"{live_server.url}/search/?q=loadi")

    def test_the_last_one_searches_for_the_words(self, home, live_server):
        search = suggested(home)
        search.press("ArrowUp")
        search.press("Enter")

        expect(home).to_have_url(f"{live_server.url}/search/?q=load")

    def test_a_click_goes_there(self, home, live_server):
        suggested(home)
        options(home).filter(has_text="Load later").click()

        expect(home).to_have_url(f"{live_server.url}/issues/7/load-later/")

    def test_the_wide_form_of_the_search_page_suggests_too(self, home, live_server):
        home.goto(f"{live_server.url}/search/")
        search = home.get_by_role("combobox")
        search.press_sequentially("load")
        expect(options(home)).to_have_count(5)
        search.press("ArrowDown")
        search.press("Enter")

        expect(home).to_have_url(f"{live_server.url}/tags/load-balancing/")


class TestLeaving:
    def test_escape_closes_and_pressed_again_clears(self, home):
        search = suggested(home)
        search.press("Escape")
        expect(home.get_by_role("listbox")).to_be_hidden()
        expect(search).to_have_value("load")

        search.press("Escape")

        expect(search).to_have_value("")

    def test_escape_takes_back_what_is_still_being_asked(self, home):
        with held(home, "load") as search:
            search.press("Escape")

        expect(search).to_have_value("")
        expect(home.get_by_role("listbox")).to_be_hidden()
        expect(search).to_have_attribute("aria-expanded", "false")

    def test_an_arrow_opens_the_list_again(self, home):
        search = suggested(home)
        search.press("Escape")
        search.press("ArrowDown")

        expect(options(home).first).to_have_attribute("aria-selected", "true")

    def test_tab_leaves_and_closes(self, home):
        suggested(home).press("Tab")

        expect(home.get_by_role("button", name="Search", exact=True)).to_be_focused()
        expect(home.get_by_role("listbox")).to_be_hidden()

    def test_a_click_elsewhere_closes(self, home):
        suggested(home)
        home.locator("footer p").first.click()

        expect(home.get_by_role("listbox")).to_be_hidden()


def test_a_finger_chooses(new_context, live_server):
    make_issue(7, sections=["Load later"])
    page = new_context(has_touch=True, viewport={"width": 390, "height": 740}).new_page()
    page.goto(live_server.url)
    box(page).tap()
    suggested(page, count=2)
    options(page).first.tap()

    expect(page).to_have_url(f"{live_server.url}/issues/7/load-later/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/search/"])
def test_the_open_list_is_accessible_and_fits_a_small_phone(home, live_server, path, scheme):
    make_issue(8, sections=[{"title": f"load {'x' * 250}", "tags": [f"load{'y' * 90}"]}])
    home.emulate_media(color_scheme=scheme)
    home.set_viewport_size({"width": 320, "height": 640})
    home.goto(live_server.url + path)
    search = home.get_by_role("combobox")
    search.press_sequentially("load")
    expect(options(home)).to_have_count(7)
    search.press("ArrowDown")

    assert home.evaluate("document.documentElement.scrollWidth") <= 320
    heights = options(home).evaluate_all("all => all.map((one) => one.offsetHeight)")
    assert min(heights) >= 44
    found = Axe().run(home)
    assert found.violations_count == 0, found.generate_report()
