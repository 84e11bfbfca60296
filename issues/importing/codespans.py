"""Where a Markdown text is code and must be left alone."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator

from issues.importing.lines import Line

TICKS = re.compile("`+")


class Protected:
    """Knows which characters of the joined lines are code."""

    def __init__(self, lines: list[Line], code: Collection[int]):
        spans = sorted(all_spans(lines, code))
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]

    def __contains__(self, offset: int) -> bool:
        at = bisect_right(self.starts, offset) - 1
        return at >= 0 and offset < self.ends[at]


def all_spans(lines: list[Line], code: Collection[int]) -> Iterator[tuple[int, int]]:
    """Find blocks and inline spans of code. A span ends with its paragraph at the latest."""
    offset, paragraph, start = 0, [], 0
    for index, (_, text) in enumerate(lines):
        if index in code or not text.strip():
            yield from inline_spans("\n".join(paragraph), start)
            paragraph = []
            if index in code:
                yield offset, offset + len(text) + 1
        else:
            start = start if paragraph else offset
            paragraph.append(text)
        offset += len(text) + 1
    yield from inline_spans("\n".join(paragraph), start)


def inline_spans(text: str, offset: int) -> Iterator[tuple[int, int]]:
    """Pair runs of backticks of the same length, in linear time."""
    if "`" not in text:
        return
    runs = [found.span() for found in TICKS.finditer(text)]
    by_length = defaultdict(list)
    for start, end in runs:
        by_length[end - start].append(start)
    at = 0
    for start, end in runs:
        if start < at or text[start - 1 : start] == "\\":
            continue
        same = by_length[end - start]
        following = bisect_left(same, end)
        if following < len(same):
            at = same[following] + end - start
            yield offset + start, offset + at
