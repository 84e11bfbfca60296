"""The site as it runs in production: gunicorn processes of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import quote, urlencode

from django.db import connection

from tests.machine import free_port

SECONDS_TO_START = 30


class Server(NamedTuple):
    port: int
    pid: int  # of gunicorn's master; its one worker is a child of it


@contextmanager
def served(
    environment: dict[str, str], *options: str, application: str = "bitsletter.wsgi", log=None
) -> Iterator[Server]:
    """Serve an application on one worker, as the Procfile does, with `options` of gunicorn.

    What it says goes into the file `log`, or where our own words go.
    """
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "bitsletter/gunicorn_conf.py"]
    process = subprocess.Popen(
        [*command, "--log-level", "error", *options, application],
        env={"WEB_WORKERS": "1", **environment, "PORT": str(port), "MALLOC_ARENA_MAX": "2"},
        stdout=log,
        stderr=log,
    )
    try:
        wait_for(port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            ask(port, "/nothing/")
            return
        except ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def ask(port: int, path: str, form: dict | None = None, cookies: str = "") -> tuple[int, str]:
    """Ask for a page, or send a form; give the status and the text of the answer."""
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    with closing(HTTPConnection("127.0.0.1", port)) as asked:
        if form is None:
            asked.request("GET", path)
        else:
            asked.request("POST", path, urlencode(form), headers)
        response = asked.getresponse()
        return response.status, response.read().decode()


def production(folder, secret_key: str) -> dict[str, str]:
    """Give the environment of a site in production on the database that this process uses."""
    return os.environ | {
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url(),
        "DEBUG": "off",
        "ENV_FILE": os.devnull,
        "SECRET_KEY": secret_key,
        "SITE_URL": "http://127.0.0.1",
    }


def collect_static(environment: dict[str, str]) -> None:
    """Make the static files ready, without which no page can be shown in production."""
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, env=environment, check=True)


def database_url() -> str:
    ours = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{ours['NAME']}"
    person = f"{quote(ours['USER'])}:{quote(ours['PASSWORD'])}"
    return f"postgres://{person}@{ours['HOST']}:{ours['PORT']}/{ours['NAME']}"
