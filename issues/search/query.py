"""What a reader typed, as clauses that all must match."""

import re
import unicodedata
from typing import NamedTuple

from issues.search import analysis

MAX_LENGTH = 200  # characters of a query; what is longer is cut
MAX_CLAUSES = 20
CHUNK = re.compile(r'"([^"]*)"?|(\S+)')


class Clause(NamedTuple):
    """Terms that stand one after the other; with `is_prefix` the last one may go on."""

    terms: tuple[str, ...]
    is_prefix: bool = False


def parse(text: str) -> list[Clause]:
    """Split a query into clauses: one for each word and each "quoted phrase".

    No text is an error; one without any word, such as `+++`, gives no clause.
    """
    text = unicodedata.normalize("NFC", text)[:MAX_LENGTH]
    chunks = [quoted or word for quoted, word in CHUNK.findall(text)]
    clauses = [clause(chunk) for chunk in chunks]
    return list(dict.fromkeys(found for found in clauses if found.terms))[:MAX_CLAUSES]


def clause(chunk: str) -> Clause:
    values = tuple(term.value for term in analysis.terms(chunk, is_query=True))
    return Clause(values, is_prefix=bool(values) and analysis.is_open(values[-1]))
