"""The page of an issue's mail in a real browser: frames that show it, approving by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from subscribers.delivery import approving
from subscribers.models import Mailing
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    change,
    make_picture,
    make_ready_issue,
    make_section,
    make_subscriber,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def issue(installed, live_server, settings):
    """Have a public issue of two sections, one of them with a picture, and somebody to get it."""
    settings.SITE_URL = live_server.url
    make_subscriber()
    issue = make_ready_issue(7, YESTERDAY)
    picture = make_picture(alt="A field")
    body = f"Words, many.\n\n![A field]({picture.file.url})\n\n[A link](https://example.org/)"
    make_section(issue, "A tool", "tool", ["training"], body=body, position=2)
    return issue


@pytest.fixture
def url(issue, live_server) -> str:
    return live_server.url + reverse("subscribers_desk:mail", args=[issue.pk])


def frame(page, width=600):
    return page.frame_locator(f'iframe[title="{width} pixels wide"]')


def background(page) -> str:
    body = frame(page).locator("body")
    return body.evaluate("body => getComputedStyle(body).backgroundColor")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(signed_in, issue, url, publisher, scheme):
    page = signed_in
    page.emulate_media(color_scheme=scheme)

    def check():
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page, context="#content")  # the rest is Django's
            assert found.violations_count == 0, found.generate_report()

    page.goto(url)
    check()
    page.get_by_role("button", name="Approve for this moment").press("Enter")
    page.get_by_role("button", name="Send to 1 person on").wait_for()
    check()
    approving.approve(issue, publisher, timezone.now() + TOMORROW)
    change(issue.sections.first(), body="Other words, of some length.")
    change(issue, published_at=None)
    page.goto(url)
    page.get_by_text("differs from the approved version").wait_for()
    check()


def test_mail_is_approved_by_keyboard(signed_in, url, complaints):
    page = signed_in
    page.goto(url)

    page.get_by_label("Subject").fill("A subject")
    expect(page.locator("#subject-count")).to_have_text("9 of 78 characters")
    page.get_by_label("Subject").press("Enter")
    page.get_by_role("button", name="Send to 1 person on").press("Enter")

    expect(page.get_by_text("Its mail was approved for 1 person")).to_be_visible()
    assert Mailing.objects.get().subject == "A subject"
    assert complaints == []


def test_a_long_subject_is_told_while_one_types(signed_in, url):
    page = signed_in
    page.goto(url)

    page.get_by_label("Subject").fill("a" * 79)

    expect(page.locator("#subject-count")).to_have_text(
        "79 characters: many mail programs show no more than 78"
    )


def test_the_preview_shows_both_widths_with_pictures(signed_in, url, complaints):
    page = signed_in
    page.goto(url)

    for width in (600, 320):
        body = frame(page, width).locator("body")
        expect(body).to_contain_text("Warm up")
        assert body.evaluate("() => innerWidth") == width
        shown = frame(page, width).get_by_alt_text("A field")
        shown.evaluate("picture => picture.decode()")  # fails where it is not loaded
    assert complaints == []


def test_the_frames_stand_side_by_side_where_there_is_room(signed_in, url):
    page = signed_in
    page.goto(url)
    wide, narrow = (page.locator(f'iframe[title="{width} pixels wide"]') for width in (600, 320))

    for width in (1200, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 800})
        left, right = wide.bounding_box(), narrow.bounding_box()
        assert left["y"] == right["y"]
        assert left["x"] + left["width"] < right["x"]


def test_on_a_phone_the_wide_one_is_as_wide_as_it_says(signed_in, url):
    page = signed_in
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(url)
    expect(frame(page).locator("body")).to_contain_text("Warm up")

    assert frame(page).locator("body").evaluate("() => innerWidth") == 600
    assert page.locator('iframe[title="600 pixels wide"]').bounding_box()["width"] <= 330


def test_the_mail_is_looked_at_before_it_is_approved(signed_in, url):
    page = signed_in
    page.goto(url)

    tops = [page.locator(place).bounding_box()["y"] for place in ("#preview", "#test", "#approve")]
    page.get_by_label("Subject").fill("")
    page.get_by_role("button", name="Approve for this moment").click()

    assert tops == sorted(tops)
    page.get_by_role("link", name="See below what is to be put right.").click()
    expect(page.get_by_text("This field is required.")).to_be_in_viewport()


def test_the_colours_are_those_that_are_asked_for(signed_in, url, complaints):
    page = signed_in
    page.emulate_media(color_scheme="dark")
    page.goto(url)
    expect(frame(page).locator("body")).to_contain_text("Warm up")
    light = background(page)

    with page.expect_response("**/html/?*scheme=dark*"):
        page.get_by_label("Dark").check()
    expect(frame(page).locator("html")).to_have_css("color-scheme", "dark")

    assert background(page) != light
    assert complaints == []


def test_every_part_is_shown_without_a_new_page(signed_in, url, complaints):
    page = signed_in
    page.goto(url)
    page.get_by_label("Subject").fill("Not lost")

    for part, words in {
        "Text part": "Raise the learning rate",
        "Headers": "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Source": "Content-Transfer-Encoding: quoted-printable",
    }.items():
        page.get_by_label(part).check()
        expect(frame(page).locator("body")).to_contain_text(words)
        expect(page.locator('iframe[title="320 pixels wide"]')).to_be_hidden()
    page.get_by_label("Text part").check()
    page.get_by_role("group", name="Without").get_by_label("Tool").check()
    expect(frame(page).locator("body")).to_contain_text("1 section left out")

    expect(page.get_by_label("Subject")).to_have_value("Not lost")
    assert complaints == []


def test_pictures_are_off_where_that_is_asked(signed_in, url, complaints):
    page = signed_in
    page.goto(url)

    with page.expect_response("**/html/?*pictures=off*"):
        page.get_by_label("Off").check()

    picture = frame(page).get_by_alt_text("A field")
    expect(picture).to_have_js_property("naturalWidth", 0)
    expect(picture).to_be_visible()
    assert complaints == []


def test_links_open_nothing(signed_in, url):
    page = signed_in
    page.set_viewport_size({"width": 1600, "height": 900})  # where no frame is scaled
    opened = []
    page.context.on("page", lambda opening: opened.append(opening))
    page.goto(url)

    for link in frame(page).get_by_role("link").all():
        link.click()

    assert opened == []
    assert page.url == url
    expect(frame(page).locator("body")).to_contain_text("Warm up")


def test_all_of_it_works_without_scripts(without_scripts, signed_in, url):
    page = without_scripts
    page.context.add_cookies(signed_in.context.cookies())
    page.goto(url)

    page.get_by_label("Text part").check()
    page.get_by_role("button", name="Show").click()
    expect(frame(page).locator("body")).to_contain_text("Raise the learning rate")
    page.get_by_role("button", name="Send now").click()
    page.get_by_role("button", name="Send to 1 person now").click()

    expect(page.get_by_text("Its mail was approved for 1 person")).to_be_visible()
    assert Mailing.objects.due().exists()
