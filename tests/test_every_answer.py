"""The headers that every answer has, by whatever way it is given."""

import pytest
from django.test import Client
from django.urls import reverse

from subscribers import tokens
from subscribers.tokens import Purpose
from tests.builders import YESTERDAY, make_issue, make_picture, make_ready_issue, make_subscriber

pytestmark = pytest.mark.django_db

ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "browsing-topics=(), camera=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
    "X-Content-Type-Options": "nosniff",
}
PLAIN = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
ELSEWHERE = {**PLAIN, "Cross-Origin-Resource-Policy": "cross-origin"}
KEY = {**PLAIN, "Referrer-Policy": "no-referrer"}
FRAME = {**PLAIN, "Referrer-Policy": "no-referrer", "X-Frame-Options": "SAMEORIGIN"}
HSTS = "max-age=31536000; includeSubDomains; preload"


class Site:
    """Asks for each kind of answer, over https or not."""

    def __init__(self, client: Client, secure: bool):
        self.client, self.secure = client, secure

    def get(self, path: str, method: str = "GET", **headers: str):
        return self.client.generic(method, path, secure=self.secure, headers=headers)

    def again(self, path: str):
        """Ask for what this browser has already."""
        first = self.get(path)
        known = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
        name = "ETag" if "ETag" in first else "Last-Modified"
        b"".join(first)
        return self.get(path, **{known[name]: first[name]})

    def without_csrf_token(self, path: str):
        """Post a form as another site would let a browser post it."""
        return Client(enforce_csrf_checks=True).post(path, secure=self.secure)


# Each kind of answer: what is asked, the status, and what it says beside what all say.
KINDS = {
    "a page": (lambda site: site.get("/"), 200, PLAIN),
    "a page for a reader who has it": (lambda site: site.again("/issues/1/"), 304, PLAIN),
    "a page without its text": (lambda site: site.get("/", "HEAD"), 200, PLAIN),
    "a page that has moved": (lambda site: site.get("/issues/1"), 301, PLAIN),
    "a page that leads on": (lambda site: site.get("/issues/latest/"), 302, PLAIN),
    "no page": (lambda site: site.get("/nothing/"), 404, PLAIN),
    "a page posted to": (lambda site: site.get("/", "POST"), 405, PLAIN),
    "the wrong host": (lambda site: site.get("/nothing/", Host="evil.example"), 400, PLAIN),
    "the wrong host of a page": (lambda site: site.get("/", Host="evil.example"), 400, PLAIN),
    "the wrong host of the API": (
        lambda site: site.get("/api/v1/", Host="evil.example"),
        400,
        ELSEWHERE,
    ),
    "a form of another site": (
        lambda site: site.without_csrf_token("/admin/login/"),
        403,
        PLAIN,
    ),
    "a failure": (lambda site: site.get("/issues/"), 500, PLAIN),
    "a static file": (lambda site: site.get("/static/site.css"), 200, ELSEWHERE),
    "a static file again": (lambda site: site.again("/static/site.css"), 304, ELSEWHERE),
    "no static file": (lambda site: site.get("/static/nothing.css"), 404, ELSEWHERE),
    "a picture": (lambda site: site.get(site.picture), 200, ELSEWHERE),
    "a picture again": (lambda site: site.again(site.picture), 304, ELSEWHERE),
    "no picture": (lambda site: site.get(f"/media/a/{'0' * 32}.png"), 404, ELSEWHERE),
    "a drawn picture": (lambda site: site.get("/share.png"), 200, ELSEWHERE),
    "a feed": (lambda site: site.get("/feed.xml"), 200, ELSEWHERE),
    "a feed again": (lambda site: site.again("/types/ml-tip/feed.json"), 304, ELSEWHERE),
    "the API": (lambda site: site.get("/api/v1/issues/"), 200, ELSEWHERE),
    "the API again": (lambda site: site.again("/api/v1/issues/"), 304, ELSEWHERE),
    "the API asked before it is asked": (
        lambda site: site.get("/api/v1/issues/", "OPTIONS", Origin="https://other.example"),
        204,
        ELSEWHERE,
    ),
    "the API posted to": (lambda site: site.get("/api/v1/issues/", "POST"), 405, ELSEWHERE),
    "the API asked nonsense": (
        lambda site: site.get("/api/v1/issues/?page_size=x"),
        422,
        ELSEWHERE,
    ),
    "nothing of the API": (lambda site: site.get("/api/v1/nothing/"), 404, ELSEWHERE),
    "the document of the API": (lambda site: site.get("/api/v1/openapi.json"), 200, ELSEWHERE),
    "the page about the API": (lambda site: site.get("/api/v1/docs"), 200, ELSEWHERE),
    "the sitemap": (lambda site: site.get("/sitemap.xml"), 200, PLAIN),
    "robots.txt": (lambda site: site.get("/robots.txt"), 200, PLAIN),
    "healthz": (lambda site: site.get("/healthz"), 200, PLAIN),
    "readyz": (lambda site: site.get("/readyz"), 200, PLAIN),
    "a provider's report": (lambda site: site.get("/mail/nobody/tracking/", "POST"), 404, PLAIN),
    "the sign-up": (lambda site: site.get("/subscribe/"), 200, PLAIN),
    "a person's page": (lambda site: site.get(f"/preferences/{site.token}/"), 200, KEY),
    "a person's page, slash forgotten": (
        lambda site: site.get(f"/preferences/{site.token}"),
        301,
        KEY,
    ),
    "a person's page put": (lambda site: site.get(f"/preferences/{site.token}/", "PUT"), 405, KEY),
    "a link that holds no more": (lambda site: site.get("/preferences/none/"), 404, KEY),
    "no draft to review": (lambda site: site.get("/share/none/"), 404, KEY),
    "the sign-in": (lambda site: site.get("/admin/login/"), 200, PLAIN),
    "the desk": (lambda site: site.get("/admin/"), 200, PLAIN),
    "a script of the desk": (lambda site: site.get("/admin/jsi18n/"), 200, PLAIN),
    "a mail in a frame": (
        lambda site: site.get(reverse("subscribers_desk:mail_part", args=[site.issue.pk, "html"])),
        200,
        FRAME,
    ),
}
DESK = {"the desk", "a script of the desk", "a mail in a frame"}


@pytest.fixture(params=[False, True], ids=["http", "https"])
def site(request, client, settings, tmp_path, editor, monkeypatch) -> Site:
    settings.SECURE_SSL_REDIRECT = request.param
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "site.css").write_text("p {}")

    def broken(*args):
        raise RuntimeError("asked for by the test")

    monkeypatch.setattr("issues.views.year_counts", broken)
    client.raise_request_exception = False
    site = Site(client, request.param)
    make_issue(1, sections=["Grid"])
    site.issue = make_ready_issue(2, YESTERDAY)
    site.picture = f"/media/{make_picture().file.name}"
    site.token = tokens.make(Purpose.CHOOSE, make_subscriber())
    return site


@pytest.mark.parametrize("kind", KINDS)
def test_says_what_a_browser_may_do(site, kind, editor):
    ask, status, expected = KINDS[kind]
    if kind in DESK:
        site.client.force_login(editor)

    response = ask(site)

    expected = {**ALWAYS, **expected}
    if site.secure:
        expected["Strict-Transport-Security"] = HSTS
    assert response.status_code == status
    assert {name: response.get(name) for name in expected} == expected
    assert ("Strict-Transport-Security" in response) is site.secure
    assert response["Content-Security-Policy"].find("default-src 'none'") >= 0
    assert "unsafe-eval" not in response["Content-Security-Policy"]
    b"".join(response)


def test_the_way_to_https_says_it_too(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    response = client.get("/preferences/a-key/")

    assert (response.status_code, response["Location"]) == (
        301,
        "https://testserver/preferences/a-key/",
    )
    expected = {**ALWAYS, **KEY}
    assert {name: response[name] for name in expected} == expected
