"""Who fails too often to sign in waits; others do not."""

import datetime
import logging

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from issues.signing_in import attempts
from subscribers import upkeep
from tests.builders import make_colleague

pytestmark = pytest.mark.django_db

HERE, ELSEWHERE = "192.0.2.7", "198.51.100.1"


@pytest.fixture
def sign_in(client):
    """Give a way to try a password, from an address."""

    def attempt(name="author", password="guess", at=HERE, **headers):
        data = {"username": name, "password": password}
        return client.post(reverse("admin:login"), data, REMOTE_ADDR=at, headers=headers)

    return attempt


@pytest.fixture
def paused(sign_in, author):
    """Have somebody fail as often as is borne; give the last answer."""
    return [sign_in() for _ in range(settings.SIGN_IN_FAILURES)][-1]


class TestPause:
    def test_the_first_failures_are_answered_with_the_form(self, sign_in, author):
        answers = [sign_in() for _ in range(settings.SIGN_IN_FAILURES - 1)]

        assert {answer.status_code for answer in answers} == {200}
        assert "Please enter the correct username and password" in answers[0].content.decode()

    def test_then_a_calm_page_says_how_long(self, paused):
        html = paused.content.decode()

        assert paused.status_code == 429
        assert "Try again in 15 minutes." in html
        assert 14 * 60 < int(paused["Retry-After"]) <= 15 * 60 + 1
        assert "no-store" in paused["Cache-Control"]

    def test_the_right_password_waits_too(self, paused, sign_in, client):
        assert sign_in(password="pencil").status_code == 429

        assert client.get(reverse("admin:index")).status_code == 302

    def test_a_try_during_the_pause_does_not_make_it_longer(self, paused, sign_in):
        half_over = timezone.now() - datetime.timedelta(minutes=10)
        AccessAttempt.objects.update(attempt_time=half_over)

        answer = sign_in()

        assert "Try again in 5 minutes." in answer.content.decode()

    def test_it_ends(self, paused, sign_in, client):
        AccessAttempt.objects.update(attempt_time=timezone.now() - settings.SIGN_IN_PAUSE)

        assert sign_in(password="pencil").status_code == 302
        assert client.get(reverse("admin:index")).status_code == 200

    def test_a_command_ends_it_for_all(self, paused, sign_in):
        call_command("axes_reset")

        assert sign_in(password="pencil").status_code == 302

    def test_the_form_itself_can_be_read(self, paused, client):
        assert client.get(reverse("admin:login")).status_code == 200


class TestWhoWaits:
    def test_nobody_is_kept_out_elsewhere(self, paused, sign_in):
        assert sign_in(password="pencil", at=ELSEWHERE).status_code == 302

    def test_a_colleague_in_the_same_office_is_let_in(self, paused, sign_in):
        make_colleague("Editor")

        assert sign_in("editor", "pencil").status_code == 302

    def test_a_name_that_nobody_has_is_treated_alike(self, sign_in, author):
        known, unknown = (
            [sign_in(name, at=at).status_code for _ in range(settings.SIGN_IN_FAILURES)]
            for name, at in (("author", HERE), ("nobody", ELSEWHERE))
        )

        assert known == unknown

    def test_whoever_tries_many_names_waits_with_all_of_them(self, sign_in, author, settings):
        settings.SIGN_IN_FAILURES = 2
        most = settings.SIGN_IN_FAILURES * attempts.NAMES_PER_ADDRESS

        answers = [sign_in(f"name {number}").status_code for number in range(most)]

        assert answers == [200] * (most - 1) + [429]
        assert sign_in(password="pencil").status_code == 429
        assert sign_in(password="pencil", at=ELSEWHERE).status_code == 302

    def test_all_addresses_of_one_home_are_one(self, sign_in, author):
        answers = [
            sign_in(at=f"2001:db8::{number}") for number in range(1, settings.SIGN_IN_FAILURES + 1)
        ]

        assert answers[-1].status_code == 429

    def test_behind_our_proxy_the_readers_address_counts(self, sign_in, author, settings):
        settings.PROXIES = 1
        first, second = ({"X-Forwarded-For": at} for at in (HERE, ELSEWHERE))

        answers = [sign_in(at="10.0.0.1", **first) for _ in range(settings.SIGN_IN_FAILURES)]

        assert answers[-1].status_code == 429
        assert sign_in(password="pencil", at="10.0.0.1", **second).status_code == 302

    def test_where_no_address_is_known_there_is_a_pause_as_well(self, sign_in, author):
        answers = [sign_in(at="") for _ in range(settings.SIGN_IN_FAILURES)]

        assert answers[-1].status_code == 429

    def test_to_come_in_makes_up_for_ones_own_failures_alone(self, sign_in, author):
        make_colleague("Editor")
        for _ in range(settings.SIGN_IN_FAILURES - 1):
            sign_in("author")
            sign_in("editor")

        sign_in("author", "pencil")

        assert sign_in("author").status_code == 200
        assert sign_in("editor").status_code == 429


class TestChangingThePassword:
    """Whoever finds a desk that was left open could else guess there without end."""

    def change(self, client, old: str):
        data = {"old_password": old, "new_password1": "9vzq-2kfw", "new_password2": "9vzq-2kfw"}
        return client.post(reverse("admin:password_change"), data)

    def test_guesses_are_counted_with_those_at_the_sign_in(self, client, author):
        client.force_login(author)

        answers = [self.change(client, "guess") for _ in range(settings.SIGN_IN_FAILURES)]

        assert "That is not your password." in answers[0].content.decode()
        assert answers[-1].status_code == 429
        assert self.change(client, "pencil").status_code == 429

    def test_the_right_one_is_taken(self, client, author):
        client.force_login(author)
        self.change(client, "guess")

        assert self.change(client, "pencil").url == reverse("admin:password_change_done")


class TestWhatIsKept:
    def test_nothing_that_was_typed_nor_what_the_browser_says(self, client, author):
        for name in ("author", "my secret password"):
            data = {"username": name, "password": "hunter2", "note": "typed"}
            client.post(reverse("admin:login"), data, headers={"User-Agent": "A browser"})

        kept = str(list(AccessAttempt.objects.values()))
        for text in ("author", "secret", "hunter2", "typed", "browser", "csrf"):
            assert text not in kept

    def test_it_is_forgotten_once_a_day_where_nobody_signs_in(self, sign_in, author):
        sign_in()
        sign_in(at=ELSEWHERE)
        row = AccessAttempt.objects.filter(ip_address=HERE)
        row.update(attempt_time=timezone.now() - settings.SIGN_IN_PAUSE)

        upkeep.forget_failures()

        assert AccessAttempt.objects.get().ip_address == ELSEWHERE
        assert upkeep.forget_failures in upkeep.PARTS

    def test_who_guesses_from_many_places_is_spoken_of_in_the_log(
        self, sign_in, author, settings, caplog
    ):
        settings.SIGN_IN_FAILURES = 2
        many = settings.SIGN_IN_FAILURES * attempts.ADDRESSES_PER_NAME
        with caplog.at_level(logging.WARNING, logger="issues"):
            for number in range(many):
                sign_in(at=f"192.0.2.{number}")
                sign_in("nobody", at=f"192.0.2.{number}")

        assert [
            record.getMessage() for record in caplog.records if record.name.startswith("issues")
        ] == [f"The password of account {author.pk} is being guessed from many places."]


class TestStrangeRequests:
    @pytest.mark.parametrize("name", ["", "\x00", "x" * 300, "x" * 100_000, "\ud800", "é" * 150])
    @pytest.mark.parametrize("password", ["", "\x00", "x" * 100_000])
    def test_no_text_is_too_strange(self, sign_in, author, name, password):
        name = name.encode("utf-8", "replace").decode()

        assert sign_in(name, password, **{"User-Agent": "\x00" * 300}).status_code == 200

    @pytest.mark.parametrize(
        "body", [b"", b"--x", b"username=%ED%A0%80&password=%00", b"\xff" * 99]
    )
    @pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain", "x"])
    def test_nor_is_what_no_browser_sends(self, client, body, kind):
        response = client.post(reverse("admin:login"), body, content_type=kind)

        assert response.status_code in (200, 400)


class TestDatabase:
    @pytest.fixture
    def read_only(self, author):
        """Let the database take nothing, as on a full disk or in the middle of moving."""
        is_sqlite = connection.vendor == "sqlite"
        words = "PRAGMA query_only = {}" if is_sqlite else "SET LOCAL transaction_read_only = {}"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(words.format("on"))
            yield
            if is_sqlite:
                cursor.execute(words.format("off"))
            transaction.set_rollback(True)  # elsewhere that ends with the transaction

    @pytest.mark.parametrize("password", ["guess", "pencil"])
    def test_that_takes_nothing_lets_nobody_in_and_says_when_to_try_again(
        self, read_only, sign_in, password
    ):
        response = sign_in(password=password)

        assert response.status_code == 503
        assert response["Retry-After"] == "5"
        assert "This could not be done just now" in response.content.decode()
        assert settings.SESSION_COOKIE_NAME not in response.cookies
