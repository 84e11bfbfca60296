"""Which of the matches come first."""

import heapq
from collections.abc import Sequence

from issues.search.matching import Match


def best(found: Sequence[Match], most: int) -> list[int]:
    """Give the keys of the best `most` matches, among equals the newest first.

    What a newer section supersedes never stands above that one.
    """
    ranks = {one.pk: one.place for one in found}
    successors = {one.pk: one.superseded_by for one in found if one.superseded_by in ranks}
    behind = {pk: behind_successors(pk, ranks, successors) for pk in successors}

    def place(one: Match) -> tuple[float, int, int]:
        return *behind.get(one.pk, (one.place, 0)), -one.pk

    return [one.pk for one in heapq.nsmallest(most, found, key=place)]


def behind_successors(
    pk: int, ranks: dict[int, float], successors: dict[int, int]
) -> tuple[float, int]:
    """Give the rank of an outdated section, and how many steps it stands behind others of it.

    It is its own rank, unless its successor's is worse: then it is that one's, a step behind.
    """
    chain = [pk]
    while (following := successors.get(chain[-1])) is not None and following not in chain:
        chain.append(following)
    rank, steps = ranks[chain.pop()], 0
    for earlier in reversed(chain):
        rank, steps = (rank, steps + 1) if ranks[earlier] <= rank else (ranks[earlier], 0)
    return rank, steps


def newest(found: Sequence[Match], most: int) -> list[int]:
    """Give the keys of the newest `most` matches, in the order of `matching.NEWEST_FIRST`."""
    ordered = heapq.nlargest(most, found, key=lambda one: (one.place, -one.pk))
    return [one.pk for one in ordered]
