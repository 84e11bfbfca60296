"""Loading sections for answers: a page of those that match, and whole ones."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from issues import references
from issues.api import asking, paging, schemas
from issues.models import Issue, Section
from issues.search import Answer, Question

Loaded = tuple[Answer, list[schemas.Section], str | None]


def full_sections() -> QuerySet[Section]:
    sections = Section.objects.published().for_page()
    return sections.select_related("superseded_by__issue", "superseded_by__type")


def whole(issue: Issue) -> schemas.FullIssue:
    sections = list(full_sections().filter(issue=issue).order_by("position", "pk"))
    references.resolve([issue, *sections])
    return schemas.FullIssue.of(issue, sections)


def full(section: Section) -> schemas.FullSection:
    references.resolve([section])
    return schemas.FullSection.of(section)


def page_by_filters(question: Question, limit: int, cursor: str, is_full: bool) -> Loaded:
    """Give what tags, type and year leave, the newest first."""
    answer = asking.counts(question)
    behind = paging.older_entries(asking.entries(answer), cursor)
    shown, following = paging.cut(behind, limit, paging.entry_cursor)
    return answer, represented([entry.pk for entry in shown], is_full), following


def page_by_words(question: Question, limit: int, cursor: str, is_full: bool) -> Loaded:
    """Give what holds the words too, in the order of the search.

    That order has no place to go on from, so that hits are counted off among those that were
    public when the first page was read.
    """
    values = paging.HITS.read(cursor)
    moment, start = (paging.moment_of(values[0]), values[1]) if values else (newest_moment(), 0)
    answer = asking.by_words(question, start, limit, moment)
    end = start + limit
    following = (
        paging.HITS.write(paging.in_numbers(moment), end)
        if answer.hits and end < answer.total
        else None
    )
    snippets = {hit.section.pk: hit.snippet for hit in answer.hits}
    return answer, represented(snippets, is_full, snippets), following


def newest_moment() -> datetime | None:
    """Give when what is public now was complete: it stays the same until there is more."""
    issues = Issue.objects.published().newest_first()
    return issues.values_list("published_at", flat=True).first()


def represented(pks: Iterable[int], is_full: bool, snippets=None) -> list[schemas.Section]:
    """Load the sections in this order, with their whole texts or without."""
    schema = schemas.FullSection if is_full else schemas.Section
    sections = full_sections() if is_full else Section.objects.published().for_page().for_list()
    found = sections.in_bulk(list(pks))
    if is_full:
        references.resolve(found.values())
    return [schema.of(found[pk], (snippets or {}).get(pk)) for pk in pks if pk in found]
