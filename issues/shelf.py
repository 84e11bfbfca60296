"""The shelf of each tag: its public sections by type, the newest of them, and tags beside it.

Only keys and numbers are kept, never words: what a page says is read when it is shown.
"""

from collections import Counter, defaultdict
from math import sqrt
from typing import NamedTuple

from issues.counts import tag_counts, type_counts
from issues.freshness import kept
from issues.models import SearchEntry, SectionTag, Tag

NEWEST = 5  # sections of each type on a shelf
MOST = 200  # sections on one page
RELATED = 8  # tags
SUPPORT = 2  # sections that two tags must share: what happens once may be chance


class Group(NamedTuple):
    """The sections of one type on a shelf: how many there are, and the newest of them."""

    count: int
    newest: list[int]


class Shelf(NamedTuple):
    """The public sections of one tag, by key."""

    total: int
    groups: dict[int, Group]  # by type
    newest: list[int]  # of all types
    related: list[int]  # tags, the nearest first


def shelf_of(tag: Tag) -> Shelf:
    return kept(f"shelf-{tag.pk}", lambda: gather(tag))


def gather(tag: Tag) -> Shelf:
    """Go once through the sections of a tag, in the narrow rows of their search entries."""
    tagged = SectionTag.objects.filter(tag=tag).values("content_object")
    entries = SearchEntry.objects.published().filter(section__in=tagged)
    newest, by_type, together = [], defaultdict(list), Counter()
    ordered = entries.order_by("-published_at", "pk").values_list("pk", "type_id", "tags")
    for pk, type_pk, tags in ordered.iterator():
        newest.append(pk)
        by_type[type_pk].append(pk)
        together.update(tags.split())
    groups = {type_pk: Group(len(pks), pks[:NEWEST]) for type_pk, pks in by_type.items()}
    del together[str(tag.pk)]
    return Shelf(len(newest), groups, newest[:MOST], related(together, len(newest)))


def related(together: Counter[str], total: int) -> list[int]:
    """Give the tags that stand beside one more often than chance would have it.

    `together` says how many of its `total` sections have them. Nearness is the cosine of the two,
    less what it would be if tags were given at random: else the tags that are everywhere would be
    near to all.
    """
    counts, of_all = tag_counts(), max(sum(type_counts().values()), 1)
    near = {}
    for pk, shared in together.items():
        others = max(counts.get(int(pk), 0), shared)
        surplus = shared - total * others / of_all
        if shared >= SUPPORT and surplus > 0:
            near[int(pk)] = surplus / sqrt(total * others)
    return sorted(near, key=lambda pk: (-near[pk], pk))[:RELATED]
