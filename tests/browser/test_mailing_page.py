"""The pages of mailings and of the outbox, in a real browser and by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from subscribers import letters
from subscribers.models import Delivery, Mailing, Worker
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    make_delivery,
    make_mailing,
    make_ready_issue,
    make_subscriber,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = reverse("admin:subscribers_mailing_changelist")
OUTBOX = reverse("subscribers_desk:outbox")


def screen(mailing: Mailing, name="change", *more) -> str:
    return reverse(f"admin:subscribers_mailing_{name}", args=[mailing.pk, *more])


def make_rows(mailing: Mailing, *states: str, **fields) -> None:
    for state in states:
        make_delivery(mailing, state=state, **fields)


@pytest.fixture
def mailing() -> Mailing:
    """Have a mailing under way, of which something has become everything that can."""
    now = timezone.now()
    issue = make_ready_issue(1, YESTERDAY, title="word" * 40)
    made = make_mailing(issue, state="sending", started_at=now, listed_at=now)
    reply = f"550 5.1.1 <ada@example.org> {'x' * 200}"
    make_rows(made, *Delivery.State.values, code=550, reply=reply, skip="resting")
    return made


@pytest.fixture
def written(settings, tmp_path) -> str:
    """Have a letter in the outbox; give its name."""
    settings.EMAIL_BACKEND = "subscribers.outbox.OutboxBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    letters.queue("confirmation", make_subscriber("ada@example.org", "pending"))
    letters.send_due()
    return next(tmp_path.iterdir()).name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_are_accessible_and_fit(signed_in, live_server, mailing, written, scheme, complaints):
    page = signed_in
    page.emulate_media(color_scheme=scheme)
    over = make_mailing(make_ready_issue(2, YESTERDAY), state="sent", ended_at=timezone.now())
    make_mailing(make_ready_issue(3, TOMORROW), state="paused", reason="r" * 300)
    acts = [screen(mailing, "act", name) for name in ("cancel", "retry", "release", "joined")]
    rows = [screen(mailing, "rows", state) for state in ("failed", "held", "skipped")]
    outbox = [OUTBOX, reverse("subscribers_desk:outbox_mail", args=[written])]
    urls = [reverse("admin:index"), LIST, screen(mailing), screen(over), *acts, *rows, *outbox]

    for url in urls:
        page.goto(live_server.url + url)
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, url
            found = Axe().run(page, context="#content")  # the rest is Django's
            assert found.violations_count == 0, f"{url}: {found.generate_report()}"
    assert complaints == []


def test_the_numbers_move_and_the_focus_stays(signed_in, live_server, mailing, complaints):
    page = signed_in
    page.goto(live_server.url + screen(mailing))
    expect(page.get_by_text("No worker runs: nothing is sent until one does.")).to_be_visible()
    link = page.get_by_role("link", name="Sent 1", exact=True)
    link.focus()

    Worker.objects.create(name="one")
    make_rows(mailing, *["sent"] * 7)

    expect(page.locator('[data-live="share"]')).to_have_text("8")
    expect(page.get_by_text("1 worker is at work.")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("70 percent are done.")
    expect(page.get_by_role("link", name="Sent 8", exact=True)).to_be_focused()
    assert page.locator(".mailing-bar progress").evaluate("bar => bar.value") == 78
    assert complaints == []


def test_the_page_is_another_once_it_has_ended(signed_in, live_server, mailing):
    page = signed_in
    page.goto(live_server.url + screen(mailing))
    expect(page.get_by_role("button", name="Pause")).to_be_visible()

    Delivery.objects.open().update(state="sent", due_at=None, ended_at=timezone.now())
    Mailing.objects.update(state="sent", ended_at=timezone.now())

    expect(page.get_by_text("It ended on")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    expect(page.locator("script[src*='admin/mailing']")).to_have_count(0)


def test_without_scripts_the_page_comes_anew(signed_in, without_scripts, live_server, mailing):
    without_scripts.context.add_cookies(signed_in.context.cookies())

    without_scripts.goto(live_server.url + screen(mailing))

    expect(without_scripts.locator("meta[http-equiv=refresh]")).to_have_count(1)
    expect(without_scripts.get_by_role("link", name="Sent 1", exact=True)).to_be_visible()


def test_it_is_paused_resumed_and_cancelled_by_keyboard(
    signed_in, live_server, mailing, complaints
):
    page = signed_in
    page.goto(live_server.url + LIST)
    page.get_by_role("link", name="#1 word").press("Enter")

    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.get_by_text("It is paused. Messages in hand still go out.")).to_be_visible()
    page.get_by_role("link", name="Resume").press("Enter")
    page.get_by_role("button", name="Resume").press("Enter")
    expect(page.get_by_text("It goes on.")).to_be_visible()
    page.get_by_role("link", name="Cancel the mailing").press("Enter")
    expect(page.get_by_text("Sent so far: 1. Not sent any more: 4.")).to_be_visible()
    page.get_by_role("button", name="Cancel the mailing").press("Enter")

    expect(page.get_by_text("It is cancelled. Nobody gets it from now on.")).to_be_visible()
    assert Mailing.objects.get().state == "cancelled"
    assert not Delivery.objects.open().exists()
    assert complaints == []


def test_a_letter_is_read_and_its_link_followed(signed_in, live_server, written, complaints):
    page = signed_in
    page.goto(live_server.url + reverse("admin:index"))
    page.get_by_role("link", name="Mails that were written").press("Enter")
    page.get_by_role("link", name="Please confirm").press("Enter")

    frame = page.frame_locator("iframe.outbox-page")
    expect(frame.get_by_role("heading", name="Do you want this letter?")).to_be_visible()
    link = page.locator(".outbox-text a").first
    expect(link).to_contain_text("/confirm/")

    assert complaints == []
