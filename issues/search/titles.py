"""What is offered while somebody types: tags and sections whose names begin like it."""

from dataclasses import dataclass, field

from django.db import connection

from issues.freshness import kept
from issues.models import SearchEntry, Section, Tag
from issues.search import analysis, engines, query

MOST_TAGS = 5
MOST_SECTIONS = 5
SHORTEST = 2  # letters: fewer begin too many titles


@dataclass
class Suggestions:
    """The most used tags and the newest sections that fit; each tag has its `count`."""

    tags: list[Tag] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)


def suggest(text: str) -> Suggestions:
    """Give the public tags and sections whose names hold these words; the last may go on."""
    terms, words = analysis.analyse(text[: query.MAX_LENGTH])
    if not words:
        return Suggestions()
    clauses = [query.Clause((term,)) for term in terms[: len(words)]]
    clauses[-1] = clauses[-1]._replace(opening=words[-1])
    is_long_enough = len(text.strip()) >= SHORTEST or analysis.is_single_cjk(words[-1])
    return Suggestions(tags_like(words), sections_like(clauses) if is_long_enough else [])


def tags_like(words: list[str]) -> list[Tag]:
    *whole, begun = words
    fitting = [
        (-count, pk)
        for pk, (count, written) in kept("public-tag-words", public_tag_words).items()
        if set(whole) <= set(written) and any(one.startswith(begun) for one in written)
    ]
    counts = {pk: -count for count, pk in sorted(fitting)[:MOST_TAGS]}
    found = Tag.objects.in_bulk(counts) if counts else {}
    for pk, tag in found.items():
        tag.count = counts[pk]
    return [found[pk] for pk in counts if pk in found]


def public_tag_words() -> dict[int, tuple[int, list[str]]]:
    """Give for each public tag how often it is used, and the words of its name."""
    tags = Tag.objects.with_public_counts()
    return {tag.pk: (tag.count, analysis.analyse(tag.name).words) for tag in tags}


def sections_like(clauses: list[query.Clause]) -> list[Section]:
    keys = keys_like(clauses)
    shown = ("title", "slug", "issue__number", "issue__published_at", "type__name", "type__emoji")
    found = Section.objects.published().select_related("issue", "type").only(*shown)
    found = found.in_bulk(keys)
    return [found[key] for key in keys if key in found]


def keys_like(clauses: list[query.Clause]) -> list[int]:
    engine = engines.current()
    entries = SearchEntry.objects.published().order_by().values("section_id")
    allowed, params = entries.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {engine.TITLE_KEY} FROM {engine.TITLES}"  # nosec B608
            f" {engine.JOIN.format(entries=allowed, key=engine.TITLE_KEY)}"
            f" WHERE {engine.TITLE_MATCH} ORDER BY {engine.TITLE_KEY} DESC LIMIT %s",
            [*params, engine.expression(clauses), MOST_SECTIONS],
        )
        return [key for (key,) in cursor.fetchall()]
