"""How many sections there would be under each type, year and tag."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Count, QuerySet

from issues.models import SearchEntry, SectionTag
from issues.search.matching import Match


class Counts(NamedTuple):
    """Counts by key: what is found now, and what one more choice would find.

    Types and years are counted as if none of their own kind was chosen, since choosing another
    replaces the first; tags are counted among what is found, since choosing one adds it.
    """

    total: int
    types: Counter
    years: Counter
    tags: Counter


def of_matches(found: Sequence[Match], type_pk: int | None, year: int | None) -> Counts:
    """Count rows; the type and the year that are chosen have not narrowed them yet."""
    in_year = found if year is None else [one for one in found if one.year == year]
    of_type = found if type_pk is None else [one for one in found if one.type == type_pk]
    both = narrowed(found, type_pk, year)
    return Counts(
        total=len(both),
        types=Counter(one.type for one in in_year),
        years=Counter(one.year for one in of_type),
        tags=Counter(map(int, " ".join(one.tags for one in both).split())),
    )


def narrowed(found: Sequence[Match], type_pk: int | None, year: int | None) -> Sequence[Match]:
    if type_pk is None and year is None:
        return found
    return [
        one
        for one in found
        if (type_pk is None or one.type == type_pk) and (year is None or one.year == year)
    ]


def of_entries(entries: QuerySet[SearchEntry], type_pk: int | None, year: int | None) -> Counts:
    """Count what `of_matches` counts, in the database: without words there may be any number."""
    in_year = narrowed_entries(entries, None, year)
    of_type = narrowed_entries(entries, type_pk, None)
    both = narrowed_entries(entries, type_pk, year)
    tags = SectionTag.objects.filter(content_object__in=both.order_by().values("pk"))
    return Counts(
        total=both.count(),
        types=counted(in_year, "type_id"),
        years=counted(of_type, "year"),
        tags=counted(tags, "tag_id"),
    )


def narrowed_entries(
    entries: QuerySet[SearchEntry], type_pk: int | None, year: int | None
) -> QuerySet[SearchEntry]:
    if type_pk is not None:
        entries = entries.filter(type_id=type_pk)
    return entries if year is None else entries.filter(year=year)


def counted(rows: QuerySet, name: str) -> Counter:
    return Counter(dict(rows.order_by().values_list(name).annotate(Count("pk"))))
