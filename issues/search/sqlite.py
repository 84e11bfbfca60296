"""The search index in SQLite: an FTS5 table, see https://sqlite.org/fts5.html."""

from collections.abc import Iterable

from django.db import connection

from issues.search.documents import Document
from issues.search.query import Clause


def write(documents: Iterable[Document]) -> None:
    """Put the documents in, in place of those that are there."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT OR REPLACE INTO issues_search (rowid, title, tags, body, digest)"
            " VALUES (%s, %s, %s, %s, %s)",
            [
                (found.pk, *(" ".join(terms) for terms in found[1:]), found.digest)
                for found in documents
            ],
        )


def delete(pks: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM issues_search WHERE rowid = %s", [(pk,) for pk in pks])


def digests() -> dict[int, str]:
    """Give what is indexed: each section's key and the digest of its document."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid, digest FROM issues_search")
        return dict(cursor.fetchall())


KEY = "issues_search.rowid"
# The condition and the order each take `expression(clauses)` for every %s.
MATCH = "issues_search MATCH %s"
# The best hits first; among equals the newest.
ORDER = "issues_search.rank, issues_search.rowid DESC"


def expression(clauses: list[Clause]) -> str:
    """Write the clauses in FTS5's language.

    Terms hold letters and digits only; the quotes keep AND, OR, NOT and NEAR words.
    """
    return " AND ".join(
        f'"{" ".join(clause.terms)}"{"*" if clause.is_prefix else ""}' for clause in clauses
    )
