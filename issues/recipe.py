"""The recipe of an issue: how many sections of each type it should hold.

An issue keeps the recipe of the day it was begun, so that a change of the types' numbers leaves
older issues as they are. An issue without one, such as an imported one, asks for nothing.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from issues.models import SectionType


class State(models.TextChoices):
    FILLED = "filled", _("filled")
    MISSING = "missing", _("missing")
    EXCESS = "excess", _("too many")
    OPTIONAL = "optional", _("optional")


class Place(NamedTuple):
    """A type on the board: how many sections of it there are, and how many there should be."""

    type: SectionType
    count: int
    least: int
    most: int | None

    @property
    def state(self) -> State:
        if self.count < self.least:
            return State.MISSING
        if self.most is not None and self.count > self.most:
            return State.EXCESS
        return State.FILLED if self.count else State.OPTIONAL


def current(types: Iterable[SectionType] | None = None) -> list[dict]:
    """Give the recipe as the section types say it today, in the form that an issue keeps."""
    return [
        {"type": one.pk, "least": one.min_per_issue, "most": one.max_per_issue}
        for one in (SectionType.objects.all() if types is None else types)
        if one.min_per_issue or one.max_per_issue
    ]


def board(
    recipe: list[dict], type_pks: Iterable[int | None], types: Iterable[SectionType] | None = None
) -> list[Place]:
    """Hold the types of the sections that there are against a recipe, in the order of types.

    Types that the recipe knows or that there are sections of are on the board. `types` are all
    section types, where they are known already.
    """
    counts, asked = Counter(type_pks), {one["type"]: one for one in recipe}
    types = SectionType.objects.all() if types is None else types
    return [
        Place(
            one,
            counts[one.pk],
            asked.get(one.pk, {}).get("least", 0),
            asked.get(one.pk, {}).get("most"),
        )
        for one in types
        if one.pk in asked or counts[one.pk]
    ]


def empty_slots(places: Iterable[Place]) -> list[SectionType]:
    """Give the types that an issue still lacks, each as often as it is missing."""
    return [place.type for place in places for _ in range(place.least - place.count)]
