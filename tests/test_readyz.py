"""The addresses that a monitor asks."""

import datetime
import json
import socket
import threading
import time
from contextlib import closing

import pytest
from django.core.files.storage import InMemoryStorage, default_storage
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError
from django.test import Client
from django.utils import timezone

from bitsletter import health, places
from bitsletter.health import notes
from bitsletter.probes import Probe, answers
from subscribers.delivery.health import oldest_due
from subscribers.models import Delivery, Letter, Mailing, Worker
from tests.builders import install_rows, make_mailing, make_ready_issue, make_subscriber
from tests.full_disk import FullDisk
from tests.test_head import ask

ALIVE, READY = "/healthz", "/readyz"
NOTHING_DUE = {"letters": 0, "deliveries": 0}
WELL = {"ready": True, "troubles": [], "oldest_due_seconds": NOTHING_DUE}


@pytest.fixture(autouse=True)
def asked_anew():
    """Let no test hear what another one was told."""
    for probe in health.PROBES:
        probe.forget()


def answer(client) -> tuple[int, dict]:
    response = client.get(READY)
    return response.status_code, response.json()


def troubles(client) -> list[str]:
    status, told = answer(client)
    assert (status == 503, told["ready"]) == (bool(told["troubles"]), not told["troubles"])
    return told["troubles"]


class TestAlive:
    def test_it_answers_without_the_database(self, client):
        """No test without the mark may ask the database."""
        response = client.get(ALIVE)

        assert (response.status_code, response.content) == (200, b"ok\n")

    def test_it_answers_whoever_asks_by_whatever_name(self, settings):
        settings.ALLOWED_HOSTS = ["news.example.org"]

        assert Client(headers={"host": "10.0.0.7:8000"}).get(ALIVE).status_code == 200

    def test_it_asks_no_cache(self, client, settings):
        settings.CACHES = {
            name: {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOWHERE}
            for name in settings.CACHES
        }

        assert client.get(ALIVE).status_code == 200


NOWHERE = "redis://127.0.0.1:1/0"


@pytest.mark.django_db(transaction=True)
class TestReady:
    @pytest.fixture(autouse=True)
    def rows(self, db):
        install_rows()

    @pytest.fixture
    def waiting(self) -> Mailing:
        return make_mailing(make_ready_issue(), state="paused", reason="Too late.")

    def test_all_is_well(self, client):
        assert answer(client) == (200, WELL)

    def test_what_is_wrong_is_named_once_without_titles_and_addresses(self, client, waiting):
        make_mailing(make_ready_issue(2), state="paused", reason="Of paula@example.org.")

        status, told = answer(client)

        expected = {"ready": False, "troubles": ["waiting"], "oldest_due_seconds": NOTHING_DUE}
        assert (status, told) == (503, expected)

    def test_a_database_that_waits_for_a_migration_is_not_ready(self, client):
        MigrationRecorder(connection).record_unapplied("subscribers", "0001_subscribers")
        try:
            assert answer(client) == (503, {"ready": False, "troubles": ["migrations"]})
            assert notes() == []
        finally:
            MigrationRecorder(connection).record_applied("subscribers", "0001_subscribers")

    def test_nor_is_one_that_does_not_answer(self, client, monkeypatch):
        def fail(_self):
            raise OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr(BaseDatabaseWrapper, "connect", fail)

        assert answer(client) == (503, {"ready": False, "troubles": ["database"]})

    def test_a_later_version_of_the_database_is_no_trouble(self, client):
        """Other processes may have been upgraded before this one."""
        MigrationRecorder(connection).record_applied("subscribers", "9999_later")
        try:
            assert answer(client)[0] == 200
        finally:
            MigrationRecorder(connection).record_unapplied("subscribers", "9999_later")

    def test_what_is_only_worth_knowing_is_no_trouble(self, client):
        """Such as that nobody has an address for reminders, as on a site that begins."""
        make_subscriber()
        now = timezone.now()
        past = now - datetime.timedelta(days=14)
        make_mailing(make_ready_issue(), state="sent", approved_at=now, scheduled_for=past)

        assert [one.name for one in notes()] == ["nobody_to_remind"]
        assert answer(client) == (200, WELL)

    def test_it_costs_few_questions(self, client, django_assert_max_num_queries):
        answer(client)

        with django_assert_max_num_queries(17):
            health.ask_database()

    def test_nothing_is_kept_of_the_database(self, client, settings, waiting):
        settings.DEBUG = False
        assert answer(client)[0] == 503

        Mailing.objects.update(state="sent", approved_at=timezone.now())

        assert answer(client)[0] == 200

    def test_signs_of_life_are_no_business_of_strangers(self, client):
        Worker.objects.create(name="secret-host-1")

        assert "secret" not in json.dumps(answer(client)[1])


@pytest.mark.django_db
class TestOldestDue:
    @pytest.fixture
    def at(self):
        return timezone.now()

    def letter(self, state: str, due_at) -> None:
        person = make_subscriber(f"{state}-{due_at:%s%f}@example.org")
        Letter.objects.create(kind="welcome", subscriber=person, state=state, due_at=due_at)

    def row(self, mailing: Mailing, due_at) -> None:
        person = make_subscriber(f"reader-{due_at:%s%f}@example.org")
        Delivery.objects.create(mailing=mailing, subscriber=person, due_at=due_at)

    def test_it_is_the_oldest_of_the_letters_that_wait(self, at):
        for minutes in (5, 20, 1):
            self.letter("queued", at - datetime.timedelta(minutes=minutes))
        self.letter("sent", at - datetime.timedelta(days=9))
        self.letter("queued", at + datetime.timedelta(days=9))

        assert oldest_due(at) == {"letters": 1200, "deliveries": 0}

    def test_and_of_the_messages_that_a_worker_may_take(self, at):
        going = make_mailing(make_ready_issue(1), state="sending")
        paused = make_mailing(make_ready_issue(2), state="paused")
        for mailing, minutes in [(going, 5), (going, 3), (going, -5), (paused, 60)]:
            self.row(mailing, at - datetime.timedelta(minutes=minutes))

        assert oldest_due(at) == {"letters": 0, "deliveries": 300}

    def test_a_mailing_that_was_to_begin_counts(self, at):
        past = at - datetime.timedelta(hours=1)
        make_mailing(make_ready_issue(), state="approved", scheduled_for=past)

        assert oldest_due(at)["deliveries"] == 3600


@pytest.mark.django_db(transaction=True)
class TestPlaces:
    def test_a_storage_that_takes_nothing_is_named(self, client, settings, tmp_path):
        """A file stands where the folder is to be: that keeps root out, too."""
        (tmp_path / "file").write_text("")
        settings.MEDIA_ROOT = tmp_path / "file" / "media"

        assert troubles(client) == ["storage"]

    def test_the_probe_leaves_nothing_behind(self, client, media_folder, tmp_path):
        media_folder.mkdir()
        before = sorted(tmp_path.rglob("*"))

        assert troubles(client) == []

        assert sorted(tmp_path.rglob("*")) == before

    def test_little_room_is_named(self, client, monkeypatch):
        monkeypatch.setattr(places, "FEW", 10**18)

        assert troubles(client) == ["disk", "storage"]
        assert "MB are free" in places.of_disk()[0].words

    def test_a_storage_elsewhere_is_asked_to_store(self, client, monkeypatch):
        elsewhere = InMemoryStorage()
        monkeypatch.setattr(default_storage, "_wrapped", elsewhere)

        assert troubles(client) == []

        assert elsewhere.listdir("") == ([], [])

    def test_and_named_when_it_does_not(self, client, monkeypatch, tmp_path):
        class Elsewhere(FullDisk):
            def path(self, name):
                if not name:
                    raise NotImplementedError
                return super().path(name)

        monkeypatch.setattr(default_storage, "_wrapped", Elsewhere(0, location=tmp_path))

        assert troubles(client) == ["storage"]

    def test_a_cache_that_is_gone_is_named(self, client, settings):
        backend = "django.core.cache.backends.redis.RedisCache"
        settings.CACHES = settings.CACHES | {"default": {"BACKEND": backend, "LOCATION": NOWHERE}}

        assert troubles(client) == ["cache"]

    def test_they_are_asked_every_few_seconds_alone(self, client, monkeypatch):
        assert troubles(client) == []

        monkeypatch.setattr(places, "FEW", 10**18)

        assert troubles(client) == []


@pytest.mark.django_db(transaction=True)
def test_it_answers_soon_whatever_hangs(client, settings):
    """A cache takes the connection, and says nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        backend = "django.core.cache.backends.redis.RedisCache"
        settings.CACHES = settings.CACHES | {"default": {"BACKEND": backend, "LOCATION": address}}
        began = time.monotonic()

        assert troubles(client) == ["cache"]

        assert time.monotonic() - began < 5  # two on a quiet machine
        waiting = threading.active_count()
        assert troubles(client) == ["cache"]
        assert threading.active_count() == waiting


@pytest.mark.once
class TestProbes:
    def test_many_who_ask_at_once_ask_once(self):
        asked, goes_on = [], threading.Event()

        def slow():
            asked.append(1)
            goes_on.wait(10)
            return "well"

        probe = Probe("slow", slow)

        assert isinstance(answers([probe], 0.05)["slow"], TimeoutError)
        assert isinstance(answers([probe], 0.05)["slow"], TimeoutError)
        goes_on.set()
        assert answers([probe], 10) == {"slow": "well"}
        assert asked == [1]

    def test_a_failure_is_an_answer_and_the_log_says_more(self, caplog):
        found = answers([Probe("broken", lambda: 1 / 0)], 10)

        assert isinstance(found["broken"], ZeroDivisionError)
        [told] = caplog.records
        assert told.exc_info[0] is ZeroDivisionError

    def test_so_is_a_connection_that_cannot_be_closed(self):
        def closing_fails():
            connections["default"].close = lambda: 1 / 0

        found = answers([Probe("broken", closing_fails)], 10)

        assert isinstance(found["broken"], ZeroDivisionError)

    def test_where_no_thread_can_be_had_the_next_one_asks_again(self, monkeypatch):
        def no_thread(self):
            raise RuntimeError("can't start new thread")

        probe = Probe("well", lambda: "well")
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", no_thread)
            with pytest.raises(RuntimeError):
                answers([probe], 1)

        assert answers([probe], 10) == {"well": "well"}


@pytest.mark.django_db(transaction=True)
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
