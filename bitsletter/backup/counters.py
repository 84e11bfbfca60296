"""Where each table is with its keys: one that was given once is not given to another row.

What outlives a row knows it by its key, as the history does. Databases count in ways of their own.
"""

from collections.abc import Iterable

from django.db import connection, models


def read(found: Iterable[type[models.Model]]) -> dict[str, int]:
    """Give the highest keys that were ever given, by table."""
    counted = {model._meta.db_table: model._meta.pk.column for model in found if counts(model)}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            return {name: seq for name, seq in cursor.fetchall() if name in counted}
        return {table: last_key(cursor, table, column) for table, column in counted.items()}


def counts(model: type[models.Model]) -> bool:
    return isinstance(model._meta.pk, models.AutoField)


def last_key(cursor, table: str, column: str) -> int:
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [quoted(table), column])
    sequence = cursor.fetchone()[0]
    cursor.execute(
        f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # nosec B608
    )
    return cursor.fetchone()[0]


def write(found: Iterable[type[models.Model]], counters: dict[str, int]) -> None:
    """Let each table go on behind its rows, and behind what was given before."""
    for model in filter(counts, found):
        table, column = model._meta.db_table, model._meta.pk.column
        highest = model._base_manager.aggregate(most=models.Max("pk"))["most"] or 0
        last = max(highest, counters.get(table, 0))
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [table, last])
            else:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)",
                    [quoted(table), column, max(last, 1), last > 0],
                )


def quoted(table: str) -> str:
    return connection.ops.quote_name(table)
