"""Sites to measure: made in a folder or a database of their own, served as in production."""

import http.client
import os
import subprocess
import sys
import time


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


def ask(connection: http.client.HTTPConnection, path: str) -> tuple[float, bytes]:
    """Ask for a page; give the milliseconds it took and its body."""
    started = time.perf_counter()
    connection.request("GET", path)
    body = connection.getresponse().read()
    return (time.perf_counter() - started) * 1000, body
