"""How PostgreSQL is connected to: each thread keeps a connection, or all share a pool."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured

KEPT = 60  # seconds that a thread keeps its connection
# A server that is silent, or gone, is given up in seconds and not in a quarter of an hour.
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
PATIENCE = {
    "connect_timeout": 3,  # seconds
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}
# A worker uses six connections and one for each of its SENDERS, a web process one for each thread.
# https://www.psycopg.org/psycopg3/docs/api/pool.html#psycopg_pool.ConnectionPool
POOL = {"min_size": 1, "max_size": 20, "timeout": 5}

# Any number that nobody else uses: what is done in turn on one database.
TURN = 0x62697473


def connected(database: dict) -> dict:
    """Give Django's description of a database with the way it is connected to.

    DATABASE_URL may end with ?pool=true, and with &max_size=8 and so on.
    """
    options = {**PATIENCE, **database.get("OPTIONS", {})}
    sizes = {name: options.pop(name, usual) for name, usual in POOL.items()}
    has_pool = options.pop("pool", False)
    if has_pool not in (True, False):
        raise ImproperlyConfigured("DATABASE_URL may end with ?pool=true or ?pool=false.")
    if has_pool:
        options["pool"] = checked(sizes)
    # Django keeps no connection of a pool, which keeps them itself.
    kept = 0 if has_pool else KEPT
    return {**database, "OPTIONS": options, "CONN_MAX_AGE": kept, "CONN_HEALTH_CHECKS": True}


def checked(sizes: dict) -> dict:
    """Read the sizes of a pool; raise if it would not do with them."""
    try:
        read = {name: int(value) for name, value in sizes.items()}
    except (TypeError, ValueError):
        read = {"min_size": -1}
    if not (0 <= read["min_size"] <= read["max_size"] and read["max_size"] and read["timeout"] > 0):
        raise ImproperlyConfigured(
            "The pool of DATABASE_URL needs whole numbers: min_size, 0 or more, max_size, not less "
            "than that, and timeout, seconds until a request for a connection is given up."
        )
    return read


def give_up_silent(connection, seconds: float) -> None:
    """Let nobody wait longer for an answer on a connection of psycopg to a server that hangs.

    Its machine answers for it, so that nothing of PATIENCE finds out; nor can it stop itself.
    """
    plain = type(connection).wait

    def wait(*args, **kwargs):
        try:
            return plain(connection, *args, **{"timeout": seconds, **kwargs})
        except connection.OperationalError as error:
            if error.sqlstate is None:  # or the answer, should it come, would be the next one's
                connection.close()
            raise

    connection.wait = wait


@contextmanager
def in_turn(connection) -> Iterator[None]:
    """Let one process at a time do something to a whole database, whichever machine it is on.

    What is done may wait for all questions that are under way; so this asks again and again, and
    does not wait in one. SQLite, which is on one machine, has locks of its own.
    """
    if connection.vendor != "postgresql":
        yield
        return
    while not asked(connection, "pg_try_advisory_lock"):
        time.sleep(0.2)
    try:
        yield
    finally:
        if connection.is_usable():  # else the lock has gone with its connection
            asked(connection, "pg_advisory_unlock")


def asked(connection, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name}(%s)", [TURN])
        return cursor.fetchone()[0]
