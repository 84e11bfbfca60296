"""Fixtures of the tests in a real browser."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model


@pytest.fixture(autouse=True)
def installed(transactional_db):
    """Install section types and roles again: a browser test leaves the database empty behind it.

    Django's own `serialized_rollback` keeps its copy on a connection that is another one while
    Playwright's event loop runs.
    """
    for name in ("0002_section_types", "0006_roles"):
        import_module(f"issues.migrations.{name}").install(apps, None)


@pytest.fixture(autouse=True)
def patience(page):
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
