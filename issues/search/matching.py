"""Which sections hold what is asked for: narrow rows, of which the rest is counted and sorted."""

from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from issues.models import SearchEntry, SectionTag, Tag
from issues.search import engines
from issues.search.choices import Choices
from issues.search.query import Clause

# Of what more sections hold, only so many are looked at, those made last or the newest.
MOST_MATCHES = 5_000

NEWEST_FIRST = ("-published_at", "pk")
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


def tagged(
    entries: QuerySet[SearchEntry], chosen: Choices, is_by_words: bool = False
) -> QuerySet[SearchEntry]:
    """Keep the entries that have all the tags that are asked for, and none of the others.

    Where words say which entries matter, each is asked for its tags; else the tags are read once.
    """
    has = asked_for if is_by_words else listed_under
    for tag in chosen.tags:
        entries = entries.filter(has(tag))
    for tag in chosen.without:
        entries = entries.exclude(has(tag))
    return entries


def asked_for(tag: Tag) -> Exists:
    return Exists(SectionTag.objects.filter(tag=tag, content_object=OuterRef("pk")))


def listed_under(tag: Tag) -> Q:
    return Q(pk__in=SectionTag.objects.filter(tag=tag).values("content_object"))


def narrowed(entries: QuerySet[SearchEntry], chosen: Choices) -> QuerySet[SearchEntry]:
    """Keep the entries of the type and the year that are asked for."""
    if chosen.type is not None:
        entries = entries.filter(type_id=chosen.type.pk)
    return entries if chosen.year is None else entries.filter(year=chosen.year)


def filtered(entries: QuerySet[SearchEntry], chosen: Choices) -> QuerySet[SearchEntry]:
    """Keep the entries that all filters leave."""
    return entries.none() if chosen.unknown else narrowed(tagged(entries, chosen), chosen)


def matches(
    clauses: list[Clause],
    entries: QuerySet[SearchEntry],
    by_date: bool = False,
    most: int | None = None,
) -> tuple[list[Match], bool]:
    """Give the entries whose sections hold all clauses, and whether there are more than `most`.

    `most` is MOST_MATCHES unless it is given.
    """
    return rows(engines.current().expression(clauses), entries, by_date, most)


def rows(
    expression: str,
    entries: QuerySet[SearchEntry],
    by_date: bool = False,
    most: int | None = None,
) -> tuple[list[Match], bool]:
    """Give the entries whose sections match an expression in the engine's language."""
    engine, most = engines.current(), most or MOST_MATCHES
    allowed, params = entries.order_by().values(*COLUMNS, "published_at").query.sql_with_params()
    columns = ", ".join(f"entry.{name}" for name in COLUMNS)
    place = engine.MOMENT if by_date else engine.RANK
    order = "entry.published_at" if by_date else engine.KEY
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, {place} FROM {engine.TABLE}"  # nosec B608
            f" {engine.JOIN.format(entries=allowed, key=engine.KEY)}"
            f" WHERE {engine.MATCH} ORDER BY {order} DESC LIMIT %s",
            [*([expression] * place.count("%s")), *params, expression, most + 1],
        )
        return list(map(Match._make, cursor.fetchmany(most))), cursor.fetchone() is not None


def newest(entries: QuerySet[SearchEntry]) -> tuple[list[Match], bool]:
    """Give the newest of the entries, and whether there are more than MOST_MATCHES."""
    columns = entries.order_by(*NEWEST_FIRST).values_list(*COLUMNS)[: MOST_MATCHES + 1]
    found = [Match(*values, place=None) for values in columns]
    return found[:MOST_MATCHES], len(found) > MOST_MATCHES
