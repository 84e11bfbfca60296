"""The index of tags: by letter, as at the end of a book, and by use."""

import unicodedata
from itertools import groupby
from typing import NamedTuple

from issues.models import Tag
from issues.models.tag import folded

FOLDED = ("LATIN", "GREEK")  # scripts whose accents make no letter of its own in an index
NO_LETTER = "#"


class Letter(NamedTuple):
    """A heading of the index, its id on the page, and the tags under it."""

    name: str
    anchor: str
    tags: list[Tag]


def by_letter(tags: list[Tag]) -> list[Letter]:
    """Arrange tags under their first letters; behind them those that begin with none."""
    ordered = sorted(tags, key=place)
    return [
        Letter(name, "letter-other" if name == NO_LETTER else f"letter-{name.lower()}", list(some))
        for name, some in groupby(ordered, key=lambda tag: letter_of(tag.name))
    ]


def by_use(tags: list[Tag]) -> list[Tag]:
    """Arrange tags, which have their `count`, by that; those used most come first."""
    return sorted(tags, key=lambda tag: (-tag.count, place(tag)))


def place(tag: Tag) -> tuple:
    letter = letter_of(tag.name)
    return letter == NO_LETTER, letter, without_accents(folded(tag.name)), tag.pk


def letter_of(name: str) -> str:
    """Give the letter under which one looks for a name: "Ärger" stands under A."""
    first = without_accents(folded(name))[:1]
    return first.upper()[:1] if first.isalpha() else NO_LETTER


def without_accents(name: str) -> str:
    return "".join(map(plain_letter, unicodedata.normalize("NFC", name)))


def plain_letter(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[:1]
    return base if unicodedata.name(base, "").startswith(FOLDED) else letter
