"""What a page may load and do in a browser."""

import pytest

from tests.builders import make_issue

pytestmark = pytest.mark.django_db

STRICT = {
    "default-src": ["'none'"],
    **{f"{name}-src": ["'self'"] for name in ("script", "style", "font", "connect", "img")},
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


def policy(response) -> dict[str, list[str]]:
    lines = response["Content-Security-Policy"].split(";")
    return {name: sources for name, *sources in map(str.split, lines)}


@pytest.mark.parametrize(
    "path", ["/", "/issues/", "/tags/", "/search/", "/nothing/", "/feed.xml", "/api/v1/docs"]
)
def test_a_page_loads_from_this_site_alone(client, path):
    make_issue(1, sections=["Grid"])

    response = client.get(path)

    assert policy(response) == STRICT
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/issues/1/", "/issues/1/one/", "/tags/css/all/"])
def test_a_page_names_the_hosts_whose_pictures_it_shows(client, path):
    body = (
        "![a](https://pictures.example/a.png)\n\n![b](https://B.example:8443/b.png)\n\n"
        '![c](http://plain.example/c.png)\n\nA text about `<img src="https://x.example/">`.'
    )
    make_issue(1, sections=[{"title": "One", "body": body, "tags": ["css"]}])

    sources = policy(client.get(path))["img-src"]

    assert sources == ["'self'", "https://b.example:8443", "https://pictures.example"]


def test_the_desk_shows_what_an_editor_has_just_written(desk):
    assert policy(desk.get("/admin/"))["img-src"] == ["'self'", "https:"]


def test_hsts_is_sent_where_the_site_has_https(client, settings):
    settings.SECURE_HSTS_SECONDS = 60

    assert "max-age=60" in client.get("/", secure=True)["Strict-Transport-Security"]
