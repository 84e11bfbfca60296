"""Forms are taken from pages of this site alone."""

import pytest

from subscribers.guard import is_ours

pytestmark = pytest.mark.once

SITE = "https://news.example.org"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE
    settings.ALLOWED_HOSTS = ["news.example.org", "127.0.0.1"]


def ours(rf, host="news.example.org", **headers) -> bool:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return is_ours(rf.post("/subscribe/", headers={"Host": host, **headers}))


@pytest.mark.parametrize("relation", ["cross-site", "same-site", "none", "", "SAME-ORIGIN", "x"])
def test_what_the_browser_calls_another_relation_is_refused(rf, relation):
    assert not ours(rf, Sec_Fetch_Site=relation)
    assert not ours(rf, Sec_Fetch_Site=relation, Origin=SITE)


def test_the_same_origin_is_taken(rf):
    assert ours(rf, Sec_Fetch_Site="same-origin")
    assert ours(rf, Sec_Fetch_Site="same-origin", Origin="null")  # of a page without referrer


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("news.example.org", SITE),
        ("127.0.0.1:8000", SITE),  # behind a proxy that gives its own name
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("news.example.org", "HTTPS://News.Example.ORG"),
    ],
)
def test_an_older_browser_names_the_origin(rf, host, origin):
    assert ours(rf, host, Origin=origin)


@pytest.mark.parametrize(
    "origin",
    [
        *("null", "", "https://example.org", "https://news.example.org.evil.example", "*"),
        *("https://news.example.org:444", "http://127.0.0.1:8001", "news.example.org", "\x00"),
        *("https://user@news.example.org", "https://news.example.org/", "é" * 9000),
    ],
)
def test_another_origin_is_refused(rf, origin):
    assert not ours(rf, "127.0.0.1:8000", Origin=origin)


def test_who_says_nothing_is_refused(rf):
    assert not ours(rf)
