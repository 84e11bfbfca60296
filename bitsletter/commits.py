"""A mark that moves with every commit to the database, for less than any question to it costs.

Who keeps something that was read from the database, with the mark of before, need not ask again
until the mark is another. It is the database's own, so that it moves whoever writes: another
process, another machine, a person at its shell.
"""

import os
import sqlite3
import time
from collections.abc import Hashable
from threading import Lock
from urllib.parse import quote

from django.db import connection

from bitsletter import postgres

SECONDS_OF_SILENCE = 1  # it is asked by everybody in turn, and can be done without


def mark() -> Hashable | None:
    """Give the mark of the newest commit; None where there is none to rely on.

    That is so within a transaction, since what this one has written itself moves nothing yet.
    """
    if connection.in_atomic_block:
        return None
    return watches[connection.vendor].mark()


class Watch:
    """A connection of this process that only watches, whichever of its threads asks."""

    errors: tuple[type[Exception], ...]
    pause = 0  # seconds after which it asks again that did not answer

    def __init__(self):
        self.again_at = 0.0
        self.lock = Lock()
        self.connection = None
        self.database: Hashable = None
        self.opened = 0

    def mark(self) -> Hashable | None:
        with self.lock:
            if time.monotonic() < self.again_at:
                return None
            try:
                self.open()
                return self.read()
            except self.errors:
                self.close()
                self.again_at = time.monotonic() + self.pause
                return None

    def open(self) -> None:
        """Open the database, unless it is the one that is open."""
        database = self.named()
        if self.connection and self.database == database:
            return
        self.close()
        self.connection, self.database = self.connect(), database
        self.opened += 1

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None


class SQLiteWatch(Watch):
    """SQLite tells a connection of the commits of all others, but not of its own.

    https://sqlite.org/pragma.html#pragma_data_version
    """

    errors = (OSError, sqlite3.Error)

    def named(self) -> Hashable:
        self.path = connection.settings_dict["NAME"]
        self.file = os.stat(self.path)
        return self.file.st_dev, self.file.st_ino  # another one, if a copy was restored

    def connect(self):
        address = f"file:{quote(self.path)}?mode=ro"
        return sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)

    def read(self) -> Hashable:
        # The size and the moment tell of a copy that was written over the file.
        version = self.connection.execute("PRAGMA data_version").fetchall()
        return self.opened, *version, self.file.st_size, self.file.st_mtime_ns


class PostgreSQLWatch(Watch):
    """PostgreSQL tells which transactions have ended, of all databases together.

    https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
    A replica does not know all that are under way, so it has no mark.
    """

    pause = 2  # one thread waits in vain, and not all of them in turn
    QUESTION = "SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_snapshot()::text END"

    @property
    def errors(self):
        return (connection.Database.Error,)

    def named(self) -> Hashable:
        return tuple(str(connection.settings_dict[name]) for name in ("HOST", "PORT", "NAME"))

    def connect(self):
        # Not from Django, which asks before each use whether the connection still works.
        options = connection.get_connection_params() | {"autocommit": True}
        watching = connection.Database.connect(**options)
        postgres.give_up_silent(watching, SECONDS_OF_SILENCE)
        return watching

    def read(self) -> Hashable | None:
        [(snapshot,)] = self.connection.execute(self.QUESTION).fetchall()
        return snapshot and (self.opened, snapshot)


def begin() -> None:
    """Watch with new connections: those that were open before a fork belong to the parent."""
    parents.append(dict(watches))
    watches.update(sqlite=SQLiteWatch(), postgresql=PostgreSQLWatch())


watches: dict[str, Watch] = {}
parents: list[dict[str, Watch]] = []  # never closed here: https://sqlite.org/howtocorrupt.html
begin()
os.register_at_fork(after_in_child=begin)
