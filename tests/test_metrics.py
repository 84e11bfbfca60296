"""What Prometheus is told, by real processes of gunicorn."""

import re
import threading
from contextlib import closing
from http.client import HTTPConnection

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bitsletter import metrics
from subscribers.models import Delivery, Worker
from tests.builders import install_rows, make_mailing, make_ready_issue, make_subscriber
from tests.web_process import ask, collect_static, production, served

TOKEN = "a-token-for-the-one-who-watches"


def scrape(port: int, authorization: str | None = None) -> tuple[int, str]:
    headers = {} if authorization is None else {"Authorization": authorization}
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as asked:
        asked.request("GET", "/metrics", headers=headers)
        response = asked.getresponse()
        return response.status, response.read().decode()


def samples(text: str) -> dict[tuple, float]:
    """Give the values by name and labels, in order."""
    families = text_string_to_metric_families(text)
    return {
        (one.name, *(value for _label, value in sorted(one.labels.items()))): one.value
        for family in families
        for one in family.samples
    }


@pytest.mark.django_db(transaction=True)
def test_two_processes_tell_of_both_to_who_shows_the_token(tmp_path):
    install_rows()
    make_subscriber("ada@example.org")
    make_subscriber("eve@example.org", "left")
    environment = production(tmp_path, settings.SECRET_KEY)
    environment |= {"METRICS_TOKEN": TOKEN, "WEB_WORKERS": "2", "TMPDIR": str(tmp_path)}
    collect_static(environment)
    asked = 40
    with served(environment) as server:
        readers = [
            threading.Thread(target=ask, args=(server.port, "/readyz")) for _ in range(asked)
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        ask(server.port, "/unsubscribe/some.token/")

        refused = [scrape(server.port, one)[0] for one in (None, "", "Bearer x", f"Basic {TOKEN}")]
        status, text = scrape(server.port, f"Bearer {TOKEN}")
        counting = [one.name for one in tmp_path.glob("bitsletter-metrics-*/counter_*.db")]

    found = samples(text)
    assert (refused, status) == ([401] * 4, 200)
    assert found["bitsletter_requests_total", "GET", "/readyz", "200"] == asked
    assert found["bitsletter_requests_total", "GET", "/unsubscribe/<str:token>/", "200"] == 1
    assert found["bitsletter_request_seconds_count", "GET", "/readyz"] == asked
    assert found["bitsletter_subscribers", "active"] == 1
    assert found["bitsletter_subscribers", "left"] == 1
    assert found["bitsletter_database_up",] == 1
    assert not re.search("token|example", text.replace("<str:token>", ""))
    assert len(counting) == 2  # both have answered somebody
    assert list(tmp_path.glob("bitsletter-metrics-*")) == []


def test_without_a_token_there_is_no_such_page(client, db):
    assert client.get("/metrics").status_code == 404
    assert "bitsletter.metrics.counted" not in settings.MIDDLEWARE


@pytest.mark.django_db
class TestFromDatabase:
    def told(self) -> dict[tuple, float]:
        registry = CollectorRegistry()
        registry.register(metrics.FromDatabase())
        return samples(generate_latest(registry).decode())

    def test_unfinished_mailings_are_told_by_state(self):
        going = make_mailing(make_ready_issue(1), state="sending")
        over = make_mailing(make_ready_issue(2), state="sent")
        for number, mailing in enumerate([going, going, over]):
            person = make_subscriber(f"reader{number}@example.org")
            at = mailing.approved_at
            Delivery.objects.create(mailing=mailing, subscriber=person, state="sent", ended_at=at)
        Worker.objects.create(name="one")

        told = self.told()

        rows = {key[1:]: value for key, value in told.items() if key[0] == "bitsletter_deliveries"}
        assert rows == {(str(going.pk), "sent"): 2}
        assert told["bitsletter_workers_alive",] == 1
        assert told["bitsletter_last_slot_missed",] == 0
        assert told["bitsletter_letters_due",] == 0

    def test_the_number_of_questions_does_not_grow(self):
        make_mailing(make_ready_issue(1), state="sending")
        make_subscriber()
        with CaptureQueriesContext(connection) as few:
            self.told()

        for number in range(2, 5):
            make_mailing(make_ready_issue(number), state="sending")
            make_subscriber(f"reader{number}@example.org")

        with CaptureQueriesContext(connection) as many:
            self.told()
        assert len(many) == len(few)
