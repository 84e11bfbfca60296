"""What a reader typed, as clauses that all must match, and the filters written among them."""

import re
import unicodedata
from typing import NamedTuple

from issues.search import analysis

MAX_LENGTH = 200  # characters of a query; what is longer is cut
MAX_CLAUSES = 100
CHUNK = re.compile(r'"([^"]*)"?|(\S+)')
OPERATOR = re.compile(r'(?<!\S)(-?tag|type|year):("[^"]*"?|\S+)', re.IGNORECASE)

# From so many letters on the last word stands for longer ones too: shorter ones begin too many.
# Of one with a star, or one that others stand before as in `numpy.lin`, two are enough.
SHORTEST_OPENING = 4
SHORTEST_NARROWED = 2


class Clause(NamedTuple):
    """Terms that stand one after the other; with an `opening`, the last may also begin with it."""

    terms: tuple[str, ...]
    opening: str = ""


def parse(text: str) -> list[Clause]:
    """Split a query into clauses: one for each word and each "quoted phrase".

    The last word, and every word with a star behind it, also stands for longer words. No text is
    an error; one without any word, such as `+++`, gives no clause.
    """
    text = unicodedata.normalize("NFC", text)[:MAX_LENGTH]
    chunks = CHUNK.findall(text)
    clauses = [
        clause(word, is_last=place == len(chunks)) if word else phrase(quoted)
        for place, (quoted, word) in enumerate(chunks, start=1)
    ]
    return list(dict.fromkeys(found for found in clauses if found.terms))[:MAX_CLAUSES]


def phrase(text: str) -> Clause:
    values = tuple(term.value for term in analysis.terms(text, is_query=True))
    is_open = bool(values) and analysis.is_single_cjk(values[-1])
    return Clause(values, values[-1] if is_open else "")


def clause(word: str, is_last: bool) -> Clause:
    found = phrase(word)
    is_starred = word.endswith("*")
    if not found.terms or found.opening or not (is_last or is_starred):
        return found
    written = analysis.analyse(word).words[-1]
    # What stands before it narrows the end of a dotted name or of a flag, however short that is.
    is_narrowed = is_starred or len(found.terms) > 1
    if len(written) >= (SHORTEST_NARROWED if is_narrowed else SHORTEST_OPENING):
        return found._replace(opening=written)
    return found


def split_operators(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Take `tag:`, `-tag:`, `type:` and `year:` out of a text; give the rest and what they say."""
    found = [(name.lower(), value.strip('"')) for name, value in OPERATOR.findall(text)]
    return " ".join(OPERATOR.sub(" ", text).split()), found
