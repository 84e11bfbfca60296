"""An SQLite file that can be read only as it lies there: at the start its disk took nothing.

SQLite makes files beside a database before it reads from it. Where it cannot, and where the last
process has left nothing in them, the file is whole and nobody writes: so it is read without them,
until they can be made again. https://sqlite.org/uri.html#uriimmutable
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.core.signals import request_started
from django.db import connection, connections


def begin() -> None:
    """Read the database as it lies there, if it can be read only so."""
    if connection.vendor == "sqlite" and is_still(connection.settings_dict["NAME"]):
        described = connections.settings[connection.alias]
        Watch(described, described["NAME"]).begin()


def is_still(path: str) -> bool:
    if not Path(path).exists() or Path(f"{path}-wal").exists():
        return False
    try:
        with closing(sqlite3.connect(path)) as database:
            database.execute("SELECT * FROM sqlite_schema LIMIT 1")
    except sqlite3.OperationalError:
        return True
    return False


class Watch:
    """Looks before each request whether the database can be opened as usual again."""

    def __init__(self, described: dict, path: str):
        self.described, self.path = described, path

    def begin(self) -> None:
        self.described["NAME"] = f"file:{quote(self.path)}?immutable=1"
        self.described["OPTIONS"]["uri"] = True
        request_started.connect(self.look, weak=False)

    def look(self, **kwargs) -> None:
        if not is_still(self.path):
            self.described["NAME"] = self.path
            request_started.disconnect(self.look)
