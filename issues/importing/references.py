"""Give each section the link and footnote definitions that it uses.

In one document a definition serves everywhere; once the document is cut into sections it must
stand where its label is used.
"""

import re
from bisect import bisect_right

from markdown_it.common.utils import normalizeReference

from issues.importing.layout import Definition, Layout
from issues.importing.lines import Line

LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.){1,999})\]", re.DOTALL)
CODE = re.compile(r"(?<!`)(`+)(?!`)[^`]*(?<!`)\1(?!`)")

Parts = list[list[int]]  # the indexes of each part's lines


def distribute(parts: Parts, lines: list[Line], layout: Layout) -> list[list[Line]]:
    """Give each part's lines, with the definitions that it uses."""
    whole = [[lines[index] for index in part] for part in parts]
    if not layout.definitions:
        return whole
    owner = {index: number for number, part in enumerate(parts) for index in part}
    known: dict[str, Definition] = {}
    for definition in sorted(layout.definitions, key=lambda definition: definition.start):
        known.setdefault(definition.label, definition)
    uses = used_labels(len(parts), layout, known, owner)
    missing = [set(labels) for labels in uses]
    for definition in layout.definitions:
        if definition.start in owner:
            missing[owner[definition.start]].discard(definition.label)
    moved = set().union(*missing)
    dropped: set[int] = set()
    for label in moved:
        place = known[label]
        home = owner.get(place.start)
        if home is not None and label not in uses[home] and not place.is_nested:
            dropped.update(range(place.start, place.end))
    return [
        completed([lines[index] for index in part if index not in dropped], labels, known, lines)
        for part, labels in zip(parts, missing, strict=True)
    ]


def completed(
    whole: list[Line], labels: set[str], known: dict[str, Definition], lines: list[Line]
) -> list[Line]:
    """Add the definitions that a part uses and does not have."""
    missing = sorted((known[label] for label in labels), key=lambda one: one.start)
    while missing and whole and not whole[-1].text.strip():
        whole.pop()
    return whole + appendix(missing, lines)


def used_labels(
    count: int, layout: Layout, known: dict[str, Definition], owner: dict[int, int]
) -> list[set[str]]:
    """Say which labels each part uses, in its text or in the definitions that it uses."""
    uses: list[set[str]] = [set() for _ in range(count)]
    inside: dict[str, set[str]] = {}
    notes = sorted((d.start, d.end, d.label) for d in layout.definitions if d.label[0] == "^")
    starts = [start for start, _, _ in notes]
    for start, text in layout.inlines:
        labels = labels_in(text) & known.keys()
        at = bisect_right(starts, start) - 1
        if at >= 0 and start < notes[at][1]:
            inside.setdefault(notes[at][2], set()).update(labels)
        elif start in owner:
            uses[owner[start]] |= labels
    for labels in uses:
        waiting = list(labels)
        while waiting:
            new = inside.get(waiting.pop(), set()) - labels
            labels |= new
            waiting += new
    return uses


def labels_in(text: str) -> set[str]:
    """Find what may be a label; too many do no harm, for a definition shows nothing."""
    labels = set()
    for found in LABEL.findall(CODE.sub("", text)):
        labels.add(found if found.startswith("^") else normalizeReference(found))
    return labels


def appendix(definitions: list[Definition], lines: list[Line]) -> list[Line]:
    """Give the lines of definitions, as a block of its own."""
    result = []
    before = "^"
    for definition in definitions:
        place = lines[definition.start]
        # A footnote would take a line directly below for its own.
        if "^" in (before[0], definition.label[0]):
            result.append(place._replace(text=""))
        before = definition.label
        for line in lines[definition.start : definition.end]:
            # Out of a quote or a list it comes without their marks.
            text = re.sub(r"^[>\s*+-]+(?=\[)", "", line.text) if definition.is_nested else line.text
            result.append(line._replace(text=text))
        while not result[-1].text.strip():
            result.pop()
    return result
