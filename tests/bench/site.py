"""Sites to measure: made in a folder or a database of their own, served as in production."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.machine import free_port


class Server(NamedTuple):
    port: int
    pid: int  # of gunicorn's master; its one worker is a child of it


def installed(settings: dict[str, str], *fill: list[str]) -> dict[str, str]:
    """Make a site, fill it by commands of manage.py, and give the environment it runs in."""
    ours = {"ENV_FILE": os.devnull, "DEBUG": "off", "SECRET_KEY": "bench" * 20}
    environment = os.environ | ours | settings
    for command in (
        ["migrate", "--verbosity", "0"],
        ["collectstatic", "--no-input", "--verbosity", "0"],
        *fill,
    ):
        subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True)
    return environment


@contextmanager
def served(
    environment: dict[str, str], *options: str, application: str = "bitsletter.wsgi"
) -> Iterator[Server]:
    """Serve an application on one worker, by the site's own settings of gunicorn and `options`."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "bitsletter/gunicorn_conf.py"]
    process = subprocess.Popen(
        [*command, "--log-level", "error", *options, application],
        env=environment | {"PORT": str(port), "WEB_WORKERS": "1"},
    )
    try:
        wait_for(port)
        yield Server(port, process.pid)
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
