"""What the site stands on fails for a while: readers read on, nothing is half saved, and it heals.

Real faults: a lock that another process holds, a disk that is full, folders that cannot be written,
a Redis that is stopped or hangs, a PostgreSQL that is stopped.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError
from redis import Redis

from bitsletter.faults import is_fault
from bitsletter.postgres import give_up_silent
from tests.machine import postgres, postgres_programs, redis
from tests.small_site import Answer, Person, Site, make_site
from tests.test_fault_kinds import caused
from tests.web_process import served
from tests.worker_process import at_work, wait_until

pytestmark = pytest.mark.once

HELD = 20  # seconds for which the database is locked
A_FEW = 7  # seconds that nobody may have to wait for longer
SOON = 5  # seconds after the end of a fault until all is well
PUBLIC = ("/", "/issues/", "/tags/css/", "/search/?q=words", "/feed.xml", "/api/v1/issues/")


@pytest.fixture
def site(small_site, tmp_path) -> Site:
    return small_site.copied(tmp_path / "data")


def assert_calm(answer: Answer) -> None:
    """A refusal that people and scripts understand, and that says when to come back."""
    assert answer.status == 503, answer
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    if answer.headers["Content-Type"].startswith("text/html"):
        assert '<main id="main-">' in answer.text
        assert "css/site" in answer.text
        assert "Traceback" not in answer.text
    else:
        assert "just now" in json.loads(answer.text)["error"]


def assert_readable(person: Person) -> None:
    for path in (*PUBLIC, person.site.paths["issue"], person.site.paths["picture"]):
        answer = person.read(path)
        assert (path, answer.status) == (path, 200)
        assert answer.seconds < A_FEW


def write_all(person: Person, name: str) -> dict[str, Answer]:
    """Do what readers and editors do that has to be saved."""
    with ThreadPoolExecutor(4) as pool:
        asked = {
            f"{name}@example.org": pool.submit(person.sign_up, f"{name}@example.org"),
            f"Title {name}": pool.submit(person.save, f"Title {name}", version_of(person.site)),
            name: pool.submit(person.upload, color_of(name)),
        }
        return {what: answer.result() for what, answer in asked.items()}


def color_of(name: str) -> str:
    """Give each name a picture of its own."""
    return f"#{sum(map(ord, name)) * 7919 % 0xFFFFFF:06x}"


def version_of(site: Site) -> int:
    if site.database.exists():
        [(version,)] = site.rows("SELECT version FROM issues_issue")
        return version
    return int(site.form["version"])


def heals(person: Person, name: str) -> None:
    """The fault is over: soon all is well again."""
    deadline, turn = time.monotonic() + SOON, 0
    while True:
        turn += 1
        answers = write_all(person, f"{name}{turn}")
        if all(answer.status == 200 for answer in answers.values()):
            break
        assert time.monotonic() < deadline, answers
    assert time.monotonic() < deadline
    assert_whole(person.site, answers)


def assert_whole(site: Site, answers: dict[str, Answer]) -> None:
    """What was answered with yes is there with all that belongs to it, and nothing of the rest."""
    is_there = {name: answer.status == 200 for name, answer in answers.items()}
    people = {email for (email,) in site.rows("SELECT email FROM subscribers_subscriber")}
    letters = {email for (email,) in site.rows("SELECT email FROM subscribers_letter")}
    events = site.rows("SELECT count(*) FROM subscribers_consentevent")[0][0]
    assert people == letters
    assert events == len(people)
    titles = [title for (title,) in site.rows("SELECT title FROM issues_issue")]
    for name, was_taken in is_there.items():
        if "@" in name:
            assert (name in people) == was_taken
        elif name.startswith("Title "):
            assert (name in titles) == was_taken
    assert_pictures(site)
    assert site.rows("PRAGMA integrity_check") == [("ok",)]


def assert_pictures(site: Site) -> None:
    """Each file has a picture, and each picture its files."""
    named = set()
    for file, variants in site.rows("SELECT file, variants FROM issues_asset"):
        named |= {file, *(one["name"] for one in json.loads(variants))}
    assert {f"a/{file.name}" for file in (site.media / "a").iterdir()} == named


@contextmanager
def locked(database: Path) -> Iterator[subprocess.Popen]:
    """Let another process hold the one lock for writing."""
    program = (
        "import sqlite3, sys, time\n"
        "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "held.execute('BEGIN EXCLUSIVE')\n"
        "print('held', flush=True)\n"
        "time.sleep(600)\n"
    )
    command = [sys.executable, "-c", program, str(database)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


class TestLockedDatabase:
    def test_for_twenty_seconds(self, site):
        with served(site.environment) as server, at_work(site.environment) as worker:
            person = Person(site, server.port)
            wait_until(lambda: site.rows("SELECT * FROM subscribers_worker"))
            began = time.monotonic()
            with locked(site.database):
                with ThreadPoolExecutor(8) as crowd:
                    waiting = [crowd.submit(person.sign_up, f"{n}@example.org") for n in range(8)]
                    assert_readable(person)
                    assert person.open(site.paths["form"]).status == 200
                    answers = {f"{n}@example.org": one.result() for n, one in enumerate(waiting)}
                for turn in range(2):
                    answers |= write_all(person, f"later{turn}")
                answers["later, the session"] = person.sign_in()
                for name, answer in answers.items():
                    assert_calm(answer)
                    assert answer.seconds < (1.5 if "later" in name else A_FEW)
                assert_whole(site, answers)
                time.sleep(max(0, began + HELD - time.monotonic()))
            heals(person, "after")
            assert person.sign_in().status == 302
            mails = Path(site.environment["DATA_DIR"], "outbox")
            wait_until(lambda: list(mails.glob("*after*")), SOON)
            assert worker.poll() is None

    def test_what_is_only_busy_takes_its_turn(self, site):
        """Somebody who writes now and then stops nobody."""
        with served(site.environment) as server:
            person = Person(site, server.port)
            with locked(site.database) as other, ThreadPoolExecutor() as pool:
                asked = pool.submit(person.sign_up, "patient@example.org")
                time.sleep(1)
                other.kill()

                assert asked.result().status == 200


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Give a disk of that size; as nobody but root may mount one, else a folder like any other."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    is_mounted = os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0
    try:
        yield folder
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while os.statvfs(folder).f_bavail:
                    filler.write(b"x" * size)
            except OSError:
                pass
    return path


class TestFullDisk:
    def test_until_there_is_room_again(self, small_site, tmp_path):
        with small_disk(tmp_path / "disk", 40) as disk:
            site = small_site.copied(disk)
            with served(site.environment) as server:
                person = Person(site, server.port)
                filler = fill(disk)
                answers = {}
                for turn in range(4):
                    answers |= write_all(person, f"full{turn}")
                    assert_readable(person)
                # What fits into the log that is there already may be saved, and is.
                refused = [answer for answer in answers.values() if answer.status != 200]
                assert refused
                for answer in refused:
                    assert_calm(answer)
                    assert answer.seconds < A_FEW
                assert_whole(site, answers)
                filler.unlink()
                heals(person, "room")


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write into the folder, not even root, whom modes do not stop."""
    if os.geteuid():
        modes = {path: path.stat().st_mode for path in [folder, *folder.rglob("*")]}
        for path, mode in modes.items():
            path.chmod(mode & ~0o222)
    else:
        subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
    try:
        yield
    finally:
        if os.geteuid():
            for path, mode in modes.items():
                path.chmod(mode)
        else:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


class TestReadOnly:
    def test_everything(self, site):
        with served(site.environment) as server:
            person = Person(site, server.port)
            with read_only(site.database.parent):
                assert_readable(person)
                answers = write_all(person, "never")
                for answer in answers.values():
                    assert_calm(answer)
                    assert answer.seconds < A_FEW
                assert_whole(site, answers)
            heals(person, "again")

    def test_a_site_that_starts_so_is_read_too(self, site):
        with ExitStack() as over:
            with read_only(site.database.parent):
                server = over.enter_context(served(site.environment))
                person = Person(site, server.port)
                assert_readable(person)
                for answer in write_all(person, "never").values():
                    assert_calm(answer)
            heals(person, "again")

    def test_media_alone(self, site):
        with served(site.environment) as server:
            person = Person(site, server.port)
            with read_only(site.media):
                assert_readable(person)
                answers = write_all(person, "half")
                assert_calm(answers.pop("half"))
                assert {answer.status for answer in answers.values()} == {200}
                assert_whole(site, answers)
            heals(person, "again")


class TestNoCache:
    @pytest.mark.redis
    def test_redis_hangs_and_then_ends_and_comes_back(self, site, monkeypatch):
        with redis() as url:
            site.environment["CACHE_URL"] = url
            with served(site.environment) as server, Redis.from_url(url) as client:
                person, pid = Person(site, server.port), client.info()["process_id"]
                assert_readable(person)
                assert client.dbsize()
                os.kill(pid, signal.SIGSTOP)
                assert_readable(person)
                began = time.monotonic()
                heals(person, "hangs")
                for _ in range(20):
                    assert person.read("/").status == 200
                # Who finds out that it hangs waits half a second, and not each of the others.
                assert time.monotonic() - began < 3
                os.kill(pid, signal.SIGCONT)
                time.sleep(2.5)
                assert person.sign_up("counted@example.org").status == 200
                assert client.keys("*limit:*")
                os.kill(pid, signal.SIGKILL)
                assert_readable(person)
                heals(person, "ended")

    @pytest.mark.redis
    @pytest.mark.parametrize(
        "command",
        ["CONFIG SET maxmemory 1 maxmemory-policy noeviction", "REPLICAOF 127.0.0.1 1"],
    )
    def test_redis_is_full_or_may_only_be_read(self, site, command):
        with redis() as url, Redis.from_url(url) as client:
            site.environment["CACHE_URL"] = url
            client.execute_command(*command.split())
            with served(site.environment) as server:
                person = Person(site, server.port)
                assert_readable(person)
                heals(person, "refused")


class TestPostgreSQL:
    @pytest.fixture
    def database(self):
        try:
            postgres_programs()
        except Exception as missing:  # `python -m tests` says so once more, and fails under CI
            pytest.skip(str(missing))
        with postgres() as url:
            yield url

    def test_is_stopped_and_started(self, small_site, database, tmp_path):
        shutil.copytree(
            Path(small_site.environment["DATA_DIR"], "static"), tmp_path / "pg" / "static"
        )
        site = make_site(tmp_path / "pg", DATABASE_URL=database)
        with served(site.environment) as server:
            person = Person(site, server.port)
            assert_readable(person)
            with stopped(database):
                assert_readable_from_what_is_kept(person)
                for answer in (
                    person.sign_up("never@example.org"),
                    person.save("Never", 1),
                    person.upload("red"),
                    person.open("/admin/"),
                    person.read("/issues/1/grid/"),  # nobody has read it before
                ):
                    assert_calm(answer)
                    assert answer.seconds < A_FEW
                api = person.read("/api/v1/sections/")
                assert (api.status, api.headers["Content-Type"]) == (503, "application/json")
            with psycopg.connect(database) as other:
                other.execute("LOCK TABLE subscribers_subscriber IN EXCLUSIVE MODE")
                answer = person.sign_up("waits@example.org")
                assert_calm(answer)
                assert answer.seconds < A_FEW
                assert person.read("/").status == 200
            began = time.monotonic()
            while person.sign_up("again@example.org").status != 200:
                assert time.monotonic() - began < SOON
            assert person.read("/issues/1/grid/").status == 200
        with psycopg.connect(database) as asked:
            people = asked.execute("SELECT email FROM subscribers_subscriber").fetchall()
        assert people == [("again@example.org",)]

    def test_who_is_silent_is_not_waited_for(self, database):
        """It hangs where its machine still answers: no setting of connections finds that out."""
        with psycopg.connect(database) as silent:
            give_up_silent(silent, 0.3)
            began = time.monotonic()

            with pytest.raises(psycopg.OperationalError) as given_up:
                silent.execute("SELECT pg_sleep(5)")

            assert time.monotonic() - began < 2
            assert silent.closed
        assert is_fault(caused(OperationalError, given_up.value))


def assert_readable_from_what_is_kept(person: Person) -> None:
    for path in (*PUBLIC[:-1], person.site.paths["issue"], person.site.paths["picture"]):
        answer = person.read(path)
        assert (path, answer.status) == (path, 200)
        assert answer.seconds < A_FEW


@contextmanager
def stopped(url: str) -> Iterator[None]:
    """Stop a PostgreSQL, and start it again as it was."""
    with psycopg.connect(url) as asked:
        [(data,)] = asked.execute("SHOW data_directory").fetchall()
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    control = [*prefix, f"{postgres_programs()}/pg_ctl", "-D", data, "-w"]
    subprocess.run([*control, "-m", "fast", "stop"], check=True, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        told = Path(data, "postmaster.opts").read_text()
        options = re.sub(r'^\S+ "-D" "[^"]*" ', "", told.strip())
        start = [*control, "-l", f"{data}/../log", "-o", options, "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
