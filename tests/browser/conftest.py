"""Fixtures of the tests in a real browser."""

import socket
import threading

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from tests.builders import install_rows

PATIENCE = 20  # seconds: what comes at last on a busy machine is not late

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(autouse=True)
def installed(transactional_db, live_server):
    """Install section types and roles again: a browser test leaves the database empty behind it.

    Django's own `serialized_rollback` keeps its copy on a connection that is another one while
    Playwright's event loop runs.
    """
    install_rows()
    before = set(threading.enumerate())
    yield
    settle(live_server, before)


def settle(server, before: set[threading.Thread]) -> None:
    """Wait until the server has answered all that a closed page still asked for.

    Emptying the database meanwhile would be a deadlock, or leave a row behind. Threads from before
    the test are of other servers.
    """
    for _ in range(2):  # the second time for what came while the first waited
        knock(server)
        for answering in set(threading.enumerate()) - before:
            if answering.name.endswith("(process_request_thread)"):
                answering.join(PATIENCE)
                assert not answering.is_alive(), "The server still answers: is a page left open?"


def knock(server) -> None:
    """Wait until the server has taken up all callers so far: it takes one after the other."""
    place = (server.thread.host, server.thread.port)
    with socket.create_connection(place, timeout=PATIENCE) as caller:
        caller.shutdown(socket.SHUT_WR)
        caller.recv(1)  # the end, for nothing was asked


@pytest.fixture(autouse=True)
def patience(installed, context):
    context.set_default_timeout(PATIENCE * 1000)


@pytest.fixture
def without_scripts(new_context, live_server):
    """Give a page on which no script runs."""
    return new_context(java_script_enabled=False, base_url=live_server.url).new_page()


@pytest.fixture
def complaints(page):
    """Collect what the browser complains about; a broken policy is such a complaint."""
    found = []
    page.on("console", lambda line: found.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def signed_in(page, live_server, client):
    """Give a page of somebody who may do everything at the desk."""
    client.force_login(get_user_model().objects.create_superuser("editor", password="pencil"))
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([{**session, "url": live_server.url}])
    return page
