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
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

from snowballstemmer import stemmer

CJK = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"  # noqa: E501
LATIN = rf"[^\W_{CJK}]+"
WORD = re.compile(
    rf"(?P<cjk>[{CJK}]+)"
    # The dot of .NET and the signs of C++ and C# belong to the word; C++20 is C++ and 20.
    rf"|(?P<dot>(?<!\.)\.(?=net\b))?(?P<word>{LATIN})"
    r"(?P<signs>(?:\+\+|\#)(?![+#]|[^\W\d]))?",
    re.IGNORECASE,
)
# Only from a word's first letter on: a long word is not tried again from each of its letters.
DOTTED = re.compile(rf"(?<![^\W_]){LATIN}(?:\.{LATIN})+")
# Where a text has none of these, its words are all that there is in it.
SPECIAL = re.compile(rf"[{CJK}#]|\+\+|\.net\b", re.IGNORECASE)
PLAIN_WORD = re.compile(r"[^\W_]+")
INNER_DOT = re.compile(r"\w\.\w")
SIGNS = {"": "", "++": "plusplus", "#": "sharp"}
MARKS = re.compile("[\u0300-\u036f]")

LONGEST = 100  # characters of a word that count; PostgreSQL refuses terms beyond 2046 bytes

_stem = stemmer("english").stemWord


class Term(NamedTuple):
    """A term and the piece of the text, `text[start:end]`, that it stands for."""

    value: str
    start: int
    end: int


class Forms(NamedTuple):
    """A word without its English ending, and as it is written but for case, width and accents."""

    stem: str
    plain: str


@lru_cache(maxsize=200_000)
def forms(word: str) -> Forms:
    folded = MARKS.sub("", unicodedata.normalize("NFKD", word[:LONGEST]).casefold())
    plain = unicodedata.normalize("NFC", folded)
    stem = _stem(plain)
    return Forms(stem, plain if plain.isalnum() else stem)


def fold(word: str) -> str:
    """Fold case, width and accents of a word and cut its English ending."""
    return forms(word).stem


def signed(dot: str, word: str, signs: str) -> str:
    """Give the term of a word with signs that belong to it: C++, C# or .NET."""
    ending = SIGNS[signs]
    value = f"{word[:LONGEST].casefold()}{ending}" if ending else fold(word)
    return f"dot{value}" if dot else value


def terms(text: str, is_query: bool = False) -> Iterator[Term]:
    """Yield the terms of a text in sequence, each with its place.

    Where a text's run of CJK characters ends, its last one is a term too; a query's may go on.
    """
    for match in WORD.finditer(text):
        run, dot, word, signs = match.groups("")
        if run:
            yield from pairs(run, match.start(), with_last=not is_query)
        else:
            value = signed(dot, word, signs) if dot or signs else fold(word)
            yield Term(value, *match.span())


def pairs(run: str, start: int, with_last: bool) -> Iterator[Term]:
    """Yield each two neighbours of a run of characters, and its last or only one alone."""
    for index in range(len(run)):
        pair = run[index : index + 2]
        if len(pair) == 2 or with_last or len(run) == 1:
            yield Term(pair, start + index, start + index + len(pair))


def is_single_cjk(term: str) -> bool:
    """Tell whether a query's term is one character, which stands for all pairs it begins."""
    return bool(re.fullmatch(f"[{CJK}]", term))


def joined_names(text: str) -> list[str]:
    """Give the dotted names of a text without their dots, such as `nodejs`."""
    if not INNER_DOT.search(text):
        return []
    return [fold(name.replace(".", "")) for name in DOTTED.findall(text)]


class Analysed(NamedTuple):
    """The terms that a text is found by, and its words but for case, width and accents."""

    terms: list[str]
    words: list[str]


def analyse(text: str) -> Analysed:
    """Give what `terms` yields for a text, without places and many times faster."""
    text = unicodedata.normalize("NFC", text)
    if not SPECIAL.search(text):
        found = [forms(word) for word in PLAIN_WORD.findall(text)]
        stems = [word.stem for word in found]
        return Analysed(stems + joined_names(text), [word.plain for word in found])
    values: list[str] = []
    words: list[str] = []
    for run, dot, word, signs in WORD.findall(text):
        if run:
            found = [term.value for term in pairs(run, 0, with_last=True)]
            values += found
            words += found
        elif dot or signs:
            values.append(signed(dot, word, signs))
            words.append(values[-1])
        else:
            stem, plain = forms(word)
            values.append(stem)
            words.append(plain)
    return Analysed(values + joined_names(text), words)


def places(
    text: str, wanted: Collection[str], openings: tuple[str, ...]
) -> Iterator[tuple[int, int]]:
    """Yield where terms stand that are wanted, or that begin with one of the openings."""

    def is_wanted(term: str) -> bool:
        return term in wanted or bool(openings and term.startswith(openings))

    if SPECIAL.search(text):
        yield from (term[1:] for term in terms(text) if is_wanted(term.value))
        return
    # Cutting an ending leaves the first letter alone, so that few words need to be folded.
    initials = {term[0] for term in (*wanted, *openings)}
    known: dict[str, bool] = {}
    for match in PLAIN_WORD.finditer(text):
        word = match[0]
        if word not in known:
            may_be = not word[0].isascii() or word[0].lower() in initials
            known[word] = may_be and is_wanted(fold(word))
        if known[word]:
            yield match.span()
