"""The search index in PostgreSQL: a table of text vectors with a GIN index."""

from collections.abc import Iterable

from django.db import connection

from issues.search.documents import Document
from issues.search.query import Clause

# How much a hit weighs in the body (D), in nothing of ours (C), in a tag (B), in the title (A).
WEIGHTS = "{0.1, 0.2, 0.5, 1.0}"
MAX_POSITION = 16383  # PostgreSQL remembers no place further in


def write(documents: Iterable[Document]) -> None:
    """Put the documents in, in place of those that are there."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO issues_search (section_id, document, title, digest)"
            " VALUES (%s, %s::tsvector, %s::tsvector, %s) ON CONFLICT (section_id) DO UPDATE"
            " SET document = excluded.document, title = excluded.title, digest = excluded.digest",
            [
                (found.pk, vector(found), words(found.title_words), found.digest)
                for found in documents
            ],
        )


def vector(found: Document) -> str:
    """Write a document as PostgreSQL's text form of a vector: 'term':positionweight …

    Terms hold letters and digits only, so that none needs an escape.
    """
    parts, position = [], 0
    for terms, weight in ((found.title, "A"), (found.tags, "B"), (found.body, "D")):
        for term in terms:
            position += 1
            parts.append(f"'{term}':{min(position, MAX_POSITION)}{weight}")
        position += 1  # no phrase reaches from one field into the next
    return " ".join([*parts, words(found.forms)])


def words(found: list[str]) -> str:
    """Write words as PostgreSQL's text form of a vector without places."""
    return " ".join(f"'{word}'" for word in found)


def delete(pks: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM issues_search WHERE section_id = ANY(%s)", [list(pks)])


def tidy() -> None:
    """Leave it to autovacuum, which looks after the index in its own time."""


def digests() -> dict[int, str]:
    """Give what is indexed: each section's key and the digest of its document."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT section_id, digest FROM issues_search")
        return dict(cursor.fetchall())


TABLE = "issues_search"
KEY = "issues_search.section_id"
# The condition and the rank each take `expression(clauses)` for every %s; less is better.
MATCH = "issues_search.document @@ %s::tsquery"
# Long texts have no advantage.
RANK = f"-ts_rank('{WEIGHTS}', issues_search.document, %s::tsquery, 1)"
MOMENT = "entry.published_at"

# Joins `{entries}`, a query that gives the entries that may be found: by key, row for row. Left to
# itself, the planner reads all entries for any word, as it does not know how few sections hold it.
JOIN = (
    "CROSS JOIN LATERAL (SELECT * FROM ({entries}) AS one WHERE one.section_id = {key} OFFSET 0)"
    " AS entry"
)

TITLES = "issues_search"
TITLE_KEY = KEY
TITLE_MATCH = "issues_search.title @@ %s::tsquery"


def expression(clauses: list[Clause]) -> str:
    """Write the clauses as PostgreSQL's text form of a query; terms need no escape."""
    return " & ".join(f"({alternatives(clause)})" for clause in clauses)


def alternatives(clause: Clause) -> str:
    whole = " <-> ".join(f"'{term}'" for term in clause.terms)
    if not clause.opening:
        return whole
    begun = " <-> ".join([*(f"'{term}'" for term in clause.terms[:-1]), f"'{clause.opening}':*"])
    return f"({whole}) | ({begun})"


def any_of(terms: Iterable[str]) -> str:
    return " | ".join(f"'{term}'" for term in terms)
