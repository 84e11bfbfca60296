"""Fixtures of the tests in a real browser."""

import threading
import time
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.signals import request_finished, request_started


@pytest.fixture(autouse=True)
def installed(transactional_db, running):
    """Install section types and roles again: a browser test leaves the database empty behind it.

    Django's own `serialized_rollback` keeps its copy on a connection that is another one while
    Playwright's event loop runs.
    """
    for name in ("0002_section_types", "0006_roles"):
        import_module(f"issues.migrations.{name}").install(apps, None)
    yield
    # The page is closed by now, but what it asked for last may still be on its way: emptying the
    # database meanwhile would be a deadlock, or leave a row behind.
    deadline = time.monotonic() + 10
    while running and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.fixture(scope="session")
def running():
    """Give the requests that the server works on."""
    found = set()

    def start(environ, **kwargs):
        found.add(threading.get_ident())

    def finish(**kwargs):
        found.discard(threading.get_ident())

    request_started.connect(start)
    request_finished.connect(finish)
    yield found
    request_started.disconnect(start)
    request_finished.disconnect(finish)


@pytest.fixture(autouse=True)
def patience(installed, page):
    page.set_default_timeout(10_000)


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
