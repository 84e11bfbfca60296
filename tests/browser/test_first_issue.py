"""An editor and a reader, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import card, preview_of, ready

pytestmark = [
    pytest.mark.browser,
    pytest.mark.story,
    pytest.mark.django_db(transaction=True),
]


def write_section(page, index: int, title: str, body: str, tags: str):
    row = card(page, index)
    row.get_by_label("Title:", exact=True).fill(title)
    row.get_by_label("Text:").fill(body)
    row.get_by_label("Tags:").fill(tags)
    return row


def test_an_editor_writes_and_publishes_and_a_reader_finds_it(signed_in, live_server, complaints):
    page = signed_in
    page.goto(f"{live_server.url}/admin/issues/issue/add/")
    ready(page)
    expect(page.get_by_label("Number:")).to_have_value("1")
    page.get_by_label("Title:", exact=True).first.fill("Warm up, Load later")
    write_section(page, 0, "Warm up", "Raise the rate **slowly**.", "training")
    row = write_section(page, 1, "Load later", "Use `loading=lazy`.", "css, images")
    expect(preview_of(row).locator("code")).to_have_text("loading=lazy")
    write_section(page, 2, "A paper", "See [it](https://arxiv.org/abs/1706.03762).", "papers")
    write_section(page, 3, "An item", "It happened.", "news")
    page.get_by_role("button", name="Save and close").press("Enter")
    expect(page.get_by_text("was added successfully")).to_be_visible()

    page.goto(f"{live_server.url}/issues/1/")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    page.goto(f"{live_server.url}/admin/issues/issue/")
    page.get_by_label("Select this object for an action").check()
    page.get_by_label("Action:").select_option(label="Publish now")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.get_by_text("1 issue is public now.")).to_be_visible()

    page.context.clear_cookies()
    page.goto(live_server.url)
    page.get_by_label("Search the archive").fill("raised rates")
    page.get_by_label("Search the archive").press("Enter")
    expect(page.get_by_text("1 section found")).to_be_visible()
    expect(page.locator("mark")).to_have_text(["Raise", "rate"])
    page.get_by_role("link", name="Warm up", exact=True).click()
    expect(page).to_have_url(f"{live_server.url}/issues/1/warm-up/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Warm up")
    assert [line for line in complaints if "404" not in line] == []
