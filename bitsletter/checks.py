"""System checks: `manage.py check --database default` runs them, and so does `migrate`."""

import sqlite3

from django.conf import settings
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


@checks.register(checks.Tags.security, deploy=True)
def check_secret_key(app_configs, **kwargs) -> list:
    """Say so if machines that share a database may each have made a key of their own."""
    is_shared = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2] != "sqlite3"
    if not is_shared or not settings.IS_KEY_KEPT_HERE:
        return []
    return [
        checks.Warning(
            "SECRET_KEY comes from a file of this machine, and the database is elsewhere.",
            hint="Give SECRET_KEY itself, the same on every machine: else what one of them signs, "
            "sessions and links in letters, is nothing to another.",
            id="bitsletter.W002",
        )
    ]
