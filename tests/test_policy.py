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
    "object-src": ["'none'"],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["'none'"],
}


def policy(response) -> dict[str, list[str]]:
    lines = response["Content-Security-Policy"].split(";")
    return {name: sources for name, *sources in map(str.split, lines)}


@pytest.mark.parametrize(
    "path", ["/", "/issues/", "/tags/", "/search/", "/nothing/", "/feed.xml", "/api/v1/docs"]
)
def test_a_page_loads_from_this_site_alone(client, path):
    make_issue(1, sections=["Grid"])

    assert policy(client.get(path)) == STRICT


def test_a_page_that_has_not_changed_keeps_its_hosts(client):
    make_issue(1, sections=[{"title": "One", "body": "![a](https://pictures.example/a.png)"}])
    first = client.get("/issues/1/")

    again = client.get("/issues/1/", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert policy(again) == policy(first)
    assert "https://pictures.example" in policy(again)["img-src"]


@pytest.mark.parametrize("path", ["/issues/1/", "/issues/1/one/", "/tags/css/all/"])
def test_a_page_names_the_hosts_whose_pictures_it_shows(client, path):
    body = (
        "![a](https://pictures.example/a.png)\n\n![b](https://B.example:8443/b.png)\n\n"
        '![c](http://plain.example/c.png)\n\nA text about `<img src="https://x.example/">`.'
    )
    make_issue(1, sections=[{"title": "One", "body": body, "tags": ["css"]}])

    sources = policy(client.get(path))["img-src"]

    assert sources == ["'self'", "https://b.example:8443", "https://pictures.example"]


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("https://ex.org?x=1", "https://ex.org"),
        ("https://u:p@host.example/a.png", "https://host.example"),
        ("HTTPS://Ex.org:443/a.png?b=1&c=2", "https://ex.org:443"),
        ("https://Bücher.example/a.png", "https://xn--bcher-kva.example"),
        ("https://my_bucket.s3.example/a.png", "https://*.s3.example"),
        ("https://a.my_b.c_d.s3.example/a.png", "https://*.s3.example"),
        ("//cdn.example/a.png", "https://cdn.example"),
    ],
)
def test_a_host_is_named_however_its_address_is_written(client, address, source):
    make_issue(1, sections=[{"title": "One", "body": f"![a]({address})"}])

    assert policy(client.get("/issues/1/", secure=True))["img-src"] == ["'self'", source]


@pytest.mark.parametrize(
    "address",
    [
        *("https://[2001:db8::1]/a.png", "https://[nothing/a.png", "https:///a.png"),
        *("https://*/a.png", "https://*.example/a.png", "https://a;script-src/a.png"),
        *("https://a%20b.example/", "https://a'b.example/", "https://a,b.example/"),
        *("https://my_bucket.example/", "https://my_bucket/", "https://ex_ample.a/"),
        *(f"https://{'a' * 254}/a.png", "https://a.example:99999/", "data:image/png;base64,AAAA"),
    ],
)
def test_what_no_policy_can_name_is_not_in_it(client, address):
    make_issue(1, sections=[{"title": "One", "body": f"![a]({address})"}])

    response = client.get("/issues/1/", secure=True)

    assert policy(response) == STRICT


def test_without_https_a_picture_from_anywhere_is_not_of_https(client):
    make_issue(1, sections=[{"title": "One", "body": "![a](//cdn.example/a.png)"}])

    assert policy(client.get("/issues/1/")) == STRICT


@pytest.mark.parametrize("count", [20, 21])
def test_many_hosts_do_not_make_a_header_that_is_too_long(client, count):
    body = "\n\n".join(f"![a](https://h{place}.example/a.png)" for place in range(count))
    make_issue(1, sections=[{"title": "One", "body": body}])

    sources = policy(client.get("/issues/1/"))["img-src"]

    assert (sources == ["'self'", "https:"]) is (count > 20)
    assert len(sources) == (21 if count == 20 else 2)


def test_the_desk_shows_what_an_editor_has_just_written(desk):
    assert policy(desk.get("/admin/"))["img-src"] == ["'self'", "https:"]


def test_the_desk_has_scripts_that_write_html_and_no_other_leave(desk):
    left_out = {"img-src", "require-trusted-types-for", "trusted-types"}

    found = policy(desk.get("/admin/"))

    strict = {name: sources for name, sources in STRICT.items() if name not in left_out}
    assert {name: sources for name, sources in found.items() if name != "img-src"} == strict


def test_a_failure_that_is_shown_to_who_writes_the_code_keeps_its_styles(client, settings):
    settings.DEBUG = True

    assert "Content-Security-Policy" not in client.get("/nothing/")
