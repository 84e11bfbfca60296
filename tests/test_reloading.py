"""Reloads and restarts under a hundred requests a second lose none of them."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tests.machine import free_port
from tests.small_site import PATIENCE, Site
from tests.web_process import served, wait_for

pytestmark = pytest.mark.once

RATE = 100  # requests a second, of all clients together
CLIENTS = 20  # every other one keeps its connection


@pytest.fixture
def site(small_site, tmp_path) -> Site:
    return small_site.copied(tmp_path / "data")


class Load(threading.Thread):
    """Clients who ask again and again, at moments that do not depend on the answers."""

    def __init__(self, site: Site, port: int):
        super().__init__()
        self.site, self.port = site, port
        self.over, self.answers = threading.Event(), Counter()

    def run(self) -> None:
        clients = [threading.Thread(target=self.client, args=(n,)) for n in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()

    def client(self, number: int) -> None:
        connection, asked = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE), number % 3
        moment = time.monotonic() + number / RATE
        while not self.over.wait(max(0, moment - time.monotonic())):
            moment += CLIENTS / RATE
            asked += 1
            try:
                self.answers[self.ask(connection, asked)] += 1
            except OSError as error:
                self.answers[type(error).__name__] += 1
                connection.close()
            if not number % 2:
                connection.close()
        connection.close()

    def ask(self, connection: HTTPConnection, turn: int) -> int:
        """Read the issue, its picture, or send a form, which a proxy would not send twice."""
        paths = (self.site.paths["issue"], self.site.paths["picture"])
        if turn % 3 < 2:
            connection.request("GET", paths[turn % 3])
        else:
            form = urlencode({"email": "nobody", "website": "", "page": "/", "stamp": ""})
            kind = "application/x-www-form-urlencoded"
            headers = {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
            connection.request("POST", "/subscribe/", form, headers)
        response = connection.getresponse()
        response.read()
        return response.status


@contextmanager
def load(site: Site, port: int):
    """Ask while something happens; then nothing may have been lost."""
    asking = Load(site, port)
    asking.start()
    time.sleep(1)
    try:
        yield
    finally:
        time.sleep(1)
        asking.over.set()
        asking.join()
    # 400 says that "nobody" is no address.
    assert set(asking.answers) == {200, 400}
    assert asking.answers.total() > RATE


def workers_of(master: int) -> set[int]:
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(master)], capture_output=True)
    return {int(pid) for pid in told.stdout.split()}


def wait_for_others(master: int, old: set[int]) -> None:
    """Wait until none of the old workers is left, and as many new ones are there."""
    deadline = time.monotonic() + PATIENCE
    while old & workers_of(master) or len(workers_of(master)) < len(old):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_three_reloads(site):
    with served(site.environment, "--workers", "2") as server, load(site, server.port):
        for _turn in range(3):
            old = workers_of(server.pid)
            os.kill(server.pid, signal.SIGHUP)
            wait_for_others(server.pid, old)


def test_workers_that_start_anew_now_and_then(site):
    options = ("--workers", "2", "--max-requests", "150", "--max-requests-jitter", "50")
    with served(site.environment, *options) as server:
        old = workers_of(server.pid)
        with load(site, server.port):
            wait_for_others(server.pid, old)


def test_a_restart_where_the_port_is_held_for_it(site):
    """As systemd does with a unit for the socket."""
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", free_port()))
        held.listen(2048)
        port = held.getsockname()[1]
        server = start(site, held)
        try:
            wait_for(port)
            with load(site, port):
                server.terminate()
                server.wait()
                server = start(site, held)
                wait_for(port)
        finally:
            server.terminate()
            server.wait()


def start(site: Site, held: socket.socket) -> subprocess.Popen:
    """Start gunicorn as systemd does: its socket is the file after standard error."""
    program = 'exec 3<&"$1"; export LISTEN_FDS=1 LISTEN_PID=$$; shift; exec "$@"'
    gunicorn = (sys.executable, "-m", "gunicorn", "--config", "bitsletter/gunicorn_conf.py")
    options = ("--log-level", "error", "--workers", "2", "bitsletter.wsgi")
    fd = held.fileno()
    return subprocess.Popen(
        ["bash", "-c", program, "start", str(fd), *gunicorn, *options],
        env=site.environment,
        pass_fds=[fd],
    )
