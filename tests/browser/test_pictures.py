"""Pictures in a real browser: nothing moves while they come, and none comes before it is near."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.builders import make_issue, make_picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = (412, 823), (1280, 800)
SCREENS = pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
WORDS = "The rate of learning goes down slowly while the model sees more and more. " * 6

# Chromium says so of any movement that nobody caused by a click or a key.
OBSERVE_SHIFTS = """
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""
LOADED = "[...document.querySelectorAll('.section img')].filter((one) => one.naturalWidth).length"


@pytest.fixture
def pictures(installed):
    return [make_picture(placeholder=f"#8040{place}0", credit="Ada") for place in range(10)]


@pytest.fixture
def issue(pictures):
    """An issue of ten sections with a picture each, as they are written every week."""
    sections = [
        {"title": f"Tip {place}", "body": f"{WORDS}\n\n![A cat]({one.file.url})\n\n{WORDS}"}
        for place, one in enumerate(pictures)
    ]
    return make_issue(1, sections=sections)


@pytest.fixture
def asked(page):
    """Give the addresses of the pictures that the browser has asked for."""
    return files_asked_of(page)


def files_asked_of(page) -> list[str]:
    found = []
    page.on("request", lambda one: found.append(one.url) if "/media/" in one.url else None)
    return found


def visit(page, live_server, screen=PHONE, at=""):
    page.set_viewport_size({"width": screen[0], "height": screen[1]})
    page.add_init_script(OBSERVE_SHIFTS)
    page.goto(f"{live_server.url}/issues/1/{at}")
    page.wait_for_load_state("networkidle")


def slow_down(page) -> None:
    """Let the line be one on which Chromium looks furthest ahead: three screens of a phone."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    line = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "connectionType": "cellular3g", **line},
    )


def scroll_to_the_end(page):
    for _ in range(page.evaluate("Math.ceil(document.documentElement.scrollHeight / 400)")):
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(50)


def wait_for_all(page):
    page.wait_for_function(f"{LOADED} === 10")


@SCREENS
def test_nothing_moves_while_one_reads_to_the_end(
    page, live_server, issue, asked, complaints, screen
):
    visit(page, live_server, screen)
    scroll_to_the_end(page)
    wait_for_all(page)

    assert page.evaluate("window.shift") == 0
    assert len(asked) == 10
    assert complaints == []


@SCREENS
def test_only_pictures_that_are_near_are_asked_for_even_on_a_slow_line(
    page, live_server, issue, pictures, asked, screen
):
    slow_down(page)
    visit(page, live_server, screen)

    near = "[...document.querySelectorAll('.section img')]"
    near += ".filter((one) => one.parentElement.parentElement.getBoundingClientRect().top"
    near += f" < {2 * screen[1]}).length"
    assert 1 <= len(asked) <= 2
    assert len(asked) == max(1, page.evaluate(near))
    assert f"/{pictures[0].file.name.removesuffix('.jpg')}-" in asked[0]


def test_no_script_is_needed_to_read_or_to_hold_pictures_back(page, live_server, issue, asked):
    page.route("**/*.js", lambda route: None)  # never answered
    slow_down(page)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(f"{live_server.url}/issues/1/", wait_until="commit")

    page.wait_for_timeout(5000)
    assert page.evaluate("performance.getEntriesByName('first-contentful-paint').length") == 1
    assert 1 <= len(asked) <= 2


def test_on_a_screen_that_holds_the_whole_page_all_are_shown(page, live_server, issue):
    visit(page, live_server, (1280, 16000))
    wait_for_all(page)

    assert page.evaluate("document.documentElement.scrollHeight") == 16000


def test_a_link_into_the_page_shows_what_is_there_and_not_all_on_the_way(
    page, live_server, issue, pictures, asked
):
    visit(page, live_server, at="#tip-8")

    there = page.locator("section:has(#tip-8) img")
    expect(there).to_be_in_viewport()
    page.wait_for_function("document.querySelector('section:has(#tip-8) img').naturalWidth > 0")
    assert len(asked) < 10


def test_the_smallest_file_that_is_sharp_is_asked_for(page, live_server, issue, asked):
    visit(page, live_server, PHONE)

    assert {url.rpartition("-")[2] for url in asked} == {"480.avif"}
    sizes = page.evaluate("[...document.querySelectorAll('.section source')].map((s) => s.sizes)")
    width = page.locator(".section img").first.evaluate("one => one.clientWidth")
    assert width == 412 - 32  # as `sizes` says
    assert set(sizes) == {"min(100vw - 2rem, 42rem)"}


def test_on_a_desk_a_picture_is_as_wide_as_it_says(page, live_server, issue):
    visit(page, live_server, DESK)

    assert page.locator(".section img").first.evaluate("one => one.clientWidth") == 42 * 16


def test_a_box_has_the_colour_of_the_picture_that_is_not_there_yet(page, live_server, issue):
    visit(page, live_server)

    box = page.locator(".section svg").last
    assert box.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(128, 64, 144)"
    picture = page.locator(".section img").last
    assert box.bounding_box()["height"] == pytest.approx(380 * 2 / 3, abs=1)
    assert picture.bounding_box()["height"] == box.bounding_box()["height"]


def test_who_listens_hears_of_all_pictures_at_once(page, live_server, issue):
    visit(page, live_server)

    expect(page.get_by_role("img", name="A cat")).to_have_count(10)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_is_accessible_before_and_after(page, live_server, issue, scheme):
    page.emulate_media(color_scheme=scheme)
    visit(page, live_server)
    before = Axe().run(page)
    scroll_to_the_end(page)
    wait_for_all(page)
    after = Axe().run(page)

    assert before.violations_count == 0, before.generate_report()
    assert after.violations_count == 0, after.generate_report()


def test_nothing_is_wider_than_a_small_phone(page, live_server, issue):
    visit(page, live_server, (320, 640))

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_in_print_all_are_in_their_place(page, live_server, issue):
    visit(page, live_server)
    page.emulate_media(media="print")

    lefts = page.evaluate(
        "[...document.querySelectorAll('.section img')].map(i => i.getBoundingClientRect().left)"
    )
    assert min(lefts) >= 0


def test_without_scripts_the_browser_loads_them_by_itself(browser, live_server, issue):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked = files_asked_of(page)
    page.set_viewport_size({"width": 412, "height": 823})
    page.goto(f"{live_server.url}/issues/1/")
    for place in range(10):
        page.locator(".section img").nth(place).scroll_into_view_if_needed()
        page.wait_for_timeout(100)
    page.wait_for_load_state("networkidle")
    context.close()

    assert len(asked) == 10


@pytest.mark.parametrize(("motion", "end"), [("reduce", "-480.avif"), (None, "-480-moves.webp")])
def test_who_wants_no_motion_sees_stills(page, live_server, installed, asked, motion, end):
    body = f"![A cat]({make_picture(moves=True).file.url})"
    make_issue(1, sections=[{"title": "One", "body": body}])
    page.emulate_media(reduced_motion=motion)
    visit(page, live_server)

    [url] = asked
    assert url.endswith(end)


def test_paper_shows_the_pictures(page, live_server, issue):
    page.goto(f"{live_server.url}/issues/1/")
    for image in page.locator(".picture img").all():
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("complete", True)

    printed = page.pdf()

    assert printed.count(b"/Subtype /Image") >= page.locator(".picture img").count()
