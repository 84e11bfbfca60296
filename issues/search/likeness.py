"""Sections that say something like another one, by the rare words of its title."""

from collections.abc import Collection

from django.db import connection

from issues.models import SearchEntry, Section
from issues.search import analysis, engines, matching

MOST_SECTIONS = 1000  # that hold a word; what more hold says too little
MOST_TERMS = 5


def alike(section: Section, leave_out: Collection[int], size: int) -> list[int]:
    """Give the keys of public sections that hold rare words of this one's title.

    The most alike come first. None whose key is in `leave_out` is among them.
    """
    counts = counts_of(sorted(set(analysis.analyse(section.title).terms)))
    rare = [term for term, count in counts.items() if 1 < count <= MOST_SECTIONS]
    rare = sorted(rare, key=lambda term: (counts[term], term))[:MOST_TERMS]
    if not rare:
        return []
    entries = SearchEntry.objects.published().exclude(pk__in=leave_out)
    found, _ = matching.rows(engines.current().any_of(rare), entries)
    found.sort(key=lambda one: (one.place, -one.pk))
    return [one.pk for one in found[:size]]


def counts_of(terms: list[str]) -> dict[str, int]:
    """Count the sections with each term, hidden ones too, as far as it is of interest."""
    if not terms:
        return {}
    engine = engines.current()
    count = (
        f"(SELECT count(*) FROM (SELECT 1 FROM {engine.TABLE}"  # nosec B608
        f" WHERE {engine.MATCH} LIMIT {MOST_SECTIONS + 1}) AS found)"
    )
    with connection.cursor() as cursor:
        expressions = [engine.any_of([term]) for term in terms]
        cursor.execute(f"SELECT {', '.join([count] * len(terms))}", expressions)
        return dict(zip(terms, cursor.fetchone(), strict=True))
