"""The one place where the API asks the search."""

from datetime import datetime

from django.db.models import QuerySet

from issues import search
from issues.api.schemas import Facets, NamedCount, YearCount
from issues.models import SearchEntry
from issues.search import Answer, Question
from issues.search.answering import add_facets, by_filters
from issues.search.choices import Choices
from issues.search.matching import tagged


def by_words(question: Question, start: int, size: int, at: datetime | None) -> Answer:
    """Answer as the page of the search does, with what was public at the moment `at`."""
    return search.answer(question, start, size, SearchEntry.objects.published(at))


def counts(question: Question) -> Answer:
    """Count what the filters leave; without any, that is the whole archive."""
    if not question.is_empty:
        return search.answer(question, size=0)
    answer = Answer(question, Choices())
    found, _ = by_filters(answer, SearchEntry.objects.published(), 0)
    answer.total = found.total
    add_facets(answer, found)
    return answer


def entries(chosen: Choices) -> QuerySet[SearchEntry]:
    """Keep the public sections that the filters leave."""
    if chosen.unknown:
        return SearchEntry.objects.none()
    found = tagged(SearchEntry.objects.published(), chosen.tags, chosen.without)
    wanted = {"type_id": chosen.type and chosen.type.pk, "year": chosen.year}
    return found.filter(**{name: value for name, value in wanted.items() if value is not None})


def facets(answer: Answer) -> Facets:
    types, tags = (
        [NamedCount(slug=one.value.slug, name=one.value.name, count=one.count) for one in found]
        for found in (answer.types, answer.tags)
    )
    years = [YearCount(year=one.value, count=one.count) for one in answer.years]
    return Facets(types=types, tags=tags, years=years)
