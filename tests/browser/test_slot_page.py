"""The page of the coming slots, as somebody uses it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from issues.moments import in_words
from subscribers.delivery import weeks
from subscribers.delivery.slots import next_slots
from subscribers.models import Slot
from tests.builders import make_mailing, make_ready_issue
from tests.issues.test_home import HOME

pytestmark = pytest.mark.browser

PAGE = reverse("subscribers_desk:slot")


def test_a_week_is_skipped_and_taken_back_by_keyboard(signed_in, live_server):
    page = signed_in
    first, *_others = next_slots(timezone.now(), 1)
    page.goto(live_server.url + HOME)
    page.get_by_role("link", name="The next mails, and skipping one").click()

    week = page.get_by_role("region", name=in_words(first))
    week.get_by_role("button", name="Skip this week").press("Enter")
    expect(week).to_contain_text("Skipped by ")

    week.get_by_role("button", name="Do not skip it").press("Enter")
    expect(week).to_contain_text("Nothing approved yet.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(signed_in, live_server, django_user_model, scheme):
    page = signed_in
    page.emulate_media(color_scheme=scheme)
    first, second, third, _fourth = next_slots(timezone.now(), 4)
    mailing = make_mailing(make_ready_issue(7), scheduled_for=first)
    mailing.subject = "Long" * 60
    mailing.save()
    weeks.skip(second, django_user_model.objects.get())
    Slot.objects.create(at=third, nudged_day_at=first, nudged_hours_at=first)

    page.goto(live_server.url + PAGE)

    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, context="#content")  # the rest is Django's
        assert found.violations_count == 0, found.generate_report()
