"""The cookies of the desk: two, and for this host alone."""

import pytest
from django.conf import settings as wired
from django.urls import reverse

from bitsletter import signing_in
from tests.builders import make_ready_issue


@pytest.fixture
def by_tls(settings):
    """Run as a site does whose address begins with https."""
    for name, value in signing_in.cookies(is_https=True).items():
        setattr(settings, name, value)


@pytest.mark.once
def test_a_site_without_tls_has_plain_names():
    plain = signing_in.cookies(is_https=False)

    assert {name: getattr(wired, name) for name in plain} == plain
    assert (plain["SESSION_COOKIE_NAME"], plain["CSRF_COOKIE_NAME"]) == ("sessionid", "csrftoken")


@pytest.mark.django_db
class TestByTls:
    def test_they_belong_to_this_host_and_no_other(self, by_tls, client, editor):
        client.get(reverse("admin:login"), secure=True)
        data = {"username": "editor", "password": "pencil"}

        response = client.post(reverse("admin:login"), data, secure=True)

        assert set(response.cookies) == {"__Host-sessionid", "__Host-csrftoken"}
        for cookie in response.cookies.values():
            assert cookie["secure"] is True
            assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax")
        assert response.cookies["__Host-sessionid"]["httponly"] is True
        assert response.cookies["__Host-sessionid"]["max-age"] == 14 * 24 * 60 * 60

    def test_they_hold_a_session(self, by_tls, client, editor):
        client.post(reverse("admin:login"), {"username": "editor", "password": "pencil"})

        assert client.get(reverse("admin:index")).status_code == 200

    def test_a_cookie_of_the_plain_name_opens_nothing(self, by_tls, client, editor):
        client.force_login(editor)
        client.cookies["sessionid"] = client.cookies.pop("__Host-sessionid").value

        assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.django_db
def test_what_the_desk_says_of_a_deed_is_no_cookie(desk):
    issue = make_ready_issue()
    data = {"do": "publish", "version": issue.version}

    response = desk.post(reverse("desk:publishing", args=[issue.pk]), data)

    assert not response.cookies.keys() - {wired.SESSION_COOKIE_NAME, wired.CSRF_COOKIE_NAME}
    page = desk.get(response.url)
    assert [str(message) for message in page.context["messages"]] != []
