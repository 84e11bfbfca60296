"""Lines of a file that remember where they stood, so that notes can name the place."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple


class Line(NamedTuple):
    """A line of text and its number in the file, from 1."""

    number: int
    text: str


class Edit(NamedTuple):
    """Put `text` in the place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


def numbered(text: str, first: int = 1) -> list[Line]:
    """Split a text into lines; only a line feed ends a line."""
    return [Line(number, line) for number, line in enumerate(text.split("\n"), first)]


def joined(lines: Iterable[Line]) -> str:
    """Give the text of the lines."""
    return "\n".join(line.text for line in lines)


class Places:
    """Translates offsets in a joined text back to lines of the file."""

    def __init__(self, lines: list[Line]):
        self.lines = lines
        self.starts = []
        offset = 0
        for line in lines:
            self.starts.append(offset)
            offset += len(line.text) + 1

    def index(self, offset: int) -> int:
        return max(bisect_right(self.starts, offset) - 1, 0)

    def number(self, offset: int) -> int:
        """Give the number of the line that holds a character of the text."""
        return self.lines[self.index(offset)].number


def edited(lines: list[Line], edits: list[Edit]) -> list[Line]:
    """Apply edits (sorted, apart from each other); each new line knows where it came from."""
    if not edits:
        return lines
    text, places = joined(lines), Places(lines)
    pieces, origins, size, at = [], [], 0, 0
    for edit in [*edits, Edit(len(text), len(text), "")]:
        kept = (text[at : edit.start], at, True)
        for piece, origin, is_kept in (kept, (edit.text, edit.start, False)):
            if piece:
                pieces.append(piece)
                origins.append((size, origin, is_kept))
                size += len(piece)
        at = edit.end
    return relocated("".join(pieces), origins, places)


def relocated(text: str, origins: list[tuple[int, int, bool]], places: Places) -> list[Line]:
    """Number the lines of an edited text; `origins` says which offset came from which."""
    result, offset = [], 0
    starts = [start for start, _, _ in origins]
    for line in text.split("\n"):
        source = 0
        if origins:
            start, origin, kept = origins[max(bisect_right(starts, offset) - 1, 0)]
            source = origin + (offset - start if kept else 0)
        result.append(Line(places.number(source), line))
        offset += len(line) + 1
    return result
