"""Public pages in a real browser: for everybody, on any screen, with scripts and without."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.builders import make_issue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BODY = """Text with `code` and a [link](https://example.org).

## A heading

| a | b |
|---|--:|
| 1 | 2 |

```python
x = 1  # a comment
```

- [x] done

A note[^1]. ![A teal square](/media/a/none.png "Teal")

[^1]: Below.
"""


PAGES = {
    "home": "/",
    "archive": "/issues/",
    "archive, page 2": "/issues/?page=2",
    "issue": "/issues/7/",
    "section": "/issues/7/tip-7/",
    "tags": "/tags/",
    "tag": "/tags/css/",
    "type": "/types/ml-tip/",
    "search": "/search/",
    "search with hits": "/search/?q=tip",
    "search without hits": "/search/?q=nothingness",
    "documentation of the API": "/api/v1/docs",
    "sign-up": "/subscribe/",
    "privacy": "/privacy/",
    "404": "/nowhere/",
}


@pytest.fixture
def archive(installed):
    for number in range(1, 13):
        section = {"title": f"Tip {number}", "body": BODY, "tags": ["css", f"tag {number}"]}
        make_issue(number, sections=[section, {"title": "News item", "type": "news"}])


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_is_accessible_on_a_phone_and_on_a_desk(page, live_server, archive, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    for name, path in PAGES.items():
        page.goto(live_server.url + path)
        page.get_by_role("button", name="Keyboard shortcuts").wait_for()

        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}\n{found.generate_report()}"


def test_nothing_is_wider_than_a_small_phone(page, live_server, archive):
    page.set_viewport_size({"width": 320, "height": 640})
    for name, path in PAGES.items():
        page.goto(live_server.url + path)

        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name


def test_the_browser_has_nothing_to_complain_of_and_asks_no_other_host(
    page, live_server, archive, complaints
):
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    for path in PAGES.values():
        page.goto(live_server.url + path)
        page.get_by_role("button", name="Keyboard shortcuts").wait_for()  # the scripts have run

    assert [line for line in complaints if "404" not in line] == []
    assert hosts == {live_server.url.split("/")[2]}


def test_no_script_can_write_html_as_text(page, live_server, archive):
    page.goto(f"{live_server.url}/issues/7/")

    said = page.evaluate(
        """() => {
            try { document.querySelector("main").innerHTML = "<p>Mine"; } catch (error) {
                return error.name;
            }
        }"""
    )

    assert said == "TypeError"


def test_everything_is_reached_by_keyboard(page, live_server, archive):
    page.goto(f"{live_server.url}/issues/7/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main-$"))


@pytest.mark.usefixtures("archive")
class TestWithoutScripts:
    def test_all_pages_are_read(self, without_scripts):
        page = without_scripts
        page.goto("/")
        for place, link, title in [
            ("header", "Archive", "Archive"),
            ("h2", "Issue number 11", "Issue number 11"),
            (".section h2", "Tip 11", "Tip 11"),
            (".tags", "css", "css"),
            ("header", "Tags", "Tags"),
        ]:
            page.locator(place).get_by_role("link", name=link, exact=True).first.click()
            expect(page.get_by_role("heading", level=1)).to_have_text(title)

    def test_one_searches(self, without_scripts):
        page = without_scripts
        page.goto("/")
        page.get_by_role("searchbox").fill("tip 7")
        page.get_by_role("searchbox").press("Enter")
        page.get_by_role("main").get_by_role("link", name="Tip 7", exact=True).click()

        expect(page.get_by_role("heading", level=1)).to_have_text("Tip 7")

    def test_nothing_is_offered_that_needs_them(self, without_scripts):
        without_scripts.goto("/issues/7/")

        expect(without_scripts.get_by_text("Keyboard shortcuts")).to_have_count(0)
        expect(without_scripts.get_by_role("button")).to_have_text(["Search", "Sign up"])
