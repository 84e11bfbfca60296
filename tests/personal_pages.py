"""What every page behind a link of a letter must be like, and the links themselves."""

import datetime

import html5lib
from django.urls import reverse

from subscribers import tokens
from subscribers.tokens import Purpose

PAGES = {
    Purpose.CONFIRM: "confirm",
    Purpose.CHANGE: "change",
    Purpose.CHOOSE: "preferences",
    Purpose.LEAVE: "unsubscribe",
}
WEEK = datetime.timedelta(weeks=1)


def link(purpose, subscriber, name="", at=None) -> str:
    """Give the address that a letter to a person links to, or one below it by its name."""
    token = tokens.make(purpose, subscriber, at)
    return reverse(f"subscribers:{name or PAGES[purpose]}", args=[token])


def assert_is_personal(response):
    """Hold a page to be kept by nobody, found by nobody, and valid; with no cookie set or asked."""
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    if response["Content-Type"].startswith("text/html") and response.content:
        html = response.content.decode()
        html5lib.HTMLParser(strict=True).parse(html)
        assert html.count("<h1") == 1


def text_of(response) -> str:
    """Give a page's source, with its blank space as one reads it."""
    return " ".join(response.content.decode().split())
