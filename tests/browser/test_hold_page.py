"""The page that says that all mail is held back, as somebody uses it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from subscribers.delivery import holding
from subscribers.models import Hold
from tests.builders import make_mailing, make_ready_issue
from tests.issues.test_home import HOME

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_the_home_to_mail_that_goes_out_again(signed_in, live_server, scheme):
    page = signed_in
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 700})
    make_mailing(make_ready_issue(7), state="sending", started_at=timezone.now())
    holding.hold("The site was restored from a backup of yesterday.")

    page.goto(live_server.url + HOME)
    expect(page.get_by_role("status")).to_contain_text("All mail is held back since")
    page.get_by_role("link", name="Look at it, and let mail go out again").click()

    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    page.get_by_role("button", name="Let mail go out again").press("Enter")
    expect(page.get_by_text("Letters and reminders go out again.")).to_be_visible()
    assert not Hold.objects.exists()
