"""What one web worker of the site can give, beside the least that a worker has to do.

All are asked in turn in the same run: the site's pages, and 30 KB from a bare Django and from no
framework, each on one worker with the site's own settings of gunicorn; but for `max_requests`,
which would start the worker anew in the middle. A machine may be busy with other things, so the
time that a worker computes is told beside the time that readers wait.
"""

import http.client
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import quote

from tests.bench import inside, memory
from tests.bench.load import BROWSER, CONNECTIONS, Readers
from tests.bench.site import ask
from tests.bench.worker import computed, worker
from tests.web_process import Server, served

ISSUES, SECTIONS = 1000, 6  # beside those of the demo
FILL = (
    ["load_demo"],
    ["make_archive", "--issues", str(ISSUES), "--sections", str(SECTIONS)],
)
OPTIONS = ("--max-requests", "0")
ROUNDS, SECONDS, COLD, CHANGES = 7, 0.4, 20, 5
SHARE = 0.7  # of the bare Django's requests per second, at least
# Milliseconds, promised on a machine whose bare Django takes so many.
COLD_CPU, BARE_CPU = 12, 0.21
LARGE_PICTURE = 2  # seconds
DEMO_ISSUE, WORD = "/issues/110/", "attention"
HEADING = f"{'':24}{'a second':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'bytes':>8}"


@dataclass
class Target:
    """Something to ask for, and what was measured of it in each round."""

    name: str
    server: Server
    paths: list[str]
    headers: dict[str, str] = field(default_factory=dict)
    status: str = "200"
    rounds: list[dict] = field(default_factory=list)

    def ask(self, readers: Readers, paths: list[str], **how) -> None:
        pid = worker(self.server)
        before = computed(pid)
        done = readers.ask(self.server.port, paths, headers=self.headers, **how)
        rate = done["count"] / done["seconds"]
        self.rounds.append(done | {"cpu": computed(pid) - before, "rate": rate})

    def median(self, name: str) -> float:
        return statistics.median(one[name] for one in self.rounds)

    def total(self, name: str) -> float:
        return sum(one[name] for one in self.rounds)

    @property
    def cpu(self) -> float:
        """Give the milliseconds that the worker computes for one answer."""
        return self.total("cpu") / self.total("count") * 1000

    def __str__(self):
        values = (self.median("rate"), self.median("p50"), self.median("p99"), self.cpu)
        rate, *times = values
        line = f"{self.name:24}{rate:9.0f}" + "".join(f"{one:9.2f}" for one in times)
        line += f"{self.median('bytes'):8.0f}"
        statuses = sum((Counter(one["statuses"]) for one in self.rounds), Counter())
        del statuses[self.status]
        return line + "".join(f"  {count} × {status}!" for status, count in statuses.items())


def report(engine: str, environment: dict[str, str]) -> None:
    """Print all that there is to say of one worker on a database of this kind."""
    print(f"\n{engine}: one web worker, {ISSUES + 10} issues; no restart (--max-requests 0)")
    readers, there = Readers(), inside.told("addresses", environment)
    with served(environment, *OPTIONS) as site:
        with bare(environment, site) as (wsgi, django):
            report_warm(readers, wsgi, django, list(warm(site)))
            report_cold(readers, environment, list(cold(site, there)), BARE_CPU / django.cpu)
        memory.report(readers, site, there)
    readers.leave()
    report_pictures(environment)


@contextmanager
def bare(environment: dict[str, str], site: Server) -> Iterator[tuple[Target, Target]]:
    """Serve what the site is compared with."""
    with (
        served(environment, *OPTIONS, application="tests.bench.bare:wsgi") as wsgi,
        served(environment, *OPTIONS, application="tests.bench.bare:django") as django,
    ):
        yield Target("bare WSGI, 30 KB", wsgi, ["/"]), Target("bare Django, 30 KB", django, ["/"])


def warm(site: Server) -> Iterator[Target]:
    """Yield pages that are asked for again and again."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port)
    page = ask(connection, DEMO_ISSUE)[1].decode()
    pages = {
        "home": "/",
        "issue": DEMO_ISSUE,
        "section": re.search(rf'href="({DEMO_ISSUE}[\w-]+/)"', page)[1],
        "tag": re.search(r'href="(/tags/[\w-]+/)"', page)[1],
        "search": f"/search/?q={quote(WORD)}",
        "feed": "/feed.xml",
        "API": f"/api/v1{DEMO_ISSUE}",
    }
    yield from (Target(name, site, [path]) for name, path in pages.items())
    connection.request("GET", DEMO_ISSUE, headers=BROWSER)
    answer = connection.getresponse()
    answer.read()
    known = {"If-None-Match": answer.headers["ETag"] or ""}
    yield Target("issue, not modified", site, [DEMO_ISSUE], known, "304")


def report_warm(readers: Readers, wsgi: Target, django: Target, pages: list[Target]) -> None:
    targets = [wsgi, django, *pages]
    for target in targets:
        target.ask(readers, target.paths, seconds=SECONDS)
        target.rounds.clear()  # it was cold
    for _ in range(ROUNDS):
        for target in targets:
            target.ask(readers, target.paths, seconds=SECONDS)
    print(f"warm, {CONNECTIONS} connections, medians of {ROUNDS} rounds in turn")
    print(f"{HEADING}{'× Django':>10}{'by CPU':>8}{'limit':>7}")
    for target in targets:
        share = statistics.median(
            one["rate"] / its["rate"] for one, its in zip(target.rounds, django.rounds, strict=True)
        )
        verdict = "" if share >= SHARE else "  UNDER"
        print(f"{target}{share:10.2f}{django.cpu / target.cpu:8.2f}{SHARE:7}{verdict}", flush=True)
    ceiling = wsgi.total("count") / wsgi.total("busy")
    print(f"the readers themselves could ask for {ceiling:.0f} a second", flush=True)


def cold(site: Server, there: dict[str, list[str]]) -> Iterator[Target]:
    """Yield pages that nobody has asked this worker for, enough for each round."""
    tags = there["tags"]
    pages = {
        "issue": there["issues"],
        "section": there["sections"],
        "tag": tags,
        "search": [f"/search/?q={quote(word)}" for word in there["words"]],
        "feed": [f"{tag}feed.xml" for tag in tags],
        "API": [f"/api/v1{issue}" for issue in reversed(there["issues"])],
    }
    for name, paths in pages.items():
        yield Target(name, site, list(islice(paths, COLD * ROUNDS)))


def report_cold(
    readers: Readers, environment: dict[str, str], pages: list[Target], scale: float
) -> None:
    """Print what pages cost that are made anew; `scale` is how quick this machine is now."""
    for turn in range(ROUNDS):
        for target in pages:
            target.ask(readers, target.paths[turn * COLD :][:COLD])
    print(f"cold, each page asked for once, {COLD} in each of {ROUNDS} rounds\n{HEADING}")
    print(*pages, sep="\n", flush=True)
    cpu = pages[0].cpu * scale
    print(
        f"a cold issue page: {cpu:.1f} ms of CPU, if a bare Django's {BARE_CPU} ms are the measure;"
        f" limit {COLD_CPU}{over(cpu, COLD_CPU)}"
    )
    counts = inside.told("questions", environment)["issue"]
    print(
        f"it asks the database {min(counts)} to {max(counts)} times,"
        " most often where it has pictures and references"
    )
    report_changed(readers, environment, pages[0].server)


def report_changed(readers: Readers, environment: dict[str, str], site: Server) -> None:
    """Print what those wait who come first after a change: all is old, also what is counted."""
    changes, pages = inside.Changes(environment), list(warm(site))[:-1]
    for _ in range(ROUNDS):
        for target in pages:
            for _ in range(CHANGES):
                changes.make()
                target.ask(readers, target.paths)
    changes.end()
    print(f"after a change of the newest issue, {ROUNDS * CHANGES} changes\n{HEADING}")
    print(*pages, sep="\n", flush=True)


def report_pictures(environment: dict[str, str]) -> None:
    seconds = statistics.median(inside.told("pictures", environment)["seconds"])
    print(
        f"a picture of twelve megapixels: {seconds:.1f} s, "
        f"limit {LARGE_PICTURE}{over(seconds, LARGE_PICTURE)}",
        flush=True,
    )


def over(value: float, limit: float) -> str:
    return "" if value <= limit else "  OVER"
