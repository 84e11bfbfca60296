"""The search index in SQLite: FTS5 tables, see https://sqlite.org/fts5.html."""

from collections.abc import Iterable

from django.db import connection

from issues.search.documents import Document
from issues.search.query import Clause


def write(documents: Iterable[Document]) -> None:
    """Put the documents in, in place of those that are there."""
    documents = list(documents)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT OR REPLACE INTO issues_search (rowid, title, tags, body, forms, digest)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (found.pk, *(" ".join(terms) for terms in found[1:5]), found.digest)
                for found in documents
            ],
        )
        cursor.executemany(
            "INSERT OR REPLACE INTO issues_search_title (rowid, title) VALUES (%s, %s)",
            [(found.pk, " ".join(found.title_words)) for found in documents],
        )


def delete(pks: Iterable[int]) -> None:
    keys = [(pk,) for pk in pks]
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM issues_search WHERE rowid = %s", keys)
        cursor.executemany("DELETE FROM issues_search_title WHERE rowid = %s", keys)


def tidy() -> None:
    """Merge what a rebuild has written in many pieces: phrases are found in half the time."""
    with connection.cursor() as cursor:
        for table in ("issues_search", "issues_search_title"):
            cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # nosec B608


def digests() -> dict[int, str]:
    """Give what is indexed: each section's key and the digest of its document."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid, digest FROM issues_search")
        return dict(cursor.fetchall())


TABLE = "issues_search"
KEY = "issues_search.rowid"
# The condition and the rank each take `expression(clauses)` for every %s; less is better.
MATCH = "issues_search MATCH %s"
RANK = "issues_search.rank"
# As text: reading ten thousand moments as dates would take longer than finding them.
MOMENT = "entry.published_at || ''"

# Joins `{entries}`, a query that gives the entries that may be found.
JOIN = "JOIN ({entries}) AS entry ON entry.section_id = {key}"

TITLES = "issues_search_title"
TITLE_KEY = "issues_search_title.rowid"
TITLE_MATCH = "issues_search_title MATCH %s"


def expression(clauses: list[Clause]) -> str:
    """Write the clauses in FTS5's language.

    Terms hold letters and digits only; the quotes keep AND, OR, NOT and NEAR words.
    """
    return " AND ".join(f"({alternatives(clause)})" for clause in clauses)


def alternatives(clause: Clause) -> str:
    whole = f'"{" ".join(clause.terms)}"'
    if not clause.opening:
        return whole
    return f'{whole} OR "{" ".join([*clause.terms[:-1], clause.opening])}" *'


def any_of(terms: Iterable[str]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)
