"""How many sections there would be under each type, year and tag."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from django.db.models import Count, QuerySet

from issues.models import SearchEntry, SectionTag
from issues.search import matching
from issues.search.choices import Choices
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


def of_matches(found: Sequence[Match], chosen: Choices) -> Counts:
    """Count rows; the type and the year that are chosen have not narrowed them yet."""
    both = narrowed(found, chosen)
    return Counts(
        total=len(both),
        types=Counter(one.type for one in narrowed(found, replace(chosen, type=None))),
        years=Counter(one.year for one in narrowed(found, replace(chosen, year=None))),
        tags=Counter(map(int, " ".join(one.tags for one in both).split())),
    )


def narrowed(found: Sequence[Match], chosen: Choices) -> Sequence[Match]:
    """Keep the rows of the type and the year that are asked for."""
    type_pk, year = chosen.type_pk, chosen.year
    if type_pk is None and year is None:
        return found
    return [
        one
        for one in found
        if (type_pk is None or one.type == type_pk) and (year is None or one.year == year)
    ]


def of_entries(entries: QuerySet[SearchEntry], chosen: Choices) -> Counts:
    """Count what `of_matches` counts, in the database: without words there may be any number."""
    in_year = matching.narrowed(entries, replace(chosen, type=None))
    of_type = matching.narrowed(entries, replace(chosen, year=None))
    both = matching.narrowed(entries, chosen)
    tags = SectionTag.objects.filter(content_object__in=both.order_by().values("pk"))
    return Counts(
        total=both.count(),
        types=counted(in_year, "type_id"),
        years=counted(of_type, "year"),
        tags=counted(tags, "tag_id"),
    )


def counted(rows: QuerySet, name: str) -> Counter:
    return Counter(dict(rows.order_by().values_list(name).annotate(Count("pk"))))
