"""Numbers for Prometheus; only where METRICS_TOKEN is set, else nobody imports this.

Each process of gunicorn counts the requests that it answers, in files of a folder that gunicorn
makes, and whoever is asked adds up those of all. What the database knows is asked there.
"""

import os
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from bitsletter.request_log import route_of
from subscribers.delivery import totals, weeks
from subscribers.delivery.health import oldest_due
from subscribers.delivery.slots import latest_slot
from subscribers.models import Letter, Mailing, Subscriber, Worker

METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")

in_process = CollectorRegistry()
requests = Counter(
    "bitsletter_requests",
    "Requests that were answered.",
    ["method", "route", "status"],
    registry=in_process,
)
seconds = Histogram(
    "bitsletter_request_seconds",
    "How long the answers took.",
    ["method", "route"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=in_process,
)


def counted(get_response: Callable[[HttpRequest], HttpResponse]):
    """Count each request, and how long its answer takes."""

    def answer(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        # Anybody may invent methods; what is counted must have an end.
        method = request.method if request.method in METHODS else "?"
        response = get_response(request)
        route = route_of(request)
        seconds.labels(method, route).observe(time.perf_counter() - began)
        requests.labels(method, route, response.status_code).inc()
        return response

    return answer


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        response = HttpResponse("Who asks here needs the token.\n", "text/plain", status=401)
        response["WWW-Authenticate"] = "Bearer"
    else:
        response = HttpResponse(generate_latest(registry()), CONTENT_TYPE_LATEST)
    response["Cache-Control"] = "no-store"
    return response


def registry() -> CollectorRegistry:
    """Give what is to be told: of all processes of gunicorn, or of this one where it is alone."""
    asked = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(asked)
    else:
        asked.register(in_process)
    asked.register(FromDatabase())
    return asked


class FromDatabase:
    """What the rows say now, in a fixed number of questions."""

    def collect(self) -> Iterator[Metric]:
        try:
            yield from (gauge(*facts) for facts in gauges())
        except DatabaseError:  # the rest is worth the more to know
            yield gauge("database_up", "Whether the database answers.", {(): 0})
        else:
            yield gauge("database_up", "Whether the database answers.", {(): 1})

    def describe(self) -> list[Metric]:
        return []  # so that nobody collects at the time of registration


def gauge(name: str, words: str, values: dict[tuple, float], labels: tuple = ()) -> Metric:
    family = GaugeMetricFamily(f"bitsletter_{name}", words, labels=labels)
    for key, value in values.items():
        family.add_metric([str(part) for part in key], value)
    return family


def gauges() -> list[tuple]:
    now = timezone.now()
    unfinished = Mailing.objects.exclude(state__in=[Mailing.State.SENT, Mailing.State.CANCELLED])
    deliveries = {
        (pk, state): count
        for pk, found in totals.of_all(unfinished.only("pk")).items()
        for state, count in found.counts.items()
    }
    people = Subscriber.objects.order_by().values_list("state").annotate(count=Count("pk"))
    due = {(name,): age for name, age in oldest_due(now).items()}
    is_missed = weeks.is_missed(latest_slot(now), now)
    return [
        ("subscribers", "People.", {(state,): count for state, count in people}, ("state",)),
        ("deliveries", "Messages of unfinished mailings.", deliveries, ("mailing", "state")),
        ("oldest_due_seconds", "Since when the oldest work waits.", due, ("kind",)),
        ("letters_due", "Letters that are to go out now.", {(): Letter.objects.due(now).count()}),
        ("workers_alive", "Workers that live.", {(): Worker.objects.alive(now).count()}),
        ("last_slot_missed", "Whether nothing went out at the last slot.", {(): int(is_missed)}),
    ]
