"""Slots: the empty rows that the form of an issue offers for what its recipe still asks for."""

from collections.abc import Iterable

from issues import recipe
from issues.models import Issue, Section, SectionType


def of(issue: Issue, sections: Iterable[Section]) -> list[dict]:
    """Give the first values of each slot: its type, and its `place` among the sections.

    A place may lie between two positions: behind the last section of its own or an earlier type.
    """
    types = list(SectionType.objects.all())
    asked = recipe.current(types) if issue._state.adding else issue.recipe
    if not asked:
        return []
    board = recipe.board(asked, [section.type_id for section in sections], types)
    ranks = {one.pk: rank for rank, one in enumerate(types)}
    return [
        {"type": one.pk, "place": place(ranks[one.pk], sections, ranks)}
        for one in recipe.empty_slots(board)
    ]


def place(rank: int, sections: Iterable[Section], ranks: dict[int, int]) -> float:
    earlier = [one.position for one in sections if ranks[one.type_id] <= rank]
    return max(earlier, default=0) + (rank + 1) / (len(ranks) + 1)
