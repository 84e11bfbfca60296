"""The rows that the search filters, counts and sorts by: one SearchEntry for each section."""

import datetime
from collections.abc import Iterable

from django.db import connection
from django.utils import timezone

from issues.models import SearchEntry
from issues.search.rows import Row

COLUMNS = (
    *("section_id", "issue_id", "type_id", "published_at", "year", "tags"),
    "superseded_by_id",
)
WRITE = (
    f"INSERT INTO issues_searchentry ({', '.join(COLUMNS)})"  # nosec B608
    f" VALUES ({', '.join(['%s'] * len(COLUMNS))}) ON CONFLICT (section_id) DO UPDATE"
    f" SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[1:])}"
)


def entry(row: Row) -> tuple:
    """Give the values of COLUMNS that a section's entry should have."""
    moment = row.published_at
    tags = " ".join(str(pk) for pk, _ in row.tags)
    year = year_of(moment) if moment else None
    return row.pk, row.issue, row.type, moment, year, tags, row.superseded_by


def year_of(moment: datetime.datetime) -> int:
    """Give the year of a moment where the site is."""
    try:
        return timezone.localtime(moment).year
    except OverflowError:  # in the last hours of the calendar
        return moment.year


def stored(pks: Iterable[int]) -> dict[int, tuple]:
    """Give the values of COLUMNS that the entries have, by their sections' keys."""
    found = SearchEntry.objects.filter(pk__in=list(pks)).values_list(*COLUMNS)
    return {values[0]: values for values in found}


def write(rows: Iterable[Row]) -> None:
    """Put the entries in, in place of those that are there, with one statement for all."""
    with connection.cursor() as cursor:
        cursor.executemany(WRITE, [adapted(entry(row)) for row in rows])


def adapted(values: tuple) -> list:
    adapt = connection.ops.adapt_datetimefield_value
    return [adapt(one) if isinstance(one, datetime.datetime) else one for one in values]


def delete(pks: Iterable[int]) -> None:
    SearchEntry.objects.filter(pk__in=list(pks)).delete()
