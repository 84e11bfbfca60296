"""Which sections hold what is asked for: narrow rows, of which the rest is counted and sorted."""

from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from issues.models import SearchEntry, SectionTag, Tag
from issues.search import engines
from issues.search.choices import Choices
from issues.search.query import Clause

# Of a word that more sections hold, only those indexed last are looked at: nobody reads more.
MOST_MATCHES = 5_000

COLUMNS = ("section_id", "type_id", "year", "tags", "superseded_by_id")


class Match(NamedTuple):
    """What is known of a section that matches; `place` is what they are sorted by.

    By relevance it is a rank, of which less is better, and by date the moment of publication as
    the database writes it.
    """

    pk: int
    type: int
    year: int
    tags: str
    superseded_by: int | None
    place: Any


def tagged(entries: QuerySet[SearchEntry], chosen: Choices) -> QuerySet[SearchEntry]:
    """Keep the entries that have all the tags that are asked for, and none of the others."""
    for tag in chosen.tags:
        entries = entries.filter(has(tag))
    for tag in chosen.without:
        entries = entries.exclude(has(tag))
    return entries


def narrowed(entries: QuerySet[SearchEntry], chosen: Choices) -> QuerySet[SearchEntry]:
    """Keep the entries of the type and the year that are asked for."""
    if chosen.type is not None:
        entries = entries.filter(type_id=chosen.type.pk)
    return entries if chosen.year is None else entries.filter(year=chosen.year)


def filtered(entries: QuerySet[SearchEntry], chosen: Choices) -> QuerySet[SearchEntry]:
    """Keep the entries that all filters leave."""
    return entries.none() if chosen.unknown else narrowed(tagged(entries, chosen), chosen)


def has(tag: Tag) -> Exists:
    return Exists(SectionTag.objects.filter(tag=tag, content_object=OuterRef("pk")))


def matches(
    clauses: list[Clause],
    entries: QuerySet[SearchEntry],
    by_date: bool = False,
    most: int = MOST_MATCHES,
) -> tuple[list[Match], bool]:
    """Give the entries whose sections hold all clauses, and whether there are more than `most`."""
    return rows(engines.current().expression(clauses), entries, by_date, most)


def rows(
    expression: str,
    entries: QuerySet[SearchEntry],
    by_date: bool = False,
    most: int = MOST_MATCHES,
) -> tuple[list[Match], bool]:
    """Give the entries whose sections match an expression in the engine's language."""
    engine = engines.current()
    allowed, params = entries.order_by().values(*COLUMNS, "published_at").query.sql_with_params()
    columns = ", ".join(f"entry.{name}" for name in COLUMNS)
    place = engine.MOMENT if by_date else engine.RANK
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, {place} FROM {engine.TABLE}"
            f" {engine.JOIN.format(entries=allowed, key=engine.KEY)}"
            f" WHERE {engine.MATCH} ORDER BY {engine.KEY} DESC LIMIT %s",
            [*([expression] * place.count("%s")), *params, expression, most + 1],
        )
        return list(map(Match._make, cursor.fetchmany(most))), cursor.fetchone() is not None
