"""Which tables are backed up, and how their rows become text and rows again.

Models are those that the migrations know of which the database is, so that a backup can be made
before an upgrade and restored after it.
"""

import base64
import datetime
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.duration import duration_string

# Signed-in browsers, counters of attempts, and workers that live say nothing of another day.
APPS_LEFT_OUT = {"sessions", "axes"}
LEFT_OUT = {"subscribers.worker", "subscribers.limit", "subscribers.installation"}

AT_ONCE = 1000  # rows that are read or written by one statement

# What JSON gives back as it was, and as any database takes it.
PLAIN = {
    str: (models.CharField, models.TextField, models.FileField),
    int: models.IntegerField,
    bool: models.BooleanField,
}

Key = tuple[str, str]  # of a migration: its app and its name


def applied_migrations() -> set[Key]:
    return set(MigrationRecorder(connection).applied_migrations())


def unknown(migrations: Iterable[Key]) -> list[Key]:
    """Give those that only newer code has."""
    return sorted(set(migrations) - set(MigrationLoader(None).disk_migrations))


def models_at(migrations: Iterable[Key]) -> list[type[models.Model]]:
    """Give all models with a table of their own as they are after these migrations."""
    state = MigrationLoader(None).project_state(sorted(migrations))
    found = state.apps.get_models(include_auto_created=True)
    return [one for one in found if one._meta.managed and not one._meta.proxy]


def kept_models(migrations: Iterable[Key]) -> dict[str, type[models.Model]]:
    """Give those whose rows are backed up, by label."""
    found = {model._meta.label_lower: model for model in models_at(migrations)}
    return {label: model for label, model in sorted(found.items()) if is_kept(model)}


def is_kept(model: type[models.Model]) -> bool:
    return model._meta.app_label not in APPS_LEFT_OUT and model._meta.label_lower not in LEFT_OUT


def fields_of(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def names_of(model: type[models.Model]) -> list[str]:
    return [field.attname for field in fields_of(model)]


def rows_of(model: type[models.Model]) -> Iterator[tuple]:
    """Read all rows, a few at a time."""
    rows = model._base_manager.order_by("pk").values_list(*names_of(model))
    return rows.iterator(chunk_size=AT_ONCE)


def line_of(row: tuple) -> bytes:
    """Write a row as a line of JSON."""
    return ENCODER.encode(row).encode() + b"\n"


def as_text(value) -> str:
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return duration_string(value)
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"A {type(value).__name__} cannot be backed up.")


ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=as_text)


def reader_of(field: models.Field) -> Callable:
    """Give what makes a field's value for the database out of that in a line.

    There may be millions of them, so that those that need nothing are asked nothing more.
    """
    target = field
    while target.remote_field is not None:
        target = target.target_field
    plain = next((kind for kind, fields in PLAIN.items() if isinstance(target, fields)), None)
    database = connections[DEFAULT_DB_ALIAS]  # itself, and not what looks for it each time

    def read(value):
        if value is None or type(value) is plain:
            return value
        return field.get_db_prep_save(target.to_python(value), database)

    return read


def insert(table: str, fields: list[models.Field], rows: list[list]) -> None:
    """Put rows in as they are, with no say of the model's own."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(table)} ({columns}) VALUES ({marks})"  # nosec B608
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def count(model: type[models.Model]) -> int:
    return model._base_manager.count()
