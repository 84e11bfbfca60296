"""What else a reader of a section may like: what shares its rare tags, then its rare words."""

import math
from collections import Counter
from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from issues import search
from issues.counts import tag_counts
from issues.models import Section, SectionTag
from issues.models.issue import public

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
    scores: Counter[int] = Counter()
    moments = {}
    for tag, pk, moment in sharing(weights):
        if pk not in leave_out:
            scores[pk] += weights[tag]
            moments[pk] = moment
    # Rounded: the order of adding must not decide between equals.
    order = sorted(scores, key=lambda pk: (round(scores[pk], 6), moments[pk], pk), reverse=True)
    return order[:SIZE]


def weights_of(tags: Iterable[int]) -> dict[int, float]:
    """Give the rarest of these tags, each with how much it tells of what two sections share."""
    tags = list(tags)
    if not tags:
        return {}
    counts = tag_counts()
    rarest = sorted((counts[tag], tag) for tag in tags if counts[tag] > 1)[:MOST_TAGS]
    most = max(counts.values(), default=1)
    return {tag: math.log(1 + most / count) for count, tag in rarest}


def sharing(tags: Iterable[int]) -> Iterable[tuple]:
    """Give tag, section and moment of each tag's newest public sections, in one question."""
    parts = [items_of(tag) for tag in tags]
    return parts[0].union(*parts[1:], all=True) if parts else []


def items_of(tag: int) -> QuerySet:
    # By key and not by date: the index of tags gives the newest without sorting all there are.
    newest = SectionTag.objects.filter(public(prefix="content_object__issue__"), tag=tag)
    newest = newest.order_by("-content_object_id").values("pk")[:NEWEST]
    moment = "content_object__issue__published_at"
    items = SectionTag.objects.filter(pk__in=newest).order_by()
    return items.values_list("tag_id", "content_object_id", moment)
