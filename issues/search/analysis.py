"""Text to terms: the one analyser that both engines, queries and highlighting share.

The engines store and match terms and know nothing of language, so that a word is found in the
same way on SQLite and on PostgreSQL, and is marked in the text wherever it was found.

- Case and accents fold; English word ends are cut (Snowball), so `weights` finds "weight".
- `C++`, `C#` and `.NET` are terms of their own.
- A dotted name is its parts in sequence, and its parts joined: `node.js`, `nodejs` and `node`
  all find "node.js".
- Chinese, Japanese and Korean are written without spaces: each pair of characters is a term,
  and the last character one too, so that any part of a run is found.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from snowballstemmer import stemmer

CJK = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"  # noqa: E501
LATIN = rf"(?:(?![{CJK}])[^\W_])+"
WORD = re.compile(
    rf"(?P<cjk>[{CJK}]+)"
    # The dot of .NET and the signs of C++ and C# belong to the word; C++20 is C++ and 20.
    rf"|(?P<dot>(?<!\.)\.(?=net\b))?(?P<word>{LATIN})"
    r"(?P<signs>(?:\+\+|\#)(?![+#]|[^\W\d]))?",
    re.IGNORECASE,
)
# Only from a word's first letter on: a long word is not tried again from each of its letters.
DOTTED = re.compile(rf"(?<![^\W_]){LATIN}(?:\.{LATIN})+")
SIGNS = {None: "", "++": "plusplus", "#": "sharp"}
MARKS = re.compile("[\u0300-\u036f]")

LONGEST = 100  # characters of a word that count; PostgreSQL refuses terms beyond 2046 bytes

_stem = stemmer("english").stemWord


class Term(NamedTuple):
    """A term and the piece of the text, `text[start:end]`, that it stands for."""

    value: str
    start: int
    end: int


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Fold case, width and accents of a word and cut its English ending."""
    folded = MARKS.sub("", unicodedata.normalize("NFKD", word).casefold())
    return _stem(unicodedata.normalize("NFC", folded))


def terms(text: str, is_query: bool = False) -> Iterator[Term]:
    """Yield the terms of a text in sequence, each with its place.

    Where a text's run of CJK characters ends, its last one is a term too; a query's may go on.
    """
    for match in WORD.finditer(text):
        if match["cjk"]:
            yield from pairs(match["cjk"], match.start(), with_last=not is_query)
        else:
            word, ending = match["word"][:LONGEST], SIGNS[match["signs"]]
            value = f"{word.casefold()}{ending}" if ending else fold(word)
            yield Term(f"dot{value}" if match["dot"] else value, match.start(), match.end())


def pairs(run: str, start: int, with_last: bool) -> Iterator[Term]:
    """Yield each two neighbours of a run of characters, and its last or only one alone."""
    for index in range(len(run)):
        pair = run[index : index + 2]
        if len(pair) == 2 or with_last or len(run) == 1:
            yield Term(pair, start + index, start + index + len(pair))


def is_open(term: str) -> bool:
    """Tell whether a query's last term stands for all pairs that begin with it."""
    return bool(re.fullmatch(f"[{CJK}]", term))


def joined_names(text: str) -> list[str]:
    """Give the dotted names of a text without their dots, such as `nodejs`."""
    return [fold(name.replace(".", "")[:LONGEST]) for name in DOTTED.findall(text)]


def indexed(text: str) -> list[str]:
    """Give the terms that a text is found by."""
    text = unicodedata.normalize("NFC", text)
    return [term.value for term in terms(text)] + joined_names(text)
