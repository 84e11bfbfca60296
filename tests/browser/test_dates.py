"""The calendar and the clock beside the fields of a moment, in a real browser."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.builders import make_ready_issue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_they_read_and_write_what_the_fields_hold(signed_in, live_server, complaints):
    page, issue = signed_in, make_ready_issue()
    page.goto(live_server.url + reverse("desk:publishing", args=[issue.pk]))
    day, clock = page.get_by_label("Date", exact=True), page.get_by_label("Time", exact=True)
    expect(day).to_have_value(re.compile(r"^20\d\d-\d\d-\d\d$"))
    expect(clock).to_have_value("09:00")

    day.fill("2036-12-02")
    page.locator("[id^=calendarlink]").first.click()
    expect(page.locator(".calendarbox caption")).to_have_text("December 2036")
    page.locator(".calendarbox").get_by_role("link", name="24", exact=True).click()
    page.locator("[id^=clocklink]").first.click()
    page.locator(".clockbox").get_by_role("link", name="6 a.m.").click()

    expect(day).to_have_value("2036-12-24")
    expect(clock).to_have_value("06:00")
    page.get_by_role("link", name="Today", exact=True).click()
    expect(day).to_have_value(f"{timezone.localdate()}")
    assert complaints == []
