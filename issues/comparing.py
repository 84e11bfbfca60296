"""Two texts side by side, line by line, with the words marked that differ.

Pure, and as data: templates make the markup of it (`admin/desk/_side_by_side.html`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import NamedTuple

CONTEXT = 3  # unchanged lines that are shown around a change

# Finding what two texts share takes time that grows with the product of their lengths.
MOST_COMPARED = 2_000_000  # lines × lines, or words × words: more are all taken for changed
MOST_PAIRED = 2_500  # lines × lines in one place: more are paired in their order
MOST_MARKED = 200_000  # changed characters: in more of them, no words are marked
MOST_EFFORT = 4_000_000  # words × words, of all lines together: likewise

LIKENESS = 0.4  # share of common words from which on a line is another one in new words
TOKENS = re.compile(r"\w+|\s+|[^\w\s]")


class Segment(NamedTuple):
    """A stretch of a line."""

    text: str
    is_changed: bool


class Line(NamedTuple):
    number: int  # from 1
    segments: list[Segment]

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)


class Row(NamedTuple):
    """A line of both texts, None where one of them has no such line; or a fold."""

    left: Line | None = None
    right: Line | None = None
    folded: int = 0  # how many unchanged lines stand here

    @property
    def kind(self) -> str:
        """Say what the row is: same, changed, removed, added or folded."""
        if self.folded:
            return "folded"
        if self.left is None or self.right is None:
            return "added" if self.left is None else "removed"
        segments = self.left.segments + self.right.segments
        return "changed" if any(segment.is_changed for segment in segments) else "same"

    @property
    def is_pair(self) -> bool:
        """Say whether it holds a line in other words."""
        return self.kind == "changed"


class Block(NamedTuple):
    """A stretch of both texts, from and to, that is the same or differs."""

    is_same: bool
    start: int
    end: int
    other_start: int
    other_end: int


def side_by_side(left: str, right: str, context: int | None = CONTEXT) -> list[Row]:
    """Compare two texts; unchanged lines further than `context` from a change are folded.

    None folds nothing: the lines on each side are then those of its text.
    """
    lines, others = lines_of(left), lines_of(right)
    blocks = aligned(lines, others)
    rows = [row for block in blocks for row in rows_of(block, lines, others)]
    if changed_length(blocks, lines, others) <= MOST_MARKED and effort(rows) <= MOST_EFFORT:
        rows = [with_words(row) if row.is_pair else row for row in rows]
    return rows if context is None else folded(rows, context)


def lines_of(text: str) -> list[str]:
    return text.split("\n") if text else []


def aligned(left: Sequence[str], right: Sequence[str]) -> list[Block]:
    """Give the stretches that two lists share, and those in which they differ, in order."""
    start, tail = same_ends(left, right)
    middle, other = left[start : len(left) - tail], right[start : len(right) - tail]
    blocks = [
        Block(True, 0, start, 0, start),
        *(
            Block(is_same, start + a, start + b, start + c, start + d)
            for is_same, a, b, c, d in differences(middle, other)
        ),
        Block(True, len(left) - tail, len(left), len(right) - tail, len(right)),
    ]
    return [
        block for block in blocks if block.start < block.end or block.other_start < block.other_end
    ]


def same_ends(left: Sequence[str], right: Sequence[str]) -> tuple[int, int]:
    """Say how much two lists have in common at their beginning, and then at their end."""
    shortest = min(len(left), len(right))
    start = next((i for i in range(shortest) if left[i] != right[i]), shortest)
    rest = shortest - start
    tail = next((i for i in range(rest) if left[-1 - i] != right[-1 - i]), rest)
    return start, tail


def differences(left: Sequence[str], right: Sequence[str]) -> Iterator[Block]:
    if len(left) * len(right) > MOST_COMPARED:
        yield Block(False, 0, len(left), 0, len(right))
        return
    # Empty lines and spaces are everywhere: they say nothing about what belongs together.
    matcher = SequenceMatcher(lambda token: not token.strip(), left, right)
    for tag, *place in matcher.get_opcodes():
        yield Block(tag == "equal", *place)


def changed_length(blocks: list[Block], lines: list[str], others: list[str]) -> int:
    return sum(
        len(line)
        for block in blocks
        if not block.is_same
        for line in lines[block.start : block.end] + others[block.other_start : block.other_end]
    )


def effort(rows: list[Row]) -> int:
    """Say how many words would be compared to mark those that differ."""
    total = 0
    for row in rows:
        if row.is_pair:
            tokens, others = (TOKENS.findall(side.text) for side in (row.left, row.right))
            same = sum(same_ends(tokens, others))
            total += (len(tokens) - same) * (len(others) - same)
    return total


def rows_of(block: Block, lines: list[str], others: list[str]) -> Iterator[Row]:
    """Give the rows of a stretch; lines that differ are changed as a whole."""
    starts = block.start, block.other_start
    left, right = lines[block.start : block.end], others[block.other_start : block.other_end]
    if block.is_same:
        for index, text in enumerate(left):
            yield Row(*(line(start + index, [Segment(text, False)]) for start in starts))
        return
    for index, other in pairs(left, right):
        if index is None:
            yield Row(None, line(block.other_start + other, whole(right[other])))
        elif other is None:
            yield Row(line(block.start + index, whole(left[index])), None)
        else:
            yield Row(
                line(block.start + index, whole(left[index])),
                line(block.other_start + other, whole(right[other])),
            )


def with_words(row: Row) -> Row:
    """Mark in a line that differs the words that do."""
    segments = marked(row.left.text, row.right.text)
    sides = zip((row.left, row.right), segments, strict=True)
    return Row(*(line(old.number - 1, ours) for old, ours in sides))


def line(index: int, segments: list[Segment]) -> Line:
    return Line(index + 1, [segment for segment in segments if segment.text])


def whole(text: str) -> list[Segment]:
    return [Segment(text, True)]


def pairs(left: list[str], right: list[str]) -> Iterator[tuple[int | None, int | None]]:
    """Say which changed lines are the same ones in other words, in order.

    Of all ways to pair them, the one that finds most words again.
    """
    if len(left) == len(right) == 1 or len(left) * len(right) > MOST_PAIRED:
        yield from zip_longest(range(len(left)), range(len(right)))
        return
    likeness = likenesses(left, right)
    best = best_sums(likeness, len(left), len(right))
    i = j = 0
    while i < len(left) or j < len(right):
        if i < len(left) and best[i][j] == best[i + 1][j]:
            yield i, None
            i += 1
        elif j < len(right) and best[i][j] == best[i][j + 1]:
            yield None, j
            j += 1
        else:
            yield i, j
            i, j = i + 1, j + 1


def likenesses(left: list[str], right: list[str]) -> dict[tuple[int, int], float]:
    """Give for the pairs of lines that are alike which share of their words they have in common."""
    words = [Counter(line.split()) for line in left]
    others = [Counter(line.split()) for line in right]
    found = {}
    for i, one in enumerate(words):
        for j, other in enumerate(others):
            total = one.total() + other.total()
            share = 2 * (one & other).total() / total if total else 1
            if share >= LIKENESS:
                found[i, j] = share
    return found


def best_sums(likeness: dict[tuple[int, int], float], rows: int, columns: int) -> list[list[float]]:
    """Give for each place how much likeness can be had from there on."""
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            paired = best[i + 1][j + 1] + likeness[i, j] if (i, j) in likeness else 0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    return best


def marked(left: str, right: str) -> tuple[list[Segment], list[Segment]]:
    """Give both lines with the words marked that differ."""
    tokens, others = TOKENS.findall(left), TOKENS.findall(right)
    blocks = aligned(tokens, others)
    ours, theirs = [], []
    for index, block in enumerate(blocks):
        text = "".join(tokens[block.start : block.end])
        is_between = 0 < index < len(blocks) - 1
        # A space between two changed words is no news.
        is_changed = not block.is_same or (is_between and not text.strip())
        ours.append(Segment(text, is_changed))
        theirs.append(Segment("".join(others[block.other_start : block.other_end]), is_changed))
    return joined(ours), joined(theirs)


def joined(segments: list[Segment]) -> list[Segment]:
    """Make one segment of neighbours that are both changed, or both not."""
    return [
        Segment("".join(segment.text for segment in group), is_changed)
        for is_changed, group in groupby(segments, key=lambda segment: segment.is_changed)
    ]


def folded(rows: list[Row], context: int) -> list[Row]:
    """Put one row in place of long unchanged stretches."""
    stretches = [(kind, list(group)) for kind, group in groupby(rows, key=is_same)]
    found: list[Row] = []
    for index, (same, group) in enumerate(stretches):
        before = context if index else 0
        after = context if index < len(stretches) - 1 else 0
        hidden = len(group) - before - after
        if same and hidden > 1:
            found += [*group[:before], Row(folded=hidden), *group[len(group) - after :]]
        else:
            found += group
    return found


def is_same(row: Row) -> bool:
    return row.kind == "same"
