"""Which sections hold what is asked for: narrow rows, of which the rest is counted and sorted."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from issues.models import SearchEntry, SectionTag, Tag
from issues.search import engines
from issues.search.query import Clause

# Of a word that more sections hold, only those indexed last are looked at: nobody reads more.
MOST_MATCHES = 10_000

COLUMNS = ("section_id", "issue_id", "type_id", "published_at", "year", "tags", "superseded_by_id")


class Match(NamedTuple):
    """What is known of a section that matches; of two, the better one has the lower `rank`."""

    pk: int
    issue: int
    type: int
    published_at: Any  # as the database gives moments; one can be compared with another
    year: int | None
    tags: str
    superseded_by: int | None
    rank: float


def tagged(
    entries: QuerySet[SearchEntry], tags: Iterable[Tag], without: Iterable[Tag]
) -> QuerySet[SearchEntry]:
    """Keep the entries that have all of `tags` and none of `without`."""
    for tag in tags:
        entries = entries.filter(has(tag))
    for tag in without:
        entries = entries.exclude(has(tag))
    return entries


def has(tag: Tag) -> Exists:
    return Exists(SectionTag.objects.filter(tag=tag, content_object=OuterRef("pk")))


def matches(
    clauses: list[Clause], entries: QuerySet[SearchEntry], most: int = MOST_MATCHES
) -> tuple[list[Match], bool]:
    """Give the entries whose sections hold all clauses, and whether there are more than `most`."""
    return rows(engines.current().expression(clauses), entries, most)


def rows(expression: str, entries: QuerySet[SearchEntry], most: int) -> tuple[list[Match], bool]:
    """Give the entries whose sections match an expression in the engine's language."""
    engine = engines.current()
    allowed, params = entries.order_by().values(*COLUMNS).query.sql_with_params()
    columns = ", ".join(f"entry.{name}" for name in COLUMNS)
    ranked = [expression] * engine.RANK.count("%s")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, {engine.RANK} FROM {engine.TABLE}"
            f" JOIN ({allowed}) AS entry ON entry.section_id = {engine.KEY}"
            f" WHERE {engine.MATCH} ORDER BY {engine.KEY} DESC LIMIT %s",
            [*ranked, *params, expression, most + 1],
        )
        return list(map(Match._make, cursor.fetchmany(most))), cursor.fetchone() is not None
