"""The picture library, in a real browser and by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from issues import images
from issues.models import Asset
from tests.builders import make_asset, make_issue, make_section, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = reverse("admin:issues_asset_changelist")
SCREENS = ("change", "delete")


@pytest.fixture
def pictures() -> list[Asset]:
    """Have a picture that is used, one without words, one whose file is gone and a wordy one."""
    used = images.store(picture(), alt="A teal square")
    undescribed = images.store(picture(color="navy"))
    Asset.objects.update(caption="A caption", credit="Mona")
    gone, wordy = make_asset("Gone"), make_asset("word" * 125, width=2400, height=1)
    make_issue(1, cover=used, sections=[{"title": "x" * 300, "body": f"![]({used.file.url})"}])
    make_section(title="Waiting", body=f"![]({undescribed.file.url})")
    return [used, undescribed, gone, wordy]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_screens_are_accessible_and_fit(signed_in, live_server, pictures, scheme):
    page = signed_in
    page.emulate_media(color_scheme=scheme)
    used, *_rest, wordy = pictures
    of_pictures = [
        (f"admin:issues_asset_{name}", one.pk) for name in SCREENS for one in (used, wordy)
    ]
    urls = [LIST, f"{LIST}?q=teal", *(reverse(name, args=[pk]) for name, pk in of_pictures)]

    for url in urls:
        page.goto(live_server.url + url)
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, url
            if width > 320:
                found = Axe().run(page, context="#content")  # the rest is Django's
                assert found.violations_count == 0, f"{url}: {found.generate_report()}"


def test_missing_words_are_written_by_keyboard(signed_in, live_server, complaints):
    page = signed_in
    images.store(picture(color="navy"))
    another = images.store(picture(color="red"))
    page.goto(live_server.url + LIST)
    expect(page.locator(".library-card").first).to_contain_text("No alternative text")

    page.get_by_role("link", name="Write the missing alternative texts").press("Enter")
    page.get_by_label("Alternative text:").fill("A red square")
    page.get_by_role("button", name="Save and go to the next").press("Enter")
    expect(page.get_by_text("Here is the next one.")).to_be_visible()
    page.get_by_label("Alternative text:").fill("A blue square")
    page.get_by_role("button", name="Save", exact=True).press("Enter")

    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert not Asset.objects.filter(alt="").exists()
    another.refresh_from_db()
    assert another.alt == "A red square"
    assert complaints == []


def test_the_field_with_its_markdown_is_chosen_whole_by_tab(signed_in, live_server, pictures):
    page, used = signed_in, pictures[0]
    page.goto(live_server.url + reverse("admin:issues_asset_change", args=[used.pk]))

    page.get_by_label("Credit:").press("Tab")

    chosen = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    field = page.get_by_label("Markdown:")
    expect(field).to_be_focused()
    assert field.evaluate(chosen) == f"![A teal square]({used.file.url})"
