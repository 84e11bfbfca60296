"""The screens of subscribers, in a real browser and by keyboard."""

import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from issues.audit import Act, note
from subscribers import subscriptions
from subscribers.addresses import read_address
from subscribers.consent import Proof, words
from subscribers.models import ConsentEvent, Subscriber, Suppression
from tests.builders import make_subscriber

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = reverse("admin:subscribers_subscriber_changelist")
CHECK = reverse("admin:subscribers_suppression_check")
OVERVIEW = reverse("subscribers_desk:overview")
ADA = read_address("ada@example.org")


def screen(person: Subscriber, name="change") -> str:
    return reverse(f"admin:subscribers_subscriber_{name}", args=[person.pk])


@pytest.fixture
def ada() -> Subscriber:
    """Have somebody with a story."""
    subscriptions.ask(ADA, Proof("sign-up", "/issues/1/", words=words()))
    person = Subscriber.objects.get()
    subscriptions.confirm(person, Proof("confirmation"))
    subscriptions.choose(person, [], Proof("preferences"))
    for weeks in (1, 3, 60):
        at = timezone.now() - datetime.timedelta(weeks=weeks)
        ConsentEvent.objects.create(subscriber=person, kind="left", at=at, zone="UTC", form="x")
    return person


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_are_accessible_and_fit(signed_in, live_server, ada, scheme):
    page = signed_in
    page.emulate_media(color_scheme=scheme)
    wordy = make_subscriber(f"{'x' * 60}@{'y' * 60}.example", "pending", name="word" * 50)
    gone = make_subscriber("gone@example.org", "left")
    subscriptions.give_reason(gone, f"too often: {'x' * 400}", Proof("goodbye page"))
    Suppression.objects.add(read_address("blocked@example.org"), "blocked")
    people = [screen(one, name) for one in (ada, wordy, gone) for name in ("change", "delete")]
    suppressed = reverse("admin:subscribers_suppression_changelist")
    note(None, Act.READERS_EXPORTED, ", ".join(Subscriber.State.values), "People: 120000")
    log = reverse("admin:issues_auditentry_changelist")
    urls = [reverse("admin:index"), LIST, f"{LIST}add/", OVERVIEW, suppressed, CHECK, log, *people]

    for url in urls:
        page.goto(live_server.url + url)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, url
            found = Axe().run(page, context="#content")  # the rest is Django's
            assert found.violations_count == 0, f"{url}: {found.generate_report()}"


def test_the_list_has_room_for_addresses_and_states(signed_in, live_server):
    page = signed_in
    make_subscriber("ada.lovelace@department.example", left_at=timezone.now())
    make_subscriber("asked@example.org", "pending")
    page.goto(live_server.url + LIST)

    page.set_viewport_size({"width": 1200, "height": 800})
    link = page.get_by_role("link", name="ada.lovelace@department.example")
    assert link.bounding_box()["height"] < 20  # one line

    page.set_viewport_size({"width": 320, "height": 800})
    for state in page.locator("#result_list .state").all():
        assert state.bounding_box()["x"] + state.bounding_box()["width"] <= 320


def test_somebody_is_taken_off_the_list_by_keyboard(signed_in, live_server, ada, complaints):
    page = signed_in
    page.goto(live_server.url + LIST)

    page.get_by_role("link", name="ada@example.org").press("Enter")
    page.get_by_label("Why they are taken off").fill("asked by telephone")
    page.get_by_role("button", name="Take off the list").press("Enter")

    expect(page.get_by_text("They are off the list.")).to_be_visible()
    expect(page.locator(".timeline li").first).to_contain_text("Was taken off the list.")
    expect(page.locator(".timeline li").first).to_contain_text("asked by telephone")
    assert complaints == []


def test_what_is_changed_in_the_form_is_changed_for_the_person(signed_in, live_server, ada):
    page = signed_in
    day = timezone.localdate() + datetime.timedelta(days=20)
    page.goto(live_server.url + screen(ada))

    page.get_by_label("Tool").check()
    page.get_by_label("Pause until").fill(f"{day}")
    page.get_by_label("Another address").fill("ada@new.example")
    page.get_by_role("button", name="Save and continue editing").press("Enter")

    expect(page.get_by_text("ada@new.example, which has not confirmed yet")).to_be_visible()
    expect(page.get_by_label("Tool")).to_be_checked()
    ada.refresh_from_db()
    assert not ada.unwanted_types.filter(slug="tool").exists()
    assert timezone.localdate(ada.paused_until) == day


def test_those_who_are_chosen_in_the_list_are_blocked(signed_in, live_server, complaints):
    page = signed_in
    people = [make_subscriber(f"{name}@example.org") for name in ("one", "two", "three")]
    page.goto(live_server.url + LIST)

    for person in people[:2]:
        page.locator(f'input[name="_selected_action"][value="{person.pk}"]').check()
    page.get_by_label("Action:").select_option("forget")
    page.get_by_role("button", name="Go").press("Enter")
    expect(page.get_by_text("2 people are forgotten: ")).to_be_visible()
    page.get_by_label("Erase and block").check()
    page.get_by_role("button", name="Forget for good").press("Enter")

    expect(page.get_by_text("2 people are forgotten.")).to_be_visible()
    assert list(Subscriber.objects.values_list("email", flat=True)) == ["three@example.org"]
    assert set(Suppression.objects.values_list("reason", flat=True)) == {"blocked"}
    assert complaints == []


def test_a_suppression_is_lifted_and_no_address_gets_into_the_bar(signed_in, live_server):
    page = signed_in
    Suppression.objects.add(ADA, "blocked")
    page.goto(live_server.url + reverse("admin:subscribers_suppression_changelist"))

    page.get_by_label("E-mail address").fill("Ada@example.org")
    page.get_by_label("E-mail address").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Ada@example.org is suppressed.")
    assert "@" not in page.url
    page.get_by_role("button", name="Lift it").press("Enter")

    expect(page.get_by_text("It is lifted")).to_be_visible()
    assert not Suppression.objects.exists()


def test_the_numbers_of_a_chart_open_by_keyboard(signed_in, live_server, ada, complaints):
    page = signed_in
    page.goto(live_server.url + OVERVIEW)
    expect(page.get_by_role("img", name="The last 26 weeks")).to_be_visible()

    page.get_by_text("The numbers").first.press("Enter")

    rows = page.locator(".growth").first.locator("tbody tr")
    expect(rows).to_have_count(26)
    expect(rows.first.locator("td").first).to_have_text("1")
    assert complaints == []
