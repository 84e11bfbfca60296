"""Finding sections by words: one interface, an engine for each database.

Whoever changes a section's title, text, link or tags calls `index` in the same transaction;
whoever deletes sections calls `remove`. `check` finds and `mend` repairs what was missed.
Beside the words it keeps which pages the sections link to, as rows of SectionLink.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.safestring import SafeString

from issues.models import Section
from issues.search import linked_pages, postgres, query, sqlite
from issues.search.documents import document
from issues.search.highlight import marked, snippet

BATCH = 500  # sections that are held in memory at once


class Hit(NamedTuple):
    """A section that was found, with the words marked."""

    section: Section
    title: SafeString
    snippet: SafeString


class Results(NamedTuple):
    """One page of hits, and how many there are on all pages."""

    total: int
    hits: list[Hit]


class Difference(NamedTuple):
    """Keys of sections whose index differs from what they say now."""

    missing: set[int]
    stale: set[int]
    orphaned: set[int]


def search(text: str, candidates: QuerySet[Section], start: int = 0, size: int = 20) -> Results:
    """Find the words of `text` among the candidates, the best hits first.

    `candidates` says which sections may be found: the public door for readers. `start` and
    `size` choose the page. Any text is fine; one without words finds nothing.
    """
    clauses = query.parse(text)
    if not clauses:
        return Results(0, [])
    total, pks = find(clauses, candidates, start, size)
    found = candidates.for_page().defer("body", "body_html").in_bulk(pks)
    return Results(
        total,
        [
            Hit(one, marked(one.title, clauses), snippet(one.body_text, clauses))
            for one in map(found.get, pks)
            if one is not None
        ],
    )


def find(
    clauses: list[query.Clause], candidates: QuerySet[Section], start: int, size: int
) -> tuple[int, list[int]]:
    """Give how many candidates match, and the keys of one page of them."""
    allowed, params = candidates.order_by().values("id").query.sql_with_params()
    expression = engine().expression(clauses)
    matching = (
        f"FROM issues_search JOIN ({allowed}) AS candidate ON candidate.id = {engine().KEY}"
        f" WHERE {engine().MATCH}"
    )
    ranking = [expression] * engine().ORDER.count("%s")
    with connection.cursor() as cursor:
        # Ordering looks at all hits anyway, so that their count costs nothing more.
        cursor.execute(
            f"SELECT {engine().KEY}, count(*) OVER () {matching}"
            f" ORDER BY {engine().ORDER} LIMIT %s OFFSET %s",
            [*params, expression, *ranking, size, start],
        )
        rows = cursor.fetchall()
        if rows or not start:
            return (rows[0][1] if rows else 0), [pk for pk, _ in rows]
        cursor.execute(f"SELECT count(*) {matching}", [*params, expression])
        return cursor.fetchone()[0], []


def index(sections: Iterable[Section]) -> None:
    """Index the sections anew, as they and their tags are now in the database."""
    pks = [section.pk for section in sections]
    for start in range(0, len(pks), BATCH):
        write(pks[start : start + BATCH])


@transaction.atomic
def write(pks: list[int]) -> None:
    # Nobody may change a section between the reading and the writing of its words.
    found = Section.objects.filter(pk__in=pks)
    found.lock_issues()
    current = list(with_words(found.order_by("pk").select_for_update()))
    engine().write(list(map(document, current)))
    linked_pages.write(current)


def remove(pks: Iterable[int]) -> None:
    """Take sections out that are deleted."""
    engine().delete(pks)


def rebuild() -> int:
    """Index all sections anew; give how many there are. Others may go on writing meanwhile."""
    pks = list(Section.objects.order_by("pk").values_list("pk", flat=True))
    index(Section(pk=pk) for pk in pks)
    remove(engine().digests().keys() - set(pks))
    return len(pks)


def mend() -> int:
    """Bring what differs up to date; give in how many places the index differed."""
    difference = check()
    index(Section(pk=pk) for pk in difference.missing | difference.stale)
    remove(difference.orphaned)
    return sum(map(len, difference))


def check() -> Difference:
    """Compare the index and the linked pages with the sections."""
    indexed = engine().digests()
    current = {section.pk: is_current(section, indexed) for section in sections()}
    return Difference(
        missing=current.keys() - indexed.keys(),
        stale={pk for pk, is_right in current.items() if pk in indexed and not is_right},
        orphaned=indexed.keys() - current.keys(),
    )


def is_current(section: Section, indexed: dict[int, str]) -> bool:
    same_words = indexed.get(section.pk) == document(section).digest
    return same_words and not linked_pages.are_stale(section)


def engine():
    """Give the engine of the database that is in use."""
    return {"sqlite": sqlite, "postgresql": postgres}[connection.vendor]


def sections() -> Iterator[Section]:
    return with_words(Section.objects.order_by("pk")).iterator(chunk_size=BATCH)


def with_words(found: QuerySet[Section]) -> QuerySet[Section]:
    """Load with sections what is indexed of them, and which pages they are known to link to."""
    return found.defer("body").prefetch_related("tags", "links")
