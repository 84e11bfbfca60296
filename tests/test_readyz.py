"""The addresses that a monitor asks."""

import datetime
import json

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError
from django.utils import timezone

from bitsletter.health import notes
from subscribers.models import Mailing, Worker
from tests.builders import make_mailing, make_ready_issue, make_subscriber
from tests.test_head import ask

ALIVE, READY = "/healthz", "/readyz"


def answer(client) -> tuple[int, dict]:
    response = client.get(READY)
    return response.status_code, response.json()


class TestAlive:
    def test_it_answers_without_the_database(self, client):
        """No test without the mark may ask the database."""
        response = client.get(ALIVE)

        assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
class TestReady:
    @pytest.fixture
    def waiting(self) -> Mailing:
        return make_mailing(make_ready_issue(), state="paused", reason="Too late.")

    def test_all_is_well(self, client):
        assert answer(client) == (200, {"ready": True, "troubles": []})

    def test_what_is_wrong_is_named_once_without_titles_and_addresses(self, client, waiting):
        make_mailing(make_ready_issue(2), state="paused", reason="Of paula@example.org.")

        assert answer(client) == (503, {"ready": False, "troubles": ["waiting"]})

    def test_a_database_that_waits_for_a_migration_is_not_ready(self, client):
        MigrationRecorder(connection).record_unapplied("subscribers", "0001_subscribers")

        assert answer(client) == (503, {"ready": False, "troubles": ["migrations"]})

    def test_nor_is_one_that_does_not_answer(self, client):
        def fail(*_statement):
            raise OperationalError("server closed the connection unexpectedly")

        with connection.execute_wrapper(fail):
            assert answer(client) == (503, {"ready": False, "troubles": ["database"]})

    def test_a_later_version_of_the_database_is_no_trouble(self, client):
        """Other processes may have been upgraded before this one."""
        MigrationRecorder(connection).record_applied("subscribers", "9999_later")

        assert answer(client)[0] == 200

    def test_what_is_only_worth_knowing_is_no_trouble(self, client):
        """Such as that nobody has an address for reminders, as on a site that begins."""
        make_subscriber()
        now = timezone.now()
        past = now - datetime.timedelta(days=14)
        make_mailing(make_ready_issue(), state="sent", approved_at=now, scheduled_for=past)

        assert [one.name for one in notes()] == ["nobody_to_remind"]
        assert answer(client) == (200, {"ready": True, "troubles": []})

    def test_notes_of_a_database_that_is_not_ready_are_none(self, client):
        MigrationRecorder(connection).record_unapplied("subscribers", "0001_subscribers")

        assert notes() == []

    def test_it_costs_few_questions(self, client, django_assert_max_num_queries):
        client.get(READY)

        with django_assert_max_num_queries(14):
            client.get(READY)

    def test_nothing_is_kept_of_it(self, client, settings, waiting):
        settings.DEBUG = False
        assert answer(client)[0] == 503

        Mailing.objects.update(state="sent", approved_at=timezone.now())

        assert answer(client)[0] == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", [ALIVE, READY])
class TestBoth:
    def test_neither_cookies_nor_copies(self, client, path):
        response = client.get(path)

        assert response["Cache-Control"] == "no-store"
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")

    def test_head_is_answered_alike(self, path):
        whole, body = ask("GET", path)
        bare, nothing = ask("HEAD", path)

        assert (bare.status_code, nothing) == (whole.status_code, b"")
        assert int(bare["Content-Length"]) == len(body)

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_nothing_else_is(self, client, path, method):
        assert getattr(client, method)(path).status_code == 405

    def test_who_asks_from_within_needs_no_tls(self, client, settings, path):
        settings.SECURE_SSL_REDIRECT = True

        assert client.get(path).status_code == 200


def test_signs_of_life_are_no_business_of_strangers(client, db):
    Worker.objects.create(name="secret-host-1")

    assert "secret" not in json.dumps(answer(client)[1])
