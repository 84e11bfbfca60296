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
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterator
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
NO_WORD = re.compile(r"[\W_]+")
# Letters that Unicode takes for letters of their own, and readers for others with a stroke.
STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "æ": "ae", "œ": "oe"})

LONGEST = 100  # characters of a word that count; PostgreSQL refuses terms beyond 2046 bytes


class Stemmer(threading.local):
    """Cuts the ends of words. It holds the word while it does: each thread has one of its own."""

    def __init__(self):
        self.cut = stemmer("english").stemWord


english = Stemmer()


class Term(NamedTuple):
    """A term and the piece of the text, `text[start:end]`, that it stands for."""

    value: str
    start: int
    end: int


class Forms(NamedTuple):
    """A word without its English ending, and as it is written but for case, width and accents."""

    stem: str
    plain: str


@lru_cache(maxsize=30_000)
def forms(word: str) -> Forms:
    folded = MARKS.sub("", unicodedata.normalize("NFKD", word[:LONGEST]).casefold())
    # One character may stand for many: the cut comes last. What is no letter would be syntax.
    plain = NO_WORD.sub("", unicodedata.normalize("NFC", folded).translate(STROKES))[:LONGEST]
    return Forms(english.cut(plain), plain)


def fold(word: str) -> str:
    """Fold case, width and accents of a word and cut its English ending."""
    return forms(word).stem


def signed(dot: str, word: str, signs: str) -> str:
    """Give the term of a word with signs that belong to it: C++, C# or .NET."""
    ending = SIGNS[signs]
    value = f"{forms(word).plain}{ending}" if ending else fold(word)
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
            if value:
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
        stems = [word.stem for word in found if word.stem]
        return Analysed(stems + joined_names(text), [word.plain for word in found if word.plain])
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
        elif forms(word).stem:
            values.append(forms(word).stem)
            words.append(forms(word).plain)
    return Analysed(values + joined_names(text), words)


Place = tuple[int, int]


def places(text: str, wanted: Collection[str], openings: tuple[str, ...]) -> list[Place]:
    """Give where terms stand that are wanted, or words that begin with one of the openings."""

    def is_wanted(term: str, word: str) -> bool:
        return term in wanted or bool(openings and word.startswith(openings))

    found = {
        match.span()
        for match in (DOTTED.finditer(text) if INNER_DOT.search(text) else ())
        if fold(match[0].replace(".", "")) in wanted
    }
    if SPECIAL.search(text):
        found |= {
            (term.start, term.end)
            for term in terms(text)
            if is_wanted(term.value, forms(text[term.start : term.end]).plain)
        }
    else:
        found |= places_of_words(text, is_wanted, {term[0] for term in (*wanted, *openings)})
    return sorted(found)


def places_of_words(text: str, is_wanted: Callable, initials: Collection[str]) -> set[Place]:
    """Give where wanted words stand in a text that has nothing but words.

    Cutting an ending leaves the first letter alone, so that few words need to be folded.
    """
    found: set[Place] = set()
    known: dict[str, bool] = {}
    for match in PLAIN_WORD.finditer(text):
        word = match[0]
        if word not in known:
            may_be = not word[0].isascii() or word[0].lower() in initials
            known[word] = may_be and is_wanted(*forms(word))
        if known[word]:
            found.add(match.span())
    return found
