"""Web processes that are killed at any moment while people sign up and editors save.

What was answered with yes is in the database, whole; and of what was not, no file is left.
"""

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from http.client import HTTPException

import pytest

from tests.machine import free_port
from tests.small_site import Answer, Person, Site
from tests.test_faults import assert_pictures
from tests.test_reloading import workers_of
from tests.web_process import wait_for

pytestmark = pytest.mark.once

KILLS = 30
MASTERS = (10, 20)  # of these, which ones end gunicorn as a whole
SIZE = (500, 300)  # of a picture that has several files


class Crowd:
    """People who do one thing after the other, and write down what they were told."""

    def __init__(self, site: Site, port: int):
        self.person, self.over = Person(site, port), threading.Event()
        self.people, self.pictures, self.titles = [], [], []
        self.tried_title = ""
        self.threads = [
            threading.Thread(target=self.repeat, args=(do,))
            for do in (self.sign_up, self.upload, self.save, self.sign_up, self.upload)
        ]
        self.numbers = itertools.count(1)

    def repeat(self, do) -> None:
        while not self.over.is_set():
            try:
                do(next(self.numbers))
            except (OSError, HTTPException):
                time.sleep(0.05)  # nobody knows what became of it

    def sign_up(self, number: int) -> None:
        email = f"{number}@example.org"
        if is_ok(self.person.sign_up(email)):
            self.people.append(email)

    def upload(self, number: int) -> None:
        answer = self.person.upload(f"#{number * 7919 % 0xFFFFFF:06x}", SIZE)
        if is_ok(answer):
            self.pictures.append(json.loads(answer.text)["url"].removeprefix("/media/"))

    def save(self, number: int) -> None:
        [(version,)] = self.person.site.rows("SELECT version FROM issues_issue")
        self.tried_title = f"Title {number}"
        if is_ok(self.person.save(self.tried_title, version)):
            self.titles.append(self.tried_title)

    @property
    def successes(self) -> int:
        return len(self.people) + len(self.pictures) + len(self.titles)


def is_ok(answer: Answer) -> bool:
    assert answer.status == 200, answer
    return True


class Gunicorn:
    """Two workers and their master, who stays the same port when it is started again."""

    def __init__(self, site: Site):
        self.site, self.port = site, free_port()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--config", "bitsletter/gunicorn_conf.py"]
        environment = self.site.environment | {"PORT": str(self.port), "WEB_WORKERS": "2"}
        # Loaded before the fork, so that who was killed has a successor at once.
        command += ["--log-level", "critical", "--preload", "bitsletter.wsgi"]
        self.master = subprocess.Popen(command, env=environment)
        wait_for(self.port)

    def kill_one(self) -> None:
        os.kill(random.choice(sorted(workers_of(self.master.pid))), signal.SIGKILL)

    def kill_all(self) -> None:
        """Kill the master as well, as a machine that runs out of memory may."""
        everybody = [self.master.pid, *workers_of(self.master.pid)]
        for pid in everybody:
            os.kill(pid, signal.SIGKILL)
        self.master.wait()

    def stop(self) -> None:
        self.master.terminate()
        self.master.wait()


def wait_for_success(crowd: Crowd) -> None:
    known, deadline = crowd.successes, time.monotonic() + 30
    while crowd.successes < known + 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_was_answered_is_there_after_thirty_kills(small_site, tmp_path):
    site = small_site.copied(tmp_path / "data")
    with ExitStack() as over:
        server = Gunicorn(site)
        over.callback(server.stop)
        crowd = Crowd(site, server.port)
        for thread in crowd.threads:
            thread.start()
            over.callback(thread.join)
        over.callback(crowd.over.set)
        for kill in range(KILLS):
            wait_for_success(crowd)
            time.sleep(random.random() * 0.2)
            if kill in MASTERS:
                server.kill_all()
                server.start()
            else:
                server.kill_one()
    assert_answered_is_there(crowd)
    assert_whole(site)
    a_minute_passes(site)
    assert_pictures(site)


def assert_answered_is_there(crowd: Crowd) -> None:
    site = crowd.person.site
    people = {email for (email,) in site.rows("SELECT email FROM subscribers_subscriber")}
    pictures = {file for (file,) in site.rows("SELECT file FROM issues_asset")}
    [(title, version)] = site.rows("SELECT title, version FROM issues_issue")
    assert crowd.successes >= KILLS * 3
    assert set(crowd.people) <= people
    assert set(crowd.pictures) <= pictures
    assert title in (crowd.titles[-1], crowd.tried_title)
    assert version >= len(crowd.titles)


def assert_whole(site: Site) -> None:
    """Nobody is half there: each person has a letter, and a record of what they agreed to."""
    people = site.rows("SELECT id FROM subscribers_subscriber ORDER BY 1")
    assert site.rows("SELECT subscriber_id FROM subscribers_letter ORDER BY 1") == people
    assert site.rows("SELECT subscriber_id FROM subscribers_consentevent ORDER BY 1") == people
    assert site.rows("PRAGMA integrity_check") == [("ok",)]
    assert site.rows("PRAGMA foreign_key_check") == []
    check = [sys.executable, "manage.py", "reindex", "--check"]
    subprocess.run(check, env=site.environment, check=True, stdout=subprocess.DEVNULL)


def a_minute_passes(site: Site) -> None:
    """Let the worker do what it will do in a minute."""
    program = (
        "import datetime; from django.utils import timezone; from issues import images;"
        "images.clear_unfinished(timezone.now() + datetime.timedelta(minutes=1))"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]
    subprocess.run(command, env=site.environment, check=True)
