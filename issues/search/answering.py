"""Answering what a reader asks: hits by words and filters, and counts of what else there is."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.safestring import SafeString

from issues.freshness import kept
from issues.models import SearchEntry, Section, SectionTag, SectionType, Tag
from issues.search import facets, matching, query, ranking
from issues.search.choices import Choices, choices
from issues.search.highlight import marked, snippet
from issues.search.question import MOST_TAGS as MOST_CHOSEN
from issues.search.question import Question

MOST_TAGS = 15  # in the list of those that would narrow an answer


class MarkedTag(NamedTuple):
    """A tag of a section that was found, with the words marked in its name."""

    tag: Tag
    name: SafeString

    def get_absolute_url(self) -> str:
        return self.tag.get_absolute_url()


@dataclass
class Hit:
    """A section that was found, with the words marked, and its tags by name."""

    section: Section
    title: SafeString
    snippet: SafeString
    tags: list[MarkedTag]


@dataclass
class Facet:
    """One more choice, and how many sections it would leave."""

    value: SectionType | Tag | int
    count: int
    is_chosen: bool = False


@dataclass
class Answer:
    """One page of hits, and what is known of all of them.

    With `is_capped`, more sections hold the words than were looked at: the counts are of those.
    """

    question: Question
    choices: Choices
    total: int = 0
    hits: list[Hit] = field(default_factory=list)
    types: list[Facet] = field(default_factory=list)
    years: list[Facet] = field(default_factory=list)
    tags: list[Facet] = field(default_factory=list)
    is_capped: bool = False


def answer(question: Question, start: int = 0, size: int = 10, entries=None) -> Answer:
    """Answer a question with the hits from `start` on, at most `size` of them.

    Any question is fine; one that asks for nothing finds the whole archive. `entries` says which
    sections may be found; by default all that are public. Without words, the newest come first.
    """
    chosen = choices(question)
    found = Answer(question, chosen)
    clauses = query.parse(question.text)
    if chosen.unknown or (question.text and not clauses):
        return found
    # What the index has not noticed yet is hidden all the same: sections have the last word.
    is_public = entries is None
    sections = Section.objects.published() if is_public else Section.objects.all()
    entries = SearchEntry.objects.published() if is_public else entries
    candidates = matching.tagged(entries, chosen, is_by_words=bool(clauses))
    if clauses:
        counts, keys = by_words(found, clauses, candidates, start + size)
        keys = keys[start:]
    else:
        counts, keys = by_filters(found, candidates, start, size, is_public)
    found.total = counts.total
    add_facets(found, counts)
    found.hits = hits(keys, sections, clauses)
    return found


def by_words(
    found: Answer, clauses: list[query.Clause], candidates: QuerySet[SearchEntry], most: int
) -> tuple[facets.Counts, list[int]]:
    chosen, by_date = found.choices, found.question.sort == "date"
    rows, found.is_capped = matching.matches(clauses, candidates, by_date)
    if found.is_capped and (chosen.type or chosen.year):
        # Among the many others there may be few of this type and year, or none.
        candidates = matching.narrowed(candidates, chosen)
        rows, found.is_capped = matching.matches(clauses, candidates, by_date)
    counts = facets.of_matches(rows, chosen)
    sort = ranking.newest if by_date else ranking.best
    return counts, sort(facets.narrowed(rows, chosen), most)


def by_filters(
    found: Answer, candidates: QuerySet[SearchEntry], start: int, size: int, is_public: bool
) -> tuple[facets.Counts, list[int]]:
    chosen = found.choices
    newest = matching.narrowed(candidates, chosen).order_by(*matching.NEWEST_FIRST)
    if chosen.is_countable and is_public:
        counts = kept(f"facets/{chosen.key}", lambda: public_counts(chosen))
    else:
        rows, found.is_capped = matching.newest(candidates)
        if found.is_capped and (chosen.type or chosen.year):
            rows, found.is_capped = matching.newest(newest)
        counts = facets.of_matches(rows, chosen)
    end = min(start + size, counts.total)
    return counts, list(newest.values_list("pk", flat=True)[start:end]) if start < end else []


def public_counts(chosen: Choices) -> facets.Counts:
    """Count all that is public now, and not when the question came."""
    entries = SearchEntry.objects.published()
    return facets.of_entries(matching.tagged(entries, chosen), chosen)


def hits(
    keys: Sequence[int], sections: QuerySet[Section], clauses: list[query.Clause]
) -> list[Hit]:
    """Load the sections of a page of keys, and mark in them what was found."""
    found, tags = sections.for_hit().in_bulk(keys), tags_of(keys)
    return [
        Hit(
            one,
            marked(one.title, clauses),
            snippet(one.body_text, clauses),
            [MarkedTag(tag, marked(tag.name, clauses)) for tag in tags[one.pk]],
        )
        for one in map(found.get, keys)
        if one is not None
    ]


def tags_of(keys: Sequence[int]) -> dict[int, list[Tag]]:
    """Load the tags of sections by these keys, in less than half the time of a prefetch."""
    found = defaultdict(list)
    items = SectionTag.objects.filter(content_object__in=keys).select_related("tag")
    for item in items.order_by(Lower("tag__name")):
        found[item.content_object_id].append(item.tag)
    return found


def add_facets(found: Answer, counts: facets.Counts) -> None:
    """Name what is counted. Nothing is offered that would leave no section."""
    chosen = found.choices
    types = {one.pk: one for one in SectionType.objects.all()}
    found.types = [
        Facet(one, counts.types[pk], one == chosen.type)
        for pk, one in types.items()
        if counts.types[pk]
    ]
    found.years = [
        Facet(year, count, year == chosen.year)
        for year, count in sorted(counts.years.items(), reverse=True)
    ]
    taken = {tag.pk for tag in chosen.tags}
    if len(taken) >= MOST_CHOSEN:
        return
    common = [(pk, count) for pk, count in counts.tags.items() if pk not in taken]
    common.sort(key=lambda one: (-one[1], one[0]))
    tags = Tag.objects.in_bulk([pk for pk, _ in common[:MOST_TAGS]])
    found.tags = [Facet(tags[pk], count) for pk, count in common[:MOST_TAGS] if pk in tags]
