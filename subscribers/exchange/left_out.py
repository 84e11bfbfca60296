"""What people leave out, for hundreds at once."""

from collections.abc import Collection, Iterable

from subscribers.models import Subscriber

Pairs = Subscriber.unwanted_types.through


def read(people: Collection[int]) -> dict[int, frozenset[int]]:
    """Give the keys of the types that each of these people leaves out."""
    found: dict[int, set[int]] = {pk: set() for pk in people}
    pairs = Pairs.objects.filter(subscriber__in=people)
    for pk, one in pairs.values_list("subscriber_id", "sectiontype_id"):
        found[pk].add(one)
    return {pk: frozenset(types) for pk, types in found.items()}


def write(chosen: Iterable[tuple[int, Iterable[int]]]) -> None:
    """Keep what people leave out, of whom nothing of the kind is kept."""
    Pairs.objects.bulk_create(
        Pairs(subscriber_id=pk, sectiontype_id=one) for pk, types in chosen for one in types
    )


def clear(people: Collection[int]) -> None:
    Pairs.objects.filter(subscriber__in=people).delete()
