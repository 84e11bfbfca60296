"""The engine of the database that is in use."""

from types import ModuleType

from django.db import connection

from issues.search import postgres, sqlite


def current() -> ModuleType:
    return {"sqlite": sqlite, "postgresql": postgres}[connection.vendor]
