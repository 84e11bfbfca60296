"""Fixtures of the tests in a real browser."""

from importlib import import_module

import pytest
from django.apps import apps


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
