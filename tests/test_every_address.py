"""Every address outside the desk, asked by everybody in every way; the desk's: test_roles.py."""

import pytest
from django.db import transaction

from issues import sharing
from subscribers import tokens
from subscribers.tokens import Purpose
from tests.addresses import address, routes, writes
from tests.builders import (
    make_colleague,
    make_issue,
    make_picture,
    make_ready_issue,
    make_subscriber,
)

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PEOPLE = ("anonymous", "colleague", "superuser")

# What they answer to METHODS, whoever asks; * is an act that may be written down.
READ = "200 200 405 405 405 405 405 405"
LEADS_ON = "302 302 405 405 405 405 405 405"
API = "200 200 405 405 405 405 204 405"
ACT = "200 200 200* 405 405 405 405 405"
ACT_ALONE = "405 405 200* 405 405 405 405 405"
CHOOSE = "200 200 303* 405 405 405 405 405"  # nothing was asked for: the page once more
SIGN_UP = "200 200 403 405 405 405 405 405"  # no form of ours was sent
REPORT = "200 200 400 405 405 405 405 405"  # the provider has not signed it

# Every address: what stands in its places, and what it answers.
TABLE = {
    "mail/<slug:provider>/tracking/": (("provider",), REPORT),
    "api/v1/": ((), API),
    "api/v1/docs": ((), API),
    "api/v1/openapi.json": ((), API),
    "api/v1/issues/": ((), API),
    "api/v1/issues/latest/": ((), API),
    "api/v1/issues/<number:number>/": (("number",), API),
    "api/v1/issues/<number:number>/sections/<slug:slug>/": (("number", "slug"), API),
    "api/v1/sections/": ((), API),
    "api/v1/sections/<number:id>/": (("section",), API),
    "api/v1/tags/": ((), API),
    "api/v1/tags/<tag:slug>/": (("tag",), API),
    "api/v1/types/": ((), API),
    "api/v1/types/<slug:slug>/": (("type",), API),
    "subscribe/": ((), SIGN_UP),
    "subscribe/stamp/": ((), READ),
    "privacy/": ((), READ),
    "confirm/<str:token>/": (("confirm",), ACT),
    "confirm/address/<str:token>/": (("change",), ACT),
    "preferences/<str:token>/": (("choose",), CHOOSE),
    "preferences/<str:token>/data/": (("choose",), ACT_ALONE),
    "preferences/<str:token>/erase/": (("choose",), ACT),
    "unsubscribe/<str:token>/": (("leave",), ACT),
    "unsubscribe/<str:token>/back/": (("leave",), ACT),
    "unsubscribe/<str:token>/reason/": (("leave",), ACT_ALONE),
    "": ((), READ),
    "issues/": ((), READ),
    "issues/latest/": ((), LEADS_ON),
    "issues/<number:number>/": (("number",), READ),
    "issues/<number:number>/share.png": (("number",), READ),
    "issues/<number:number>/<slug:slug>/": (("number", "slug"), READ),
    "issues/<number:number>/<slug:slug>/share.png": (("number", "slug"), READ),
    "tags/": ((), READ),
    "tags/<tag:slug>/": (("tag",), READ),
    "tags/<tag:slug>/all/": (("tag",), READ),
    "tags/<tag:slug>/feed.<format:extension>": (("tag", "format"), READ),
    "types/<slug:slug>/": (("type",), READ),
    "types/<slug:slug>/feed.<format:extension>": (("type", "format"), READ),
    "search/": ((), READ),
    "search/suggest/": ((), READ),
    "search/feed.<format:extension>": (("format",), READ),
    "feed.<format:extension>": (("format",), READ),
    "sitemap.xml": ((), READ),
    "sitemap-lists.xml": ((), READ),
    "sitemap-<slug:kind>-<number:part>.xml": (("kind", "part"), READ),
    "robots.txt": ((), READ),
    "share.png": ((), READ),
    "share/<str:token>/": (("share",), READ),
    "media/<name>": (("picture",), READ),
}
PERSONAL = [route for route in TABLE if "token" in route]


@pytest.fixture
def places(settings, author) -> dict:
    """Give what stands in the places of addresses: something that is there."""
    settings.EMAIL_PROVIDER, settings.ANYMAIL = "postmark", {"WEBHOOK_SECRET": "name:secret"}
    section = make_issue(1, sections=[{"title": "Grid", "tags": ["css"]}]).sections.get()
    link = sharing.make(make_ready_issue(2, None, author=author), author)
    ada = make_subscriber("ada@example.org")
    bob = make_subscriber("bob@example.org", "pending")
    eve = make_subscriber("eve@example.org", new_email="new@example.org")
    return {
        **{"number": 1, "slug": section.slug, "section": section.pk, "tag": "css"},
        **{"type": "ml-tip", "format": "xml", "kind": "sections", "part": 1},
        "provider": "postmark",
        "confirm": tokens.make(Purpose.CONFIRM, bob),
        "change": tokens.make(Purpose.CHANGE, eve),
        "choose": tokens.make(Purpose.CHOOSE, ada),
        "leave": tokens.make(Purpose.LEAVE, ada),
        "share": sharing.address(link).split("/")[2],
        "picture": make_picture().file.name,
    }


@pytest.fixture(params=PEOPLE)
def visitor(request, client):
    """Give the browser of somebody who has signed in, or has not."""
    if request.param == "colleague":
        client.force_login(make_colleague(password=None))
    if request.param == "superuser":
        client.force_login(make_colleague(is_superuser=True, password=None))
    return client


def asked(client, method: str, url: str):
    """Ask, and give the answer and what was written; it is undone."""
    with transaction.atomic(), writes() as written:
        response = client.generic(method, url)
        b"".join(response)
        transaction.set_rollback(True)
    return response, written


def test_is_in_the_table():
    known = {route for route in routes() if not route.startswith("admin/")}

    assert known - set(TABLE) == set(), "Say in TABLE what the new addresses answer."
    assert set(TABLE) - known == set(), "TABLE still has addresses that are gone."


def test_answers_as_the_table_says_whoever_asks_and_only_acts_write(visitor, places):
    wrong = []
    for route, (names, answers) in TABLE.items():
        url = address(route, [places[name] for name in names])
        for method, expected in zip(METHODS, answers.split(), strict=True):
            response, written = asked(visitor, method, url)
            if response.status_code != int(expected.rstrip("*")):
                wrong.append(f"{method} {url}: {response.status_code}")
            if written and "*" not in expected:
                wrong.append(f"{method} {url} writes {written}")
            if response.cookies or "Cookie" in response.get("Vary", ""):
                wrong.append(f"{method} {url} asks for a session or gives a cookie")

    assert wrong == []


@pytest.mark.parametrize("token", ["nobody", "bm9ib2R5:1abcde:sig", "%00", "%ED%A0%80"])
def test_a_key_that_nobody_has_writes_nothing(client, token):
    wrong = []
    for route in PERSONAL:
        for method in METHODS:
            url = address(route, [token])
            response, written = asked(client, method, url)
            if response.status_code not in (200, 404, 405) or written:
                wrong.append(f"{method} {url}: {response.status_code}, {written}")

    assert wrong == []
