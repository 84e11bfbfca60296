"""Putting a backup back: everything, or nothing.

All happens in one transaction, on both databases: whoever is killed in the middle, or has no room
left, leaves the site as it was. Files of pictures are written before its end. Their names tell
their content, so that they disturb nobody; if the rows that name them never come, the worker
sweeps them away within days.

From its end on, no mail goes out until a person says so; see `subscribers.delivery.holding`.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from bitsletter.backup import counters, keys, media, schema, tables
from bitsletter.backup.errors import BackupError, Damaged
from bitsletter.backup.making import Progress
from bitsletter.backup.reading import Backup
from bitsletter.faults import is_fault
from issues import audit, search
from issues.audit import Act
from issues.images.storing import remove
from issues.moments import in_words
from subscribers.delivery import holding, restored
from subscribers.models import Worker

logger = logging.getLogger(__name__)

# Where there is none of these, there is no site.
SITE = ("auth_user", "issues_issue", "issues_section", "issues_asset", "subscribers_subscriber")
UNFIT = (ValueError, TypeError, OverflowError, ValidationError, DatabaseError)


class Unfit(ValueError):
    """A row is nothing for this database, which may be stricter than that of the backup."""


class Restored(NamedTuple):
    """What came of it; `counts` are rows in the backup and in the database, by table."""

    counts: dict[str, tuple[int, int]]
    files_written: int
    has_our_key: bool


def require_place(replace: bool, force: bool) -> None:
    """Refuse to put a backup where a site is, unless it shall go, or while a worker lives."""
    there = schema.names()
    if not replace and any(has_rows(name) for name in SITE if name in there):
        raise BackupError("There is a site here. With --replace the backup takes its place.")
    is_worked_on = Worker._meta.db_table in there and Worker.objects.alive().exists()
    if is_worked_on and not force:
        raise BackupError(
            "A worker is alive. Stop it and the web server first, and wait half a minute if it was "
            "killed; --force goes on nevertheless."
        )


def has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table)
        cursor.execute(f"SELECT 1 FROM {name} LIMIT 1")  # nosec B608
        return cursor.fetchone() is not None


def restore(backup: Backup, progress: Progress = lambda rows: None) -> Restored:
    """Let the site be what it was. Raises BackupError, and nothing was changed then."""
    schema.require_known(backup.manifest.applied)
    has_our_key = keys.is_known(backup.manifest.key)
    takes_key = bool(not has_our_key and backup.keys() and keys.kept())
    written: set[str] = set()
    try:
        with schema.all_or_nothing():
            counts = put_rows_back(backup, progress)
            put_files_back(backup, written)
            if takes_key:  # both for now: whichever site is there in the end knows its key
                keys.write([settings.SECRET_KEY, *backup.keys()])
    except BaseException:
        remove(written)
        raise
    finish(backup, takes_key)
    return Restored(counts, len(written), has_our_key or takes_key)


def put_rows_back(backup: Backup, progress: Progress) -> dict[str, tuple[int, int]]:
    """Fill the tables of the backup's day, and bring them to today's."""
    manifest = backup.manifest
    schema.prepare(manifest.applied)
    found = tables.kept_models(manifest.applied)
    if unknown := manifest.tables.keys() - found.keys():
        raise Damaged(f"It holds tables that no migration makes: {', '.join(sorted(unknown))}.")
    for label in manifest.tables:
        fill(backup, label, found[label], progress)
    counters.write(found.values(), manifest.counters)
    counts = compare(backup, found)
    schema.analyse()
    connection.check_constraints()
    schema.migrate_to_code()
    ContentType.objects.clear_cache()
    search.rebuild()
    hold(backup)
    return counts


def fill(backup: Backup, label: str, model: type[models.Model], progress: Progress) -> None:
    """Put the rows of a table in."""
    named = {field.attname: field for field in tables.fields_of(model)}
    given = backup.manifest.tables[label].fields
    if sorted(given) != sorted(named):
        raise Damaged(f"The rows of {label} have other fields than they should.")
    fields = [named[name] for name in given]
    readers = [tables.reader_of(field) for field in fields]
    rows = []
    try:
        for row in backup.rows(label):
            rows.append([read(value) for read, value in zip(readers, row, strict=True)])
            if len(rows) == tables.AT_ONCE:
                insert(model._meta.db_table, fields, rows)
                progress(len(rows))
                rows = []
        if rows:
            insert(model._meta.db_table, fields, rows)
    except UNFIT as error:
        if is_fault(error):
            raise
        raise BackupError(f"A row of {label} does not fit: {str(error).strip()}.") from error
    progress(len(rows))


def insert(table: str, fields: list[models.Field], rows: list[list]) -> None:
    """Put rows in; raises Unfit, with the key of the row, where the database takes one not."""
    try:
        with transaction.atomic():
            tables.insert(table, fields, rows)
    except DatabaseError as error:
        if is_fault(error):
            raise
        if len(rows) == 1:
            [key] = [
                value for field, value in zip(fields, rows[0], strict=True) if field.primary_key
            ]
            raise Unfit(f"{str(error).strip()} (its key is {key})") from error
        for row in rows:
            insert(table, fields, [row])


def compare(backup: Backup, found: dict[str, type[models.Model]]) -> dict[str, tuple[int, int]]:
    """Count all rows on both sides."""
    told = {label: table.rows for label, table in backup.manifest.tables.items()}
    counts = {label: (rows, tables.count(found[label])) for label, rows in told.items()}
    for label, (rows, there) in counts.items():
        if rows != there:
            raise BackupError(f"Of {rows} rows of {label}, {there} are there.")
    return counts


def hold(backup: Backup) -> None:
    """Let no mail go out, and write down why."""
    made_at = parse_datetime(backup.manifest.made_at)
    moment = in_words(made_at) if made_at else backup.manifest.made_at
    words = _("The site was restored from a backup of %s. It knows nothing of what was sent since.")
    holding.hold(words % moment)
    audit.note(None, Act.RESTORED, settings.SITE_NAME, f"backup of {backup.manifest.made_at}")


def put_files_back(backup: Backup, written: set[str]) -> None:
    """Write the files that are not there yet, down to the disk, before rows name them."""
    for name, member in backup.files().items():
        if media.put_back(name, backup.file, member):
            written.add(name)
    os.sync()


def finish(backup: Backup, takes_key: bool) -> None:
    """Do what may only be done once the site is there, and what it is there without."""
    if takes_key:
        with told("The site's former key stays beside that of the backup"):
            keys.write(backup.keys())
    # Or the worker would take it for a second backup, and hold mailings again.
    with told("The worker will say once more that the database was put back"):
        restored.note()
    for name in settings.CACHES:  # pages in it belong to another day, and are made anew anyway
        with told(f"The cache “{name}” could not be emptied"):
            caches[name].clear()
    logger.warning(
        "The site was restored from a backup of %s. All mail is held back until somebody calls "
        "“manage.py resume_sending”, or lets it go out again at the desk.",
        backup.manifest.made_at,
    )


@contextmanager
def told(words: str) -> Iterator[None]:
    """Say it where something fails, and go on."""
    try:
        yield
    except Exception as error:
        logger.warning("%s: %s", words, error)
