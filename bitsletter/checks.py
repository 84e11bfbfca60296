"""System checks: `manage.py check --database default` runs them, and so does `migrate`."""

import sqlite3

from django.core import checks
from django.db import connections

from bitsletter import sqlite


@checks.register(checks.Tags.database)
def check_sqlite(app_configs, databases=None, **kwargs) -> list:
    """Read back which SQLite runs and whether its PRAGMAs took effect."""
    found = []
    for alias in databases or []:
        if connections[alias].vendor == "sqlite":
            found += [*check_sqlite_version(), *check_pragmas(connections[alias])]
    return found


def check_sqlite_version() -> list:
    if sqlite3.sqlite_version_info >= sqlite.SAFE_VERSION:
        return []
    return [
        checks.Warning(
            f"SQLite {sqlite3.sqlite_version} can corrupt its write-ahead log.",
            hint="Install pysqlite3, or a Python whose SQLite is 3.51.3 or newer.",
            id="bitsletter.W001",
        )
    ]


def check_pragmas(connection) -> list:
    found = []
    with connection.cursor() as cursor:
        for name, wanted in sqlite.PRAGMAS.items():
            value = cursor.execute(f"PRAGMA {name}").fetchone()[0]
            if value != wanted:
                found.append(
                    checks.Error(
                        f"SQLite's {name} is {value!r}, not {wanted!r}.",
                        hint="A network file system cannot hold the database; "
                        "OPTIONS in the settings may have been overridden.",
                        id="bitsletter.E001",
                    )
                )
    return found
