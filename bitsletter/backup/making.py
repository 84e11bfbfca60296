"""Making a backup while the site goes on.

Files come first, which takes as long as there are many; then the rows, all as they are at one
moment; then the few files that were new at that moment, or not yet whole before. If one of these
was deleted before it could be copied, the rows are read once more: so a backup names no file that
it does not hold, but for those that the site itself has lost.
"""

import zlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from bitsletter.backup import archive, counters, keys, media, tables
from bitsletter.backup.archive import Writer
from bitsletter.backup.errors import BackupError
from bitsletter.backup.files import written_whole
from bitsletter.backup.manifest import Manifest, Table
from bitsletter.backup.moment import one_moment
from bitsletter.backup.parts import GZIP, MOST_IN_PART, PART, part_name

ASSETS = "issues.asset"
LEVEL = 3  # of compression
TIMES = 20  # that the rows are read anew

Progress = Callable[[int], object]


def back_up(path: Path, with_media: bool = True, progress: Progress = lambda rows: None):
    """Write a backup of the whole site to a file; give its Manifest."""
    require_known_site()
    with written_whole(path) as file:
        writer = Writer(file)
        manifest = write_site(writer, with_media, progress)
        if key := keys.kept():
            manifest.has_key = True
            writer.add(archive.KEY, key)
        writer.add(archive.MANIFEST, manifest.as_json())
        writer.close()
    return manifest


def require_known_site() -> None:
    """Refuse a database that is empty, or that newer code has changed."""
    applied = tables.applied_migrations()
    if not applied:
        raise BackupError("There is no site here to back up: the database is empty.")
    if tables.unknown(applied):
        raise BackupError("The database is of newer code than this: back it up with that.")


def write_site(writer: Writer, with_media: bool, progress: Progress) -> Manifest:
    """Write files and rows, so that they agree."""
    doubtful = media.copy_all(media.all_names(assets()), writer) if with_media else set()
    mark = writer.mark()
    for _time in range(TIMES):
        manifest, names = write_rows(writer, with_media, progress)
        if not with_media:
            return manifest
        missing = media.copy_all(names - media.files_of(writer.sums).keys(), writer)
        if missing <= media.named_in(assets()):
            return with_files(manifest, writer, missing, doubtful)
        writer.go_back(mark)
    raise BackupError("Pictures are being deleted faster than they can be copied. Try again.")


def assets() -> type[models.Model]:
    return tables.kept_models(tables.applied_migrations())[ASSETS]


def with_files(
    manifest: Manifest, writer: Writer, missing: set[str], doubtful: set[str]
) -> Manifest:
    """Copy files as they are that stay damaged, and say which are inside."""
    left = (missing | doubtful) - media.files_of(writer.sums).keys()
    copied = {name for name in sorted(left) if media.copy_as_it_is(name, writer)}
    manifest.damaged, manifest.lost = sorted(missing & copied), sorted(missing - copied)
    manifest.files = len(media.files_of(writer.sums))
    return manifest


def write_rows(writer: Writer, with_media: bool, progress: Progress) -> tuple[Manifest, set[str]]:
    """Write all rows as they are at one moment; give the names of files in them, too."""
    with one_moment():
        migrations = tables.applied_migrations()
        manifest = Manifest(
            made_at=timezone.now().isoformat(timespec="seconds"),
            site=settings.SITE_URL,
            engine=connection.vendor,
            migrations=sorted(map(list, migrations)),
            key=keys.fingerprint(settings.SECRET_KEY),
            has_media=with_media,
        )
        found = tables.kept_models(migrations)
        for label, model in found.items():
            manifest.tables[label] = write_table(label, model, writer, progress)
        manifest.counters = counters.read(found.values())
        names = media.named_in(found[ASSETS]) if with_media else set()
    return manifest, names


def write_table(label: str, model: type[models.Model], writer: Writer, progress) -> Table:
    """Write the rows of a table, in parts that fit into memory."""
    table, lines, size = Table(tables.names_of(model)), [], 0
    for row in tables.rows_of(model):
        line = tables.line_of(row)
        lines.append(line)
        size += len(line)
        if size >= PART:
            write_part(label, table, lines, writer)
            progress(len(lines))
            lines, size = [], 0
    if lines:
        write_part(label, table, lines, writer)
        progress(len(lines))
    return table


def write_part(label: str, table: Table, lines: list[bytes], writer: Writer) -> None:
    text = b"".join(lines)
    if len(text) > MOST_IN_PART:
        raise BackupError(f"A row of {label} is too long to be backed up.")
    compress = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    data = compress.compress(text) + compress.flush()
    writer.add(part_name(label, table.parts), data)
    table.rows += len(lines)
    table.parts += 1
