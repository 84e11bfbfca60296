"""With a password end the sessions that it opened and the links that were made in them."""

import getpass
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from issues import sharing
from issues.models import ShareLink
from tests.builders import make_issue

pytestmark = pytest.mark.django_db

NEW = "9vzq-2kfw-plough"
INDEX = "/admin/"


@pytest.fixture
def session(author) -> Client:
    """Give a browser in which the author is signed in, and which changes nothing."""
    browser = Client()
    browser.force_login(author)
    return browser


@pytest.fixture
def link(author) -> str:
    """Give the address of a link that the author has made."""
    return sharing.address(sharing.make(make_issue(1, None, author=author), author))


def by_themselves(user, monkeypatch):
    browser = Client()
    browser.force_login(user)
    browser.post(reverse("admin:password_change"), own_form())


def by_a_superuser(user, monkeypatch):
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser("chief"))
    data = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    browser.post(reverse("admin:auth_user_password_change", args=[user.pk]), data)


def by_command(user, monkeypatch):
    monkeypatch.setattr(getpass, "getpass", lambda prompt: NEW)
    call_command("changepassword", user.username, verbosity=0)


def in_a_shell(user, monkeypatch):
    user.set_password(NEW)
    user.save()


def own_form() -> dict:
    return {"old_password": "pencil", "new_password1": NEW, "new_password2": NEW}


def is_in(browser: Client) -> bool:
    return browser.get(INDEX).status_code == 200


@pytest.mark.parametrize("change", [by_themselves, by_a_superuser, by_command, in_a_shell])
class TestByWhateverDoor:
    @pytest.fixture(autouse=True)
    def changed(self, session, link, author, change, monkeypatch):
        assert is_in(session)
        assert Client().get(link).status_code == 200

        change(author, monkeypatch)

        author.refresh_from_db()
        assert author.check_password(NEW)

    def test_other_sessions_end(self, session):
        assert not is_in(session)

    def test_links_end_and_are_listed_no_more(self, link, editor):
        browser = Client()
        browser.force_login(editor)
        issue = ShareLink.objects.get().issue

        assert Client().get(link).status_code == 404
        page = browser.get(reverse("desk:publishing", args=[issue.pk]))
        assert link not in page.content.decode()

    def test_a_link_that_is_made_afterwards_opens(self, author):
        link = sharing.make(ShareLink.objects.get().issue, author)

        assert Client().get(sharing.address(link)).status_code == 200


class TestWhoChangesIt:
    def test_stays_signed_in_with_another_key(self, session, settings):
        before = session.cookies[settings.SESSION_COOKIE_NAME].value

        session.post(reverse("admin:password_change"), own_form())

        assert session.cookies[settings.SESSION_COOKIE_NAME].value != before
        assert is_in(session)

    def test_stays_so_on_the_screen_of_accounts(self, desk, editor):
        data = {"password1": NEW, "password2": NEW, "usable_password": "true"}

        desk.post(reverse("admin:auth_user_password_change", args=[editor.pk]), data)

        assert is_in(desk)


class TestAccountsThatEnd:
    @pytest.fixture(params=["deactivated", "deleted", "without rights"])
    def ended(self, request, author, link):
        if request.param == "deactivated":
            get_user_model().objects.filter(pk=author.pk).update(is_active=False)
        elif request.param == "deleted":
            author.delete()
        else:
            author.groups.clear()

    def test_their_links_end_and_are_listed_no_more(self, link, ended):
        assert Client().get(link).status_code == 404
        assert sharing.links_to(ShareLink.objects.get().issue) == []

    def test_a_session_ends_with_the_account(self, session, author):
        get_user_model().objects.filter(pk=author.pk).update(is_active=False)

        assert not is_in(session)


class TestSecretKey:
    def test_a_former_one_still_opens_links_while_it_is_kept(self, link, settings):
        former = settings.SECRET_KEY
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 9, [former]
        assert Client().get(link).status_code == 200

        settings.SECRET_KEY_FALLBACKS = []

        assert Client().get(link).status_code == 404

    def test_links_from_before_they_were_bound_go_on_until_the_password_changes(self, link, author):
        ShareLink.objects.update(seal="")

        import_module("issues.migrations.0011_signing_in").seal(apps, None)

        assert Client().get(link).status_code == 200
        in_a_shell(author, None)
        assert Client().get(link).status_code == 404


class TestSessions:
    def test_signing_out_ends_one_for_whoever_has_copied_its_key(self, session, settings):
        key = session.cookies[settings.SESSION_COOKIE_NAME].value

        session.post(reverse("admin:logout"))

        session.cookies[settings.SESSION_COOKIE_NAME] = key
        assert not is_in(session)
        assert not Session.objects.exists()

    def test_signing_in_gives_a_key_that_nobody_knew_before(self, client, author, settings):
        planted = client.session  # as somebody else has put it into the browser
        planted["planted"] = True
        planted.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key

        client.post(reverse("admin:login"), {"username": "author", "password": "pencil"})

        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        assert key != planted.session_key
        assert list(Session.objects.values_list("pk", flat=True)) == [key]
