"""What else a reader of a section may like: what shares its rare tags, then its rare words."""

import math
from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from issues import search
from issues.counts import tag_counts
from issues.models import SearchEntry, Section, SectionTag

SIZE = 3
MOST_TAGS = 5  # of a section, the rarest; those behind them would hardly change the order
NEWEST = 100  # sections of each tag that are looked at, however many there are


def related_to(section: Section, leave_out: Collection[int] = ()) -> list[Section]:
    """Give up to SIZE public sections, the best first; none whose key is in `leave_out`.

    The tags should be prefetched.
    """
    unwanted = {section.pk, *leave_out} | ({section.superseded_by_id} - {None})
    pks = by_tags(section, unwanted)
    if len(pks) < SIZE:
        pks += search.alike(section, unwanted | set(pks), SIZE - len(pks))
    found = Section.objects.published().for_label().in_bulk(pks) if pks else {}
    return [found[pk] for pk in pks if pk in found]


def by_tags(section: Section, leave_out: set[int]) -> list[int]:
    """Give the keys of the sections that share the rarest tags; among equals the newest first."""
    weights = weights_of(tag.pk for tag in section.tags.all())
    keys = newest_with(weights) - leave_out
    entries = SearchEntry.objects.published().filter(pk__in=keys)
    scored = [
        (score(tags, weights), moment, pk)
        for pk, tags, moment in entries.values_list("pk", "tags", "published_at")
    ]
    return [pk for *_, pk in sorted(scored, reverse=True)[:SIZE]]


def score(tags: str, weights: dict[int, float]) -> float:
    """Add the weights of those of an entry's tags that have one."""
    # Rounded: the order of adding must not decide between equals.
    return round(sum(weights.get(int(tag), 0) for tag in tags.split()), 6)


def weights_of(tags: Iterable[int]) -> dict[int, float]:
    """Give the rarest of these tags, each with how much it tells of what two sections share."""
    tags = list(tags)
    if not tags:
        return {}
    counts = tag_counts()
    rarest = sorted((counts[tag], tag) for tag in tags if counts[tag] > 1)[:MOST_TAGS]
    most = max(counts.values(), default=1)
    return {tag: math.log(1 + most / count) for count, tag in rarest}


def newest_with(tags: Iterable[int]) -> set[int]:
    """Give the keys of the sections that got each of these tags last, public or not.

    In one question, which walks along the end of an index for each tag. It asks no more than
    that: with the issues' dates in it, PostgreSQL may take minutes to answer.
    """
    parts = [items_of(tag) for tag in tags]
    return set(parts[0].union(*parts[1:])) if parts else set()


def items_of(tag: int) -> QuerySet[SectionTag, int]:
    newest = SectionTag.objects.filter(tag=tag).order_by("-content_object_id").values("pk")
    items = SectionTag.objects.filter(pk__in=newest[:NEWEST]).order_by()
    return items.values_list("content_object_id", flat=True)
