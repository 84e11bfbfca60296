"""How long 100,000 subscribers take to come in and go out, and how long others wait meanwhile.

The waits are those of somebody who counts a limit, as each sign-up does, ten times a second.
"""

import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

PEOPLE = 100_000
LIMIT = 60  # seconds, for each
PAUSE = 0.1  # seconds between two writes of others
SAID = ["--source", "Moved from elsewhere, double opt-in"]
COUNT = """INSERT INTO subscribers_limit (name, count, began_at, last_at)
    VALUES ('bench', 1, '2026-01-01', '2026-01-01')
    ON CONFLICT (name) DO UPDATE SET count = subscribers_limit.count + 1"""


class Others:
    """Writes all the time, and notes how long each write has taken."""

    def __init__(self, connect: Callable):
        self.connect, self.waits, self.stop = connect, [], threading.Event()
        self.thread = threading.Thread(target=self.write)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.stop.set()
        self.thread.join()

    def write(self) -> None:
        connection = self.connect()
        while not self.stop.wait(PAUSE):
            started = time.perf_counter()
            connection.execute(COUNT)
            self.waits.append((time.perf_counter() - started) * 1000)
        connection.close()


def report(engine: str, environment: dict[str, str]) -> None:
    """Print what there is to say of an empty site in a database of one kind."""
    file = Path(environment["DATA_DIR"], "people.csv")
    write_people(file)
    measure(engine, file, environment)


def write_people(file: Path) -> None:
    choices = ("", '"ml-tip; Tool"', "news")
    lines = [
        f"Person.{number}@mail{number % 97}.example.org,Ada {number},Löve,2021-05-31 10:20:30,"
        f"{choices[number % 3]}\n"
        for number in range(PEOPLE)
    ]
    file.write_text("".join(["Email,First name,Last name,Created at,Choices\n", *lines]))


def measure(engine: str, file: Path, environment: dict[str, str]) -> None:
    out = file.with_name("all.csv")
    renamed = file.with_name("renamed.csv")
    renamed.write_text(file.read_text().replace(",Ada ", ",Eve "))
    bring = ["import_subscribers", str(file), "--mode", "add", *SAID]
    print(f"\n{engine}: {PEOPLE} people   seconds   others wait: median, most (milliseconds)")
    for name, command in {
        "dry run": [*bring, "--dry-run"],
        "import": bring,
        "again": bring,
        "rename all": ["import_subscribers", str(renamed), "--mode", "update"],
        "export": ["export_subscribers", str(out)],
        "restore over": ["import_subscribers", str(out), "--mode", "restore", *SAID],
    }.items():
        with Others(lambda: connected(environment)) as others:
            seconds = timed(command, environment)
        verdict = "" if seconds <= LIMIT else "  OVER"
        waits = f"{statistics.median(others.waits):10.1f}{max(others.waits):10.1f}"
        print(f"{name:22}{seconds:16.1f}{verdict}{waits}")


def timed(command: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "env": environment}
    subprocess.run([sys.executable, "manage.py", *command], check=True, **quiet)
    return time.perf_counter() - started


def connected(environment: dict[str, str]) -> sqlite3.Connection | psycopg.Connection:
    """Connect to the database of a site beside it."""
    if url := environment.get("DATABASE_URL"):
        return psycopg.connect(url, autocommit=True)
    file = Path(environment["DATA_DIR"], "db.sqlite3")
    return sqlite3.connect(file, timeout=LIMIT, isolation_level=None)
