"""The inbox, in a real browser and by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from issues.models import Section
from tests.builders import make_issue, make_section

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk_page(signed_in, live_server, settings):
    settings.SITE_URL = live_server.url
    return signed_in


def test_a_page_is_bookmarked_added_and_pulled_into_the_next_issue(desk_page, live_server):
    page = desk_page
    draft = make_issue(13, None)
    page.goto(f"{live_server.url}/admin/desk/inbox/")
    bookmark = page.get_by_role("link", name="inbox").and_(page.locator(".bookmarklet"))
    script = bookmark.get_attribute("href").removeprefix("javascript:")

    page.goto(f"{live_server.url}/tags/")
    with page.expect_popup() as popup:
        page.evaluate(script)
    form = popup.value

    expect(form.get_by_label("Address or title:")).to_have_value(f"{live_server.url}/tags/")
    expect(form.get_by_label("Title:", exact=True)).to_have_value(page.title())
    form.locator(".quick-add").get_by_label("Type:").select_option(label="🛠 Tool")
    form.get_by_label("Address or title:").press("Enter")
    expect(form.get_by_text("is in the inbox now.")).to_be_visible()
    form.get_by_role("button", name="Pull into #13").press("Enter")
    expect(form.get_by_text("is in #13 now.")).to_be_visible()
    assert draft.sections.get() == Section.objects.get(link=f"{live_server.url}/tags/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits_a_small_phone(desk_page, live_server, scheme):
    make_issue(13, None)
    make_issue(14, None)
    make_section(title="A tip", tags=["css"], link="https://example.org/")
    desk_page.emulate_media(color_scheme=scheme)
    desk_page.set_viewport_size({"width": 320, "height": 640})

    desk_page.goto(f"{live_server.url}/admin/desk/inbox/?title=A+title")

    assert desk_page.evaluate("document.documentElement.scrollWidth") <= 320
    found = Axe().run(desk_page, context="#content")  # the rest is Django's
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, 1280])
def test_one_long_word_widens_nothing(desk_page, live_server, width):
    make_issue(13, None)
    make_section(title="a" * 300, tags=["b" * 100], link="https://example.org/")
    desk_page.set_viewport_size({"width": width, "height": 640})

    desk_page.goto(f"{live_server.url}/admin/desk/inbox/")

    table = desk_page.locator(".results")
    assert table.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    assert desk_page.evaluate("document.documentElement.scrollWidth") <= width
