"""Which SQLite runs, and how its connections are opened."""

import sqlite3
import sys

# Write-ahead logs could be corrupted from 3.7.0 to 3.51.2: https://sqlite.org/wal.html#walresetbug
SAFE_VERSION = (3, 51, 3)

# Applied to each new connection, and read back by the system check in `checks.py`.
PRAGMAS = {
    "journal_mode": "wal",  # readers never wait for the writer
    "synchronous": 2,  # FULL: a committed row survives a power cut
    "foreign_keys": 1,
    # Milliseconds that a writer waits for others: who waits is not served in turn, so that among
    # many one may be the last several times.
    "busy_timeout": 20_000,
    "cache_size": -20000,  # KiB, hence the minus
}

OPTIONS = {
    # A transaction takes the write lock at its start, so that it waits for it instead of failing.
    "transaction_mode": "IMMEDIATE",
    "timeout": PRAGMAS["busy_timeout"] / 1000,
    "init_command": ";".join(
        f"PRAGMA {name}={PRAGMAS[name]}" for name in ("journal_mode", "synchronous", "cache_size")
    ),
}


def use_current_sqlite() -> None:
    """Let pysqlite3, which carries its own SQLite, stand in for an older one of the system."""
    if sqlite3.sqlite_version_info >= SAFE_VERSION:
        return
    try:
        import pysqlite3
    except ImportError:  # not Linux: `checks.py` warns about the old version
        return
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
