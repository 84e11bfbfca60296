"""The one place where the API asks the search."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from issues import search
from issues.api.schemas import Facets, NamedCount, YearCount
from issues.models import SearchEntry
from issues.search import Answer, Question


def by_words(question: Question, start: int, size: int, at: datetime | None) -> Answer:
    """Answer as the page of the search does, with what was public at the moment `at`.

    Anybody can write a cursor that names a moment to come, when more will be public: it is now.
    """
    now = timezone.now()
    entries = SearchEntry.objects.published(min(at or now, now))
    return search.answer(question, start, size, entries)


def counts(question: Question) -> Answer:
    """Count what the filters leave; without any, that is the whole archive."""
    return search.answer(question, size=0)


def entries(answer: Answer) -> QuerySet[SearchEntry]:
    """Keep the public sections that the filters leave."""
    return search.filtered(SearchEntry.objects.published(), answer.choices)


def facets(answer: Answer) -> Facets:
    types, tags = (
        [NamedCount(slug=one.value.slug, name=one.value.name, count=one.count) for one in found]
        for found in (answer.types, answer.tags)
    )
    years = [YearCount(year=one.value, count=one.count) for one in answer.years]
    return Facets(types=types, tags=tags, years=years)
