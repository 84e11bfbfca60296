"""A mark that moves with every commit to the database, for a hundredth of what a question costs.

Who keeps something that was read from the database, with the mark of before, need not ask again
until the mark is another. It is the database's own, so that it moves whoever writes: another
process, another machine, a person at its shell.
"""

import os
import sqlite3
from collections.abc import Hashable
from threading import Lock
from urllib.parse import quote

from django.db import connection


def mark() -> Hashable | None:
    """Give the mark of the newest commit; None where there is none to rely on.

    That is so within a transaction, since what this one has written itself moves nothing yet.
    """
    if connection.in_atomic_block:
        return None
    return MARKS[connection.vendor]()


def postgresql_mark() -> str:
    """Give which transactions have ended: https://www.postgresql.org/docs/current/functions-info.html"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return cursor.fetchone()[0]


class Watch:
    """A connection to an SQLite file that only watches.

    SQLite tells a connection of the commits of all others, but not of its own:
    https://sqlite.org/pragma.html#pragma_data_version
    """

    def __init__(self):
        self.lock = Lock()
        self.opened = 0
        self.file: tuple | None = None

    def mark(self, path: str) -> tuple | None:
        """Give the mark of the file at `path`; None if it cannot be read."""
        with self.lock:
            try:
                self.open(path)
                return self.opened, *self.connection.execute("PRAGMA data_version").fetchall()[0]
            except (OSError, sqlite3.Error):
                self.file = None
                return None

    def open(self, path: str) -> None:
        """Open the file, unless it is the one that is open: a restored one is another."""
        found = os.stat(path)
        file = (os.getpid(), found.st_dev, found.st_ino)
        if file == self.file:
            return
        address = f"file:{quote(path)}?mode=ro"
        self.connection = sqlite3.connect(
            address, uri=True, check_same_thread=False, isolation_level=None
        )
        self.file = file
        self.opened += 1


watch = Watch()


def sqlite_mark() -> tuple | None:
    return watch.mark(connection.settings_dict["NAME"])


MARKS = {"sqlite": sqlite_mark, "postgresql": postgresql_mark}
