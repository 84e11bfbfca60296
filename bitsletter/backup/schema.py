"""The tables of the database, brought to where the migrations of a backup have left them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.core.management.color import no_style
from django.core.management.sql import emit_post_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from bitsletter.backup import tables
from bitsletter.backup.errors import BackupError
from bitsletter.backup.tables import Key

# They go first: SQLite keeps each of them in several tables, which go with it.
SEARCH = ("issues_search", "issues_search_title")
PATIENCE = 20  # seconds, for others to let go of the tables


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Let all that is done inside be seen at once, and by nobody if it fails or is killed."""
    # SQLite changes tables only while it looks after no foreign keys; they are checked at the end.
    with connection.constraint_checks_disabled(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
        yield
        connection.check_constraints()


def require_known(migrations: Iterable[Key]) -> None:
    """Refuse what was made by newer code."""
    if unknown := tables.unknown(migrations):
        words = "It comes from newer code, which has migrations that this one does not know: {}. "
        names = ", ".join(".".join(one) for one in unknown[:5])
        raise BackupError(words.format(names) + "Upgrade first, then restore.")


def prepare(migrations: set[Key]) -> None:
    """Have all tables as they were after these migrations, and empty."""
    if tables.applied_migrations() != migrations:
        drop_all()
        migrate(latest(migrations))
    if tables.applied_migrations() != migrations:
        raise BackupError("The migrations of the backup cannot be applied one after the other.")
    empty(migrations)


def drop_all() -> None:
    """Drop the tables of our apps, whichever code has made them."""
    drop(name for name in SEARCH if name in names())
    labels = {app for app, _name in tables.applied_migrations()}
    labels |= {config.label for config in apps.get_app_configs()}
    known = {model._meta.db_table for model in tables.models_at(all_migrations())}
    known |= {"django_migrations", "django_session", "django_content_type", "django_admin_log"}
    openings = tuple(f"{label}_" for label in labels)
    drop(name for name in names() if name in known or name.startswith(openings))


def names() -> list[str]:
    return connection.introspection.table_names()


def drop(found: Iterable[str]) -> None:
    with connection.schema_editor() as editor:
        for name in list(found):
            editor.execute(editor.sql_delete_table % {"table": editor.quote_name(name)})


def all_migrations() -> list[Key]:
    return list(MigrationLoader(None).disk_migrations)


def latest(migrations: set[Key]) -> list[Key]:
    """Give of each app the last one: those that no other of the app is built upon."""
    nodes = MigrationLoader(None).graph.node_map
    former = {
        parent.key for key in migrations for parent in nodes[key].parents if parent.key[0] == key[0]
    }
    return sorted(migrations - former)


def migrate(targets: list[Key]) -> None:
    MigrationExecutor(connection, settle).migrate(targets)


def settle(action: str, *_what) -> None:
    """Check after each migration what was put off: nobody can change a table before that."""
    if action == "apply_success":
        connection.check_constraints()


def migrate_to_code() -> None:
    """Bring the tables to where this code expects them."""
    migrate(MigrationLoader(connection).graph.leaf_nodes())
    emit_post_migrate_signal(0, False, DEFAULT_DB_ALIAS)


def empty(migrations: set[Key]) -> None:
    """Take all rows out: migrations have made some, and so has the site that was here."""
    found = [model._meta.db_table for model in tables.models_at(migrations)]
    statements = connection.ops.sql_flush(no_style(), found)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def analyse() -> None:
    """Let the database know how full the tables are, as it does of itself in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
