"""The one place where the API asks the search: which sections, and how many of what kind."""

import hashlib
import re
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import ExtractYear
from django.http import QueryDict

from issues.api.schemas import Facets, NamedCount, YearCount
from issues.characters import one_line
from issues.freshness import kept
from issues.models import Section, SectionTag
from issues.search import Hit, find, query, search

MOST_TAGS = 30  # in the facets
MOST_HITS = 10_000  # that are counted by tag, type and year
YEAR = re.compile("[12][0-9]{3}")


class Question(NamedTuple):
    """Words and filters as they were given."""

    text: str = ""
    tags: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    type: str = ""
    year: str = ""
    sort: str = ""

    @classmethod
    def from_query(cls, data: QueryDict) -> "Question":
        many = [
            tuple(one_line(value) for value in data.getlist(name)) for name in ("tag", "without")
        ]
        one = [one_line(data.get(name, "")) for name in ("type", "year", "sort")]
        return cls(one_line(data.get("q", "")), *many, *one)


class Answer(NamedTuple):
    total: int
    hits: list[Hit]
    facets: Facets
    is_capped: bool


def narrowed(question: Question, at=None) -> QuerySet[Section]:
    """Keep the public sections that the filters of the question leave, whatever its words."""
    sections = Section.objects.published(at)
    tagged = SectionTag.objects.filter(content_object=OuterRef("pk"))
    for slug in question.tags:
        sections = sections.filter(Exists(tagged.filter(tag__slug=slug)))
    if question.without:
        sections = sections.exclude(Exists(tagged.filter(tag__slug__in=question.without)))
    if question.type:
        sections = sections.filter(type__slug=question.type)
    if question.year:
        if not YEAR.fullmatch(question.year):
            return sections.none()
        sections = sections.filter(issue__published_at__year=int(question.year))
    return sections


def ask(question: Question, start: int, size: int, at=None) -> Answer:
    """Give a page of what holds the words, and what all of it is; as it was at the moment `at`."""
    sections = narrowed(question, at)
    if not question.text:
        digest = hashlib.blake2b(repr(question).encode(), digest_size=16).hexdigest()
        total, facets = kept(f"api-facets-{digest}", lambda: (sections.count(), counted(sections)))
        return Answer(total, [], facets, is_capped=False)
    clauses = query.parse(question.text)
    if not clauses:
        return Answer(0, [], counted(sections.none()), is_capped=False)
    total, pks = find(clauses, sections, 0, MOST_HITS)
    hits = search(question.text, sections, start, size).hits
    facets = counted(Section.objects.filter(pk__in=pks))
    return Answer(total, hits, facets, is_capped=total > MOST_HITS)


def counted(sections: QuerySet[Section]) -> Facets:
    sections = sections.order_by()
    types = sections.values("type__slug", "type__name").annotate(count=Count("pk"))
    items = SectionTag.objects.filter(content_object__in=sections.values("pk"))
    tags = items.values("tag__slug", "tag__name").annotate(count=Count("pk"))
    dated = sections.annotate(year=ExtractYear("issue__published_at"))
    years = dated.values("year").annotate(count=Count("pk")).order_by("-year")
    return Facets(
        types=named(types.order_by("-count", "type__slug"), "type"),
        tags=named(tags.order_by("-count", "tag__slug")[:MOST_TAGS], "tag"),
        years=[YearCount(**row) for row in years],
    )


def named(rows, of: str) -> list[NamedCount]:
    return [
        NamedCount(slug=row[f"{of}__slug"], name=row[f"{of}__name"], count=row["count"])
        for row in rows
    ]
