"""`make bench`: how long the pages of a large archive take, on one gunicorn worker.

Each page is asked for in turn with a constant answer of the same server, so that the ratio of
the two says something whatever the machine. Nothing here is a test, and nothing is asserted.
`python -m tests.bench pages` or `… archive` measures one part alone.
"""

import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg

from tests.bench import archive, desk, typing
from tests.machine import browser, free_port, postgres

NAMES = ("usual", "small", "large")  # archives, each in a database of its own
ISSUES, SECTIONS = 2000, 6
ROUNDS = 60
MANY = 20  # sections of one issue
LIMIT = 50  # milliseconds, the promise for a warm page


def main() -> None:
    parts = sys.argv[1:] or ["pages", "archive"]
    with tempfile.TemporaryDirectory(prefix="bitsletter-bench-") as folder:
        measure_all(parts, "SQLite", {name: {"DATA_DIR": f"{folder}/{name}"} for name in NAMES})
        with postgres() as url:
            databases = {name: database(url, name) for name in NAMES}
            settings = {
                name: {"DATA_DIR": f"{folder}/pg-{name}", "DATABASE_URL": databases[name]}
                for name in NAMES
            }
            measure_all(parts, "PostgreSQL", settings)


def measure_all(parts: list[str], engine: str, settings: dict[str, dict[str, str]]) -> None:
    """Measure the parts that are wanted on databases of one engine, each with its archive."""
    if "pages" in parts:
        measure(engine, installed(settings["usual"], ISSUES))
    if "archive" in parts:
        small = installed(settings["small"], archive.SMALL)
        archive.report(engine, small, installed(settings["large"], archive.LARGE))


def database(url: str, name: str) -> str:
    """Make a database in the cluster of `url`; give its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"


def installed(settings: dict[str, str], issues: int) -> dict[str, str]:
    """Make a site with an archive; give the environment that it runs in."""
    ours = {"ENV_FILE": os.devnull, "DEBUG": "off", "SECRET_KEY": "bench" * 20}
    environment = os.environ | ours | settings
    for command in (
        ["migrate", "--verbosity", "0"],
        ["collectstatic", "--no-input", "--verbosity", "0"],
        ["make_archive", "--issues", str(issues), "--sections", str(SECTIONS)],
    ):
        subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True)
    return environment


def measure(name: str, environment: dict[str, str]) -> None:
    drafts = {count: desk.prepare(environment, count) for count in (desk.SECTIONS, MANY)}
    with server(environment) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        report(name, connection)
        desk.report(connection, drafts[desk.SECTIONS])
        typing.report(f"http://127.0.0.1:{port}", drafts[MANY], MANY, browser())


@contextmanager
def server(environment: dict[str, str]) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "bitsletter/gunicorn_conf.py"]
    process = subprocess.Popen(
        [*command, "--log-level", "error", "bitsletter.wsgi"],
        env=environment | {"PORT": str(port), "WEB_WORKERS": "1"},
    )
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            ask(http.client.HTTPConnection("127.0.0.1", port), "/nothing/")
            return
        except ConnectionError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[float, bytes]:
    """Ask for a page; give the milliseconds it took and its body."""
    started = time.perf_counter()
    connection.request("GET", path)
    body = connection.getresponse().read()
    return (time.perf_counter() - started) * 1000, body


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
