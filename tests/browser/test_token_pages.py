"""The pages behind the links of letters, in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from subscribers import subscriptions
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.models import Subscriber
from subscribers.tokens import Purpose
from tests.builders import make_subscriber
from tests.personal_pages import link

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

State = Subscriber.State


@pytest.fixture
def newcomer(installed) -> Subscriber:
    return make_subscriber(state=State.PENDING)


@pytest.fixture
def reader(installed) -> Subscriber:
    reader = make_subscriber()
    subscriptions.ask_for_change(reader, read_address("ada@example.com"), Proof("preferences"))
    reader.refresh_from_db()
    return reader


@pytest.fixture
def confirming(page, live_server, newcomer):
    """Give a page that a letter led to, with its script at work."""
    page.goto(live_server.url + link(Purpose.CONFIRM, newcomer))
    expect(page.get_by_text("Your browser presses it")).to_be_visible()
    return page


def heading(page, text):
    return expect(page.get_by_role("heading", level=1, name=text, exact=True))


class TestTheScriptThatPresses:
    def test_it_waits_for_a_sign_of_a_person(self, confirming, newcomer):
        confirming.evaluate(
            """() => {
                for (const sign of ["pointermove", "touchstart", "keydown", "wheel"])
                    dispatchEvent(new Event(sign));
                scrollTo(0, 1000);
            }"""
        )
        confirming.wait_for_timeout(1000)

        newcomer.refresh_from_db()
        assert newcomer.state == State.PENDING
        heading(confirming, "One press, and you are in").to_be_visible()

    @pytest.mark.parametrize(
        "sign",
        [
            lambda page: page.mouse.move(200, 200),
            lambda page: page.mouse.wheel(0, 50),
            lambda page: page.keyboard.press("ArrowDown"),
        ],
        ids=["moving", "scrolling", "typing"],
    )
    def test_it_presses_then(self, confirming, newcomer, sign):
        sign(confirming)

        heading(confirming, "Welcome").to_be_visible()
        newcomer.refresh_from_db()
        assert newcomer.state == State.ACTIVE

    def test_a_shortcut_of_the_browser_is_no_sign(self, confirming, newcomer):
        confirming.keyboard.press("Control+c")
        confirming.wait_for_timeout(500)

        newcomer.refresh_from_db()
        assert newcomer.state == State.PENDING

    def test_a_double_click_is_one_press(self, confirming, complaints):
        confirming.get_by_role("button", name="Yes, send me the letters").dblclick(
            no_wait_after=True
        )

        heading(confirming, "Welcome").to_be_visible()
        assert complaints == []

    def test_nothing_presses_the_button_for_leaving(self, page, live_server, reader):
        page.goto(live_server.url + link(Purpose.LEAVE, reader))
        page.mouse.move(200, 200)
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(500)

        reader.refresh_from_db()
        assert reader.state == State.ACTIVE


def test_all_of_it_works_without_scripts(without_scripts, newcomer):
    page = without_scripts
    page.goto(link(Purpose.CONFIRM, newcomer))
    page.get_by_role("button", name="Yes, send me the letters").click()
    page.get_by_label("News").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(page.get_by_label("News")).not_to_be_checked()

    page.get_by_label("For how long?").select_option("4 weeks")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("No letters come before")).to_be_visible()

    page.get_by_role("link", name="Leave the list").click()
    page.get_by_role("button", name="Unsubscribe").click()
    heading(page, "Goodbye").to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    heading(page, "You are on the list").to_be_visible()

    newcomer.refresh_from_db()
    assert (newcomer.state, newcomer.is_paused()) == (State.ACTIVE, True)
    assert [one.slug for one in newcomer.unwanted_types.all()] == ["news"]


def test_all_of_it_works_by_keyboard(page, live_server, reader):
    page.goto(live_server.url + link(Purpose.CHOOSE, reader))
    page.get_by_label("ML tips").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(page.get_by_label("ML tips")).not_to_be_checked()

    page.get_by_label("New e-mail address").focus()
    page.keyboard.type("ada@example.net")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="We have written to")).to_be_visible()

    page.goto(live_server.url + link(Purpose.LEAVE, reader))
    page.get_by_role("button", name="Unsubscribe", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("It came too often").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    heading(page, "Thank you").to_be_visible()

    assert reader.events.first().detail == {"reason": "too often"}


def pages(page, live_server, reader):
    """Go to each page in turn, and give its name."""
    left = make_subscriber("grace@example.org")
    newcomer = make_subscriber("nora@example.org", State.PENDING)
    gets = {
        "confirm": link(Purpose.CONFIRM, newcomer),
        "change": link(Purpose.CHANGE, reader),
        "preferences": link(Purpose.CHOOSE, reader),
        "saved": link(Purpose.CHOOSE, reader) + "?done=address",
        "erase": link(Purpose.CHOOSE, reader, "erase"),
        "back": link(Purpose.LEAVE, left, "come_back"),
        "leave": link(Purpose.LEAVE, left),
        "over": "/confirm/x/",
    }
    for name, path in gets.items():
        page.goto(live_server.url + path)
        yield name
    page.goto(live_server.url + gets["leave"])
    page.get_by_role("button", name="Unsubscribe", exact=True).click()
    yield "goodbye"
    page.get_by_role("button", name="Take it back").click()
    yield "back"
    page.goto(live_server.url + gets["preferences"])
    page.get_by_label("New e-mail address").fill("ada@example")
    page.get_by_role("button", name="Change").click()
    expect(page.locator("#id_new_email_error")).to_be_visible()
    expect(page.get_by_label("New e-mail address")).to_be_focused()
    yield "error"
    Subscriber.objects.filter(pk=reader.pk).update(paused_until="2099-01-01 00:00Z")
    page.goto(live_server.url + gets["preferences"])
    yield "paused"
    page.goto(live_server.url + gets["confirm"])
    page.get_by_role("button", name="Yes, send me the letters").click()
    heading(page, "Welcome").to_be_visible()
    yield "welcome"


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_each_page_is_accessible_and_fits(page, live_server, reader, complaints, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    for name in pages(page, live_server, reader):
        page.get_by_role("button", name="Keyboard shortcuts").wait_for()

        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert [line for line in complaints if "404" not in line] == []
