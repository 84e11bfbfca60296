"""The words of the archive, as they are written: from them the nearest spelling is chosen.

A word stays after the last section that held it: whoever offers one asks whether it is found.
"""

from collections.abc import Iterable

from django.db import connection

from issues.search.documents import Document

SHORTEST = 3
LONGEST = 40


def write(documents: Iterable[Document], known: set[str] | None = None) -> None:
    """Add what is new; words that are `known` are there already, and the others are known then."""
    known = set() if known is None else known
    # In one order, so that two who add the same words never wait for each other in turn.
    found = sorted({word for one in documents for word in one.words if is_kept(word)} - known)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO issues_searchword (word, first, length) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [(word, word[0], len(word)) for word in found],
        )
    known.update(found)


def is_kept(word: str) -> bool:
    return SHORTEST <= len(word) <= LONGEST and word.isalnum() and not word.isdecimal()
