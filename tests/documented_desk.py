"""`python -m tests.documented_desk`: takes the pictures of the documentation again.

It runs a site of its own with the demo archive, writes, publishes and mails an issue there, and
keeps what the screens look like in docs/pictures/. It is run by hand, when a screen has changed.
"""

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
SCREEN = {"width": 1280, "height": 860}
COLOURS = 96  # of a picture; more make the file larger, and nobody sees them
NAME, PASSWORD = "vera", "a pencil, sharpened"
SETTINGS = {"SITE_NAME": "My letter", "DEBUG": "off", "SECRET_KEY": "only for pictures " * 4}


def main() -> None:
    import django

    with tempfile.TemporaryDirectory(prefix="bitsletter-pictures-") as folder:
        os.environ.update(SETTINGS, DATA_DIR=folder, ENV_FILE=os.devnull)
        os.environ["DJANGO_SETTINGS_MODULE"] = "bitsletter.settings"
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's event loop runs beside us
        for command in (["migrate", "-v0"], ["collectstatic", "--no-input", "-v0"], ["load_demo"]):
            manage(*command)
        django.setup()
        take_all()


def manage(*command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True)


def take_all() -> None:
    from tests.web_process import served

    issue = write_rows()
    with served(dict(os.environ)) as server, browsing(server.port) as page:
        for take in (take_public, take_sign_in, take_writing, take_conflict, take_publishing):
            take(page, issue)
        for take in (take_mail, take_readers):
            take(page, issue)


@contextmanager
def browsing(port: int) -> Iterator:
    from playwright.sync_api import sync_playwright

    from tests.machine import browser

    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=sandbox)
        options = {"base_url": f"http://127.0.0.1:{port}", "viewport": SCREEN, "locale": "en-GB"}
        page = chromium.new_page(**options, color_scheme="light", reduced_motion="reduce")
        page.set_default_timeout(30_000)
        try:
            yield page
        finally:
            chromium.close()


def keep(name: str, place, **options) -> None:
    """Keep what a page or an element looks like, in few colours."""
    image = Image.open(io.BytesIO(place.screenshot(animations="disabled", **options)))
    few = image.convert("RGB").quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=0)
    few.save(PICTURES / f"{name}.png", optimize=True)
    print(name, (PICTURES / f"{name}.png").stat().st_size // 1000, "kB", flush=True)


# What there is to see ------------------------------------------------------------------------

TIP = """\
A run that begins at its full rate often never recovers from the first steps. Raise the rate over
the first **hundred steps**, then let it fall:

```python
rate = peak * min(1, step / 100)
```

What helps, in [the paper that asked](https://arxiv.org/abs/1706.02677):

- a warm start, even a short one
- the same schedule for every layer
"""
WEB = """\
`loading="lazy"` holds back pictures that nobody has scrolled to. Leave it away from the first one:
it would come *later* than before. See also [[103]].

TODO: a word about frames
"""


def write_rows():
    """Write an issue that is nearly done, what waits in the inbox, and people who read."""
    from django.contrib.auth import get_user_model

    from issues import recipe
    from tests.builders import make_issue, make_section, make_subscriber

    person = get_user_model().objects.create_superuser(NAME, "vera@example.org", PASSWORD)
    get_user_model().objects.filter(pk=person.pk).update(first_name="Vera")
    tip = {"title": "Warm up your learning rate", "type": "ml-tip", "body": TIP}
    web = {"title": "Load pictures later", "type": "web-tip", "body": WEB}
    sections = [{**tip, "tags": ["optimisers", "training"]}, {**web, "tags": ["html", "images"]}]
    for title, kind, link in MORE:
        sections.append(
            {"title": title, "type": kind, "link": link, "body": BRIEF, "tags": ["css"]}
        )
    title = "Warm up, Load later"
    issue = make_issue(111, None, sections, title=title, recipe=recipe.current())
    for waiting in ("A type checker written in Rust", "What browsers cost a phone"):
        make_section(title=waiting, type="news", link="https://example.org/", tags=["tools"])
    for number in range(24):
        make_subscriber(f"reader-{number}@example.org")
    return issue


BRIEF = "It says in a few words what is new, and for whom that is worth ten minutes of their day."
MORE = (
    ("How slow is slow?", "research-paper", "https://arxiv.org/abs/1609.04836"),
    ("Grid learns masonry", "news", "https://example.org/masonry/"),
)


# The pictures --------------------------------------------------------------------------------


def take_public(page, issue) -> None:
    page.goto("/")
    page.wait_for_load_state("networkidle")
    keep("home", page)
    page.goto("/search/?q=rate")
    keep("search", page)


def take_sign_in(page, issue) -> None:
    page.goto("/admin/")
    keep("sign-in", page, clip={"x": 0, "y": 0, "width": 1280, "height": 420})
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.locator("#user-tools").wait_for()
    keep("desk", page)


def take_writing(page, issue) -> None:
    from tests.browser.desk import card, preview_of, ready

    page.goto(f"/admin/issues/issue/{issue.pk}/change/")
    ready(page)
    keep("issue", page)
    row = card(page, 0)
    preview_of(row).locator("pre").wait_for()
    keep("section", row)
    tags = row.get_by_label("Tags:")
    tags.press("End")
    tags.press_sequentially(", learn")
    page.wait_for_timeout(1000)
    keep("tags", row.locator(".field-tags"))
    page.goto(f"/admin/issues/issue/{issue.pk}/change/")
    ready(page)
    keep("board", page.locator(".desk-board"))
    keep("preflight", page.locator("#preflight"))
    page.goto("/admin/desk/inbox/")
    keep("inbox", page)
    page.goto("/admin/issues/asset/")
    page.wait_for_load_state("networkidle")
    keep("pictures", page)
    page.goto(f"/admin/issues/issue/{issue.pk}/preview/")
    keep("preview", page)


def take_conflict(page, issue) -> None:
    from tests.browser.desk import card, ready
    from tests.builders import change

    page.goto(f"/admin/issues/issue/{issue.pk}/change/")
    ready(page)
    section = issue.sections.get(title="Warm up your learning rate")
    card(page, 0).get_by_label("Title:", exact=True).fill("Warm up, then cool down")
    change(section, title="Warm up for a hundred steps")
    change(issue)
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".desk-conflict").wait_for()
    keep("conflict", page)


def take_publishing(page, issue) -> None:
    from issues.models import Section
    from tests.builders import change

    for section in Section.objects.filter(issue=issue, title="Load pictures later"):
        change(section, body=WEB.partition("TODO")[0])
    change(issue, summary="Begin a training slowly, and let pictures wait until they are seen.")
    page.goto(f"/admin/desk/issues/{issue.pk}/publishing/")
    page.get_by_role("button", name="Make a link").click()
    page.get_by_text("opens until").first.wait_for()
    keep("publishing", page, full_page=True)
    page.get_by_role("button", name="Publish now").click()
    page.get_by_text("is public now").first.wait_for()


def take_mail(page, issue) -> None:
    page.goto(f"/admin/subscribers/mail/{issue.pk}/")
    page.wait_for_load_state("networkidle")
    keep("mail", page)
    page.get_by_role("button", name="Approve for this moment").click()
    page.get_by_role("button", name="Send to 24 people on").wait_for()
    keep("approve", page)
    page.get_by_role("button", name="Send to 24 people on").click()
    page.get_by_text("Its mail was approved").wait_for()
    page.goto("/admin/subscribers/slot/")
    keep("slot", page)
    send_now(issue)
    page.goto(f"/admin/subscribers/mailing/{issue.mailing.pk}/change/")
    keep("report", page)


def send_now(issue) -> None:
    """Let the hour come and a worker pass by."""
    from django.utils import timezone

    from subscribers.models import Mailing

    Mailing.objects.filter(issue=issue).update(scheduled_for=timezone.now())
    manage("worker", "--once")
    issue.refresh_from_db()


def take_readers(page, issue) -> None:
    page.goto("/subscribe/")
    keep("sign-up", page, clip={"x": 0, "y": 0, "width": 1280, "height": 560})


if __name__ == "__main__":
    main()
