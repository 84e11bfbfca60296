"""How long a web process waits for a lock, or any answer: somebody is looking at their screen.

The worker and commands wait longer, by `bitsletter.sqlite`. What waits here takes the place of a
reader: so where one has waited in vain, and nobody has committed anything since, the next ones
hardly wait at all.
"""

from collections.abc import Hashable

from django.db.backends.signals import connection_created

from bitsletter import commits, postgres

SECONDS = 3
SECONDS_OF_SILENCE = 20  # of PostgreSQL
SECONDS_IF_STUCK = 0.05

stuck_at: Hashable | None = None  # the mark of the newest commit when somebody waited in vain


def begin() -> None:
    """Let each connection that this process opens from now on wait no longer."""
    connection_created.connect(limit, dispatch_uid="patience")


def limit(connection, **kwargs) -> None:
    milliseconds = int((SECONDS_IF_STUCK if is_stuck() else SECONDS) * 1000)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
        else:
            postgres.give_up_silent(connection.connection, SECONDS_OF_SILENCE)
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{SECONDS}s"])


def note_lock() -> None:
    """Remember that somebody has waited in vain for SQLite's one lock."""
    global stuck_at
    stuck_at = commits.mark()


def is_stuck() -> bool:
    """Say whether the lock in question is held still: a database that commits is only busy."""
    return stuck_at is not None and stuck_at == commits.mark()
