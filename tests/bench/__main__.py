"""`make bench`: how long the pages of a large archive take, on one gunicorn worker.

Each page is asked for in turn with a constant answer of the same server, so that the ratio of
the two says something whatever the machine. Nothing here is a test, and nothing is asserted.
`python -m tests.bench pages`, `… archive`, `… server`, `… subscribers`, `… sending` or `… speed`
measures one part alone.
"""

import http.client
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from urllib.parse import quote

import psycopg

from tests.bench import archive, desk, sending, server, speed, subscribers, typing
from tests.bench.site import ask, installed
from tests.machine import browser, postgres
from tests.web_process import served

PARTS = ("pages", "archive", "server", "subscribers", "sending", "speed")
NAMES = (
    "usual",
    "small",
    "large",
    "served",
    subscribers.READERS,
    subscribers.LISTS,
    sending.SITE,
)  # sites, each in a database of its own
ISSUES, SECTIONS = 2000, 6
ROUNDS = 60
MANY = 20  # sections of one issue
LIMIT = 50  # milliseconds, the promise for a warm page


def main() -> None:
    parts = sys.argv[1:] or PARTS
    with tempfile.TemporaryDirectory(prefix="bitsletter-bench-") as folder:
        if "speed" in parts:  # what the line takes is the same with either database
            speed.report(f"{folder}/speed")
        if set(parts) - {"speed"}:
            measure_on_both(parts, folder)


def measure_on_both(parts: Sequence[str], folder: str) -> None:
    measure_all(parts, "SQLite", {name: {"DATA_DIR": f"{folder}/{name}"} for name in NAMES})
    with postgres() as url:
        databases = {name: database(url, name) for name in NAMES}
        settings = {
            name: {"DATA_DIR": f"{folder}/pg-{name}", "DATABASE_URL": databases[name]}
            for name in NAMES
        }
        measure_all(parts, "PostgreSQL", settings)


def measure_all(parts: Sequence[str], engine: str, settings: dict[str, dict[str, str]]) -> None:
    """Measure the parts that are wanted on databases of one engine, each with its archive."""
    if "pages" in parts:
        measure(engine, installed(settings["usual"], issues(ISSUES)))
    if "archive" in parts:
        small = installed(settings["small"], issues(archive.SMALL))
        archive.report(engine, small, installed(settings["large"], issues(archive.LARGE)))
    if "server" in parts:
        server.report(engine, installed(settings["served"], *server.FILL))
    if "subscribers" in parts:
        subscribers.report(engine, settings)
    if "sending" in parts:
        sending.report(engine, installed(settings[sending.SITE]))


def issues(count: int) -> list[str]:
    return ["make_archive", "--issues", str(count), "--sections", str(SECTIONS)]


def database(url: str, name: str) -> str:
    """Make a database in the cluster of `url`; give its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"


def measure(name: str, environment: dict[str, str]) -> None:
    drafts = {count: desk.prepare(environment, count) for count in (desk.SECTIONS, MANY)}
    with served(environment) as site:
        connection = http.client.HTTPConnection("127.0.0.1", site.port)
        report(name, connection)
        desk.report(connection, drafts[desk.SECTIONS])
        typing.report(f"http://127.0.0.1:{site.port}", drafts[MANY], MANY, browser())


def pages(connection: http.client.HTTPConnection) -> Iterator[tuple[str, str]]:
    """Yield names and addresses; the words searched for are words of the archive."""
    _, body = ask(connection, f"/issues/{ISSUES}/section-1/")
    title = body.decode().partition("<h1>")[2].partition("</h1>")[0]
    words = sorted(title.lower().split(), key=len)
    _, body = ask(connection, "/tags/")
    tags = re.findall(r'href="(/tags/[^"]+/)">.*?<span class="count">(\d+)', body.decode())
    tag = max(tags, key=lambda found: int(found[1]))[0]
    yield from [
        ("home", "/"),
        ("archive", "/issues/"),
        ("archive, last page", f"/issues/?page={ISSUES // 10}"),
        ("archive of a year", "/issues/?year=2010"),
        ("issue", f"/issues/{ISSUES // 2}/"),
        ("section", f"/issues/{ISSUES // 2}/section-2/"),
        ("tags", "/tags/"),
        ("tag, the most used", tag),
        ("type", "/types/news/"),
        ("search, rare word", f"/search/?q={quote(words[-1])}"),
        ("search, common word", f"/search/?q={quote(words[0])}"),
        ("search, two words", f"/search/?q={quote(' '.join(words[:2]))}"),
        ("search, nothing", "/search/?q=qqqqqq"),
    ]


def report(name: str, connection: http.client.HTTPConnection) -> None:
    print(f"\n{name}: {ISSUES} issues of {SECTIONS} sections, {ROUNDS} rounds, milliseconds")
    print(f"{'page':22}{'median':>8}{'p95':>8}{'limit':>8}{'× constant':>12}")
    for page, path in pages(connection):
        times, constants = [], []
        for _ in range(ROUNDS):
            times.append(ask(connection, path)[0])
            constants.append(ask(connection, "/media/a/none.png")[0])
        median, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        ratio = median / statistics.median(constants)
        verdict = "" if median <= LIMIT else "  OVER"
        print(f"{page:22}{median:8.1f}{p95:8.1f}{LIMIT:8}{ratio:12.1f}{verdict}")


if __name__ == "__main__":
    main()
