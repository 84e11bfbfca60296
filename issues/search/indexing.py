"""Keeping what is searched in step with the sections.

Whoever changes a section's title, text, link or tags, its issue or its issue's date calls
`index` in the same transaction; whoever deletes sections does so within `deleting`. `check` finds
and `mend` repairs what was missed. Beside the words stand, for each section, a SearchEntry and
which pages it links to, as rows of SectionLink.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import transaction

from issues.models import Issue, Section
from issues.search import engines, entries, linked_pages, rows, words
from issues.search.documents import document

BATCH = 500  # sections that are held in memory at once


class Difference(NamedTuple):
    """Keys of sections whose index differs from what they say now."""

    missing: set[int]
    stale: set[int]
    orphaned: set[int]


def index(sections: Iterable[Section], known_words: set[str] | None = None) -> None:
    """Index the sections anew, as they and their tags are now in the database.

    `known_words` are those that `words.write` need not add again; only a rebuild has any.
    """
    pks = [section.pk for section in sections]
    for start in range(0, len(pks), BATCH):
        write(pks[start : start + BATCH], known_words)


@transaction.atomic
def write(pks: list[int], known_words: set[str] | None) -> None:
    # Nobody may change a section between the reading and the writing of its words.
    sections = Section.objects.filter(pk__in=pks)
    sections.lock_issues()
    sections.lock()
    found = rows.read(pks)
    documents = list(map(document, found))
    engines.current().write(documents)
    entries.write(found)
    words.write(documents, known_words)
    linked_pages.write(found)


@contextmanager
def deleting(pks: Iterable[int]) -> Iterator[None]:
    """Keep the index in step with a deletion that happens inside, and may take these sections.

    Those that remain of them are indexed anew, and so are those that one of them superseded:
    the database lets these go without telling.
    """
    pks = set(pks)
    with transaction.atomic():
        superseded = Section.objects.filter(superseded_by__in=pks).values_list("pk", flat=True)
        changed = pks.union(superseded)
        Section.objects.filter(pk__in=changed).lock_issues()
        yield
        remaining = list(Section.objects.filter(pk__in=changed).only("pk"))
        remove(pks - {section.pk for section in remaining})
        index(remaining)


def remove(pks: Iterable[int]) -> None:
    """Take sections out that are deleted."""
    pks = list(pks)
    engines.current().delete(pks)
    entries.delete(pks)


def rebuild() -> int:
    """Index all sections anew; give how many there are. Others may go on writing meanwhile."""
    pks = list(Section.objects.order_by("pk").values_list("pk", flat=True))
    index((Section(pk=pk) for pk in pks), known_words=set())
    remove(engines.current().digests().keys() - set(pks))
    engines.current().tidy()
    note_new_answers()
    return len(pks)


def note_new_answers() -> None:
    """Let pages that are kept be made again, since the search may answer something else."""
    newest = Issue.objects.published().newest_first()[:1]
    Issue.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).note_change()


def mend() -> int:
    """Bring what differs up to date; give in how many places the index differed."""
    difference = check()
    index(Section(pk=pk) for pk in difference.missing | difference.stale)
    remove(difference.orphaned)
    if any(difference):
        note_new_answers()
    return sum(map(len, difference))


def check() -> Difference:
    """Compare the index, the entries and the linked pages with the sections."""
    indexed = engines.current().digests()
    current: dict[int, bool] = {}
    pks = list(Section.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        current |= are_current(pks[start : start + BATCH], indexed)
    return Difference(
        missing=current.keys() - indexed.keys(),
        stale={pk for pk, is_right in current.items() if pk in indexed and not is_right},
        orphaned=indexed.keys() - current.keys(),
    )


def are_current(pks: list[int], indexed: dict[int, str]) -> dict[int, bool]:
    """Say for each of some sections whether all that is derived of it agrees with it."""
    known_entries, known_links = entries.stored(pks), linked_pages.stored(pks)
    return {
        row.pk: indexed.get(row.pk) == document(row).digest
        and known_entries.get(row.pk) == entries.entry(row)
        and known_links[row.pk] == linked_pages.addresses(row)
        for row in rows.read(pks)
    }
