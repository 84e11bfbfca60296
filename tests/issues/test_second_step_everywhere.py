"""Behind every address of the desk, a password alone is nobody where it is not enough."""

import pytest
from django.conf import settings
from django.urls import reverse

from tests.builders import make_device
from tests.issues.test_roles import address, routes, writes

pytestmark = pytest.mark.django_db

# The pages of signing in themselves; other tests say what they do.
OPEN = {"admin/login/", "admin/code/", "admin/second-step/"}
KINDS = ("enrolled", "required")


@pytest.fixture
def half(request, client, editor, settings) -> str:
    """Give the session of a superuser who has given a password and owes a code, or a device."""
    if request.param == "enrolled":
        make_device(editor)
    else:
        settings.REQUIRE_TOTP = True
    client.force_login(editor)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def urls() -> list[str]:
    """Give each address of the desk with something in the places of what varies in it."""
    desk = {route for route in routes() - OPEN if route.startswith("admin/")}
    return sorted(address(route, ["1"] * route.count("<")) for route in desk)


@pytest.mark.parametrize("half", KINDS, indirect=True)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_address_lets_them_in(client, half, method):
    found = {}
    for url in urls():
        client.cookies[settings.SESSION_COOKIE_NAME] = half
        with writes() as written:
            response = client.generic(method, url)
        if not is_refused(response) or written:
            found[url] = response.status_code, written

    assert len(urls()) > 80
    assert found == {}


def is_refused(response) -> bool:
    """Say whether it is what a stranger gets: the sign-in, or for scripts a refusal."""
    if response.status_code == 302:
        # From the sign-out one is led to the desk, and so to the sign-in.
        return response.url.startswith(reverse("admin:login")) or response.url == "/admin/"
    return response.status_code in (403, 405)


@pytest.mark.parametrize("half", KINDS, indirect=True)
def test_scripts_are_refused_as_those_of_a_stranger(client, half):
    for url in (reverse("desk:upload"), reverse("desk:preview"), reverse("desk:autosave")):
        with_password = client.post(url)
        client.cookies.clear()
        stranger = client.post(url)
        client.cookies[settings.SESSION_COOKIE_NAME] = half

        assert with_password.status_code == stranger.status_code == 403
        assert with_password["Content-Type"] == stranger["Content-Type"]


@pytest.mark.parametrize("half", KINDS, indirect=True)
def test_their_password_is_not_changed(client, half, editor):
    data = {"old_password": "pencil", "new_password1": "9vzq-2kfw", "new_password2": "9vzq-2kfw"}

    client.post(reverse("admin:password_change"), data)

    editor.refresh_from_db()
    assert editor.check_password("pencil")
