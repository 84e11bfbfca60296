"""Loading sections for answers: a page of those that match, and whole ones."""

from collections.abc import Iterable

from django.db.models import Max, QuerySet

from issues.api import asking, paging, schemas
from issues.models import Issue, Section

FARTHEST_HIT = 100_000  # of a search for words; whoever wants more can ask by year

Loaded = tuple[asking.Answer, list[schemas.Section], str | None]


def full_sections() -> QuerySet[Section]:
    sections = Section.objects.published().for_page()
    return sections.select_related("superseded_by__issue", "superseded_by__type")


def whole(issue: Issue) -> schemas.FullIssue:
    sections = full_sections().filter(issue=issue).order_by("position", "pk")
    return schemas.FullIssue.of(issue, list(sections))


def page_by_filters(question: asking.Question, limit: int, cursor: str, is_full: bool) -> Loaded:
    """Give what tags, type and year leave, the newest first."""
    found = paging.older_sections(asking.narrowed(question), cursor)
    # Long rows are loaded only for the page: sorting with them is slow.
    keys = found.select_related("issue").only("position", "issue__published_at", "issue__number")
    shown, following = paging.cut(keys, limit, paging.section_cursor)
    results = represented([section.pk for section in shown], is_full)
    return asking.ask(question, 0, 0), results, following


def page_by_words(question: asking.Question, limit: int, cursor: str, is_full: bool) -> Loaded:
    """Give what holds the words too, in the order of the search.

    That order has no place to go on from, so that hits are counted off among those that were
    public when the first page was read.
    """
    values = paging.HITS.read(cursor)
    moment, start = (paging.moment_of(values[0]), values[1]) if values else (newest_moment(), 0)
    if moment is None or start > FARTHEST_HIT:
        limit = 0
    answer = asking.ask(question, start, limit, at=moment)
    snippets = {hit.section.pk: hit.snippet for hit in answer.hits}
    end = start + limit
    has_more = answer.hits and end < min(answer.total, FARTHEST_HIT)
    following = paging.HITS.write(paging.in_numbers(moment), end) if has_more else None
    return answer, represented(snippets, is_full, snippets), following


def newest_moment():
    """Give when what is public now was complete: it stays the same until there is more."""
    return Issue.objects.published().aggregate(newest=Max("published_at"))["newest"]


def represented(pks: Iterable[int], is_full: bool, snippets=None) -> list[schemas.Section]:
    """Load the sections in this order, with their whole texts or without."""
    schema = schemas.FullSection if is_full else schemas.Section
    sections = full_sections() if is_full else Section.objects.published().for_page().for_list()
    found = sections.in_bulk(list(pks))
    return [schema.of(found[pk], (snippets or {}).get(pk)) for pk in pks if pk in found]
