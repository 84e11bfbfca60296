"""The mail of an issue as people see it: on small screens, in the dark, without pictures."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from issues import images
from issues.models import Issue
from tests.builders import make_issue, picture
from tests.subscribers.issue_mails import EVERY_RULE, html_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE = """
| A first column of words | Another `column_of_long_code_words` | A third one | A fourth |
| --- | --- | --- | ---: |
| `some_very_long_function_name(argument)` | words | more words | 123,456,789 |

```python
raise ValueError("a line of code that is much longer than any telephone is wide", error, limit)
```

> - > A [very long address](https://example.org/) in https://example.org/{}
""".format("a-long-path/" * 20)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}


@pytest.fixture
def issue(installed, settings, live_server) -> Issue:
    """An issue of all that there is, whose pictures the site serves."""
    settings.SITE_URL = live_server.url
    asset = images.store(picture(size=(1300, 700)), alt="A sea at dusk", caption="Waves")
    shown = f"![]({asset.file.url})"
    sections = [
        {"title": "Every rule", "body": f"{EVERY_RULE}\n\n{shown}"},
        {"title": "W" * 60, "body": WIDE, "link": "https://example.org/", "type": "tool"},
        {"title": "A paper", "byline": "Ada", "type": "research-paper", "body": "Words."},
        {"title": "News", "type": "news", "link": "https://example.org/", "body": "Words."},
        {"title": "Web", "type": "web-tip", "link": "https://example.org/", "body": "Words."},
    ]
    return make_issue(7, sections=sections, cover=asset, intro=f"Welcome. {shown}")


def overflowing(page) -> list[str]:
    """Give what stands out beyond the right edge of the window."""
    return page.evaluate(
        """() => [...document.body.querySelectorAll("*")]
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
            .map((one) => one.outerHTML.slice(0, 80))"""
    )


def show(page, live_server, html: str, with_pictures: bool = True) -> None:
    """Open a letter where its pictures can be loaded from, and nothing else."""
    asked = []

    def answer(route):
        asked.append(route.request.url)
        if route.request.url.endswith("/letter"):
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif with_pictures and route.request.url.startswith(f"{live_server.url}/media/"):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", answer)
    page.goto(f"{live_server.url}/letter", wait_until="load")
    page.wait_for_function("[...document.images].every((one) => one.complete)")
    others = [
        one for one in asked if not one.startswith((live_server.url, "https://example.com/w"))
    ]
    assert others == []


@pytest.mark.parametrize("width", [320, 600, 1000])
@pytest.mark.parametrize("with_pictures", [True, False])
def test_nothing_overflows(page, live_server, issue, width, with_pictures):
    page.set_viewport_size({"width": width, "height": 800})

    show(page, live_server, html_of(issue), with_pictures)

    assert overflowing(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_in_the_light_and_in_the_dark(page, live_server, issue, scheme):
    page.emulate_media(color_scheme=scheme)

    show(page, live_server, html_of(issue))

    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(251, 250, 247)", "dark": "rgb(21, 24, 31)"}[scheme]
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()


def test_its_column_is_600_pixels_wide_and_fills_a_telephone(page, live_server, issue):
    widths = {}
    for width in (1000, 320):
        page.set_viewport_size({"width": width, "height": 800})
        show(page, live_server, html_of(issue))
        widths[width] = page.evaluate(
            "document.querySelector('.words').getBoundingClientRect().width"
        )

    assert widths == {1000: 600, 320: 296}


def test_pictures_are_as_wide_as_the_column_and_keep_their_shape(page, live_server, issue):
    page.set_viewport_size({"width": 320, "height": 800})

    show(page, live_server, html_of(issue))

    shapes = page.evaluate(
        """() => [...document.images].filter((one) => one.naturalWidth)
            .map((one) => [one.naturalWidth, one.width, one.width / one.height])"""
    )
    assert len(shapes) == 3
    for natural, width, shape in shapes:
        assert natural == 1200  # sharp on screens of twice the pixels
        assert width == 262
        assert shape == pytest.approx(1300 / 700, rel=0.01)


def test_without_pictures_it_says_what_they_show(page, live_server, issue):
    show(page, live_server, html_of(issue), with_pictures=False)

    assert page.get_by_alt_text("A sea at dusk").count() == 3
    ground = page.evaluate("getComputedStyle(document.images[0]).backgroundColor")
    assert ground == "rgb(243, 241, 235)"


def test_buttons_are_large_enough_for_a_thumb(page, live_server, issue):
    show(page, live_server, html_of(issue))

    heights = page.eval_on_selector_all(
        "a[style*=inline-block]", "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert len(heights) == 3
    assert min(heights) >= 44
