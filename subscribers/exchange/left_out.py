"""What people leave out, for hundreds at once."""

from collections.abc import Collection, Iterable
from itertools import chain

from django.db import connection

from subscribers.models import Subscriber

Pairs = Subscriber.unwanted_types.through
INSERT = f"INSERT INTO {Pairs._meta.db_table} (subscriber_id, sectiontype_id) VALUES "  # nosec B608
AT_ONCE = 400


def read(people: Collection[int]) -> dict[int, frozenset[int]]:
    """Give the keys of the types that each of these people leaves out."""
    found: dict[int, set[int]] = {pk: set() for pk in people}
    pairs = Pairs.objects.filter(subscriber__in=people)
    for pk, one in pairs.values_list("subscriber_id", "sectiontype_id"):
        found[pk].add(one)
    return {pk: frozenset(types) for pk, types in found.items()}


def write(chosen: Iterable[tuple[int, Iterable[int]]]) -> None:
    """Keep what people leave out, of whom nothing of the kind is kept."""
    pairs = [(pk, one) for pk, types in chosen for one in types]
    with connection.cursor() as cursor:  # several for each person: objects would take most time
        for start in range(0, len(pairs), AT_ONCE):
            some = pairs[start : start + AT_ONCE]
            cursor.execute(INSERT + ", ".join(["(%s, %s)"] * len(some)), list(chain(*some)))


def clear(people: Collection[int]) -> None:
    Pairs.objects.filter(subscriber__in=people).delete()
