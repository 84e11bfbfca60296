"""The pictures that stand for a page where somebody shares it: facts in, a PNG out."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw

from issues.legible import BOLD, MEDIUM, font, legible

WIDTH, HEIGHT = 1200, 630
DRAWING = 2  # count it on when the same facts are drawn in another way

# As in the style sheet, in the light.
GROUND, INK, QUIET, LINE = "#fbfaf7", "#1d2433", "#586073", "#e3e0d8"
COLORS = {
    "violet": "#5b46c4",
    "blue": "#0b6387",
    "green": "#1f6b3f",
    "orange": "#a8410b",
    "red": "#b0233a",
    "slate": "#4a5468",
}

BAR = 24  # the width of the bar of types at the left
LEFT, RIGHT = 96, WIDTH - 80
LABEL_SIZE, ENTRY_SIZE, FOOT_SIZE = 32, 28, 30
LABEL_BASELINE, FOOT_LINE, FOOT_BASELINE = 98, HEIGHT - 104, HEIGHT - 50
TITLE_TOP, TITLE_BOTTOM = 136, FOOT_LINE - 28
TITLE_SIZES = (128, 108, 98, 88, 80, 72, 66, 60, 54)
LINE_HEIGHT = 1.13
MOST_LINES = 5
ENTRY_HEIGHT, ENTRY_GAP, MOST_ENTRIES, MOST_LABEL_WIDTH = 42, 22, 5, 330
ELLIPSIS = "…"


@dataclass(frozen=True)
class Entry:
    """One line of what is in an issue; without a label it is a remark.

    It is left out where nothing of its title can be drawn.
    """

    label: str
    color: str
    title: str


@dataclass(frozen=True)
class Card:
    """All that is drawn: `instead` is the title where nothing of it can be drawn."""

    label: str
    title: str
    instead: str
    note: str
    site_name: str
    color: str
    colors: tuple[str, ...]  # of the bar
    entries: tuple[Entry, ...] = ()  # at most MOST_ENTRIES

    @property
    def digest(self) -> str:
        """Name what is drawn: another picture has another name."""
        return hashlib.blake2b(f"{DRAWING} {self!r}".encode(), digest_size=12).hexdigest()


def draw(card: Card) -> bytes:
    """Draw a card as a PNG."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    pen = ImageDraw.Draw(image)
    draw_bar(pen, card.colors)
    label = fitting(legible(card.label), font(BOLD, LABEL_SIZE), RIGHT - LEFT)
    pen.text((LEFT, LABEL_BASELINE), label, color_of(card.color), font(BOLD, LABEL_SIZE), "ls")
    entries = [entry for entry in card.entries if legible(entry.title)]
    draw_title(pen, legible(card.title) or legible(card.instead), len(entries))
    draw_entries(pen, entries)
    draw_foot(pen, card)
    file = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def color_of(name: str) -> str:
    return COLORS.get(name, COLORS["slate"])


def draw_bar(pen: ImageDraw.ImageDraw, colors: tuple[str, ...]) -> None:
    """Colour the left edge by the types, from top to bottom."""
    for place, color in enumerate(colors):
        top, bottom = (HEIGHT * edge // len(colors) for edge in (place, place + 1))
        pen.rectangle((0, top, BAR - 1, bottom - 1), color_of(color))


def draw_title(pen: ImageDraw.ImageDraw, title: str, entries: int) -> None:
    """Write the title as large as it fits above that many entries."""
    bottom = TITLE_BOTTOM - (entries * ENTRY_HEIGHT + ENTRY_GAP if entries else 0)
    size, lines = set_title(title, RIGHT - LEFT, bottom - TITLE_TOP)
    for place, line in enumerate(lines):
        baseline = TITLE_TOP + size * 0.8 + place * size * LINE_HEIGHT
        pen.text((LEFT, baseline), line, INK, font(BOLD, size), "ls")


def draw_entries(pen: ImageDraw.ImageDraw, entries: list[Entry]) -> None:
    """Write the types and titles of entries in two columns."""
    bold, medium = font(BOLD, ENTRY_SIZE), font(MEDIUM, ENTRY_SIZE)
    labels = [fitting(legible(entry.label), bold, MOST_LABEL_WIDTH) for entry in entries]
    middle = LEFT + max(map(bold.getlength, labels), default=0) + ENTRY_SIZE
    for place, (entry, label) in enumerate(zip(entries, labels, strict=True)):
        baseline = TITLE_BOTTOM - (len(entries) - 1 - place) * ENTRY_HEIGHT - 10
        pen.text((LEFT, baseline), label, color_of(entry.color), bold, "ls")
        title = fitting(legible(entry.title), medium, RIGHT - middle)
        pen.text((middle, baseline), title, INK if entry.label else QUIET, medium, "ls")


def draw_foot(pen: ImageDraw.ImageDraw, card: Card) -> None:
    """Write who says it, and when, below a line."""
    pen.line((LEFT, FOOT_LINE, RIGHT, FOOT_LINE), LINE, 2)
    half = (RIGHT - LEFT) // 2 - 20
    name = fitting(legible(card.site_name), font(BOLD, FOOT_SIZE), half)
    pen.text((LEFT, FOOT_BASELINE), name, INK, font(BOLD, FOOT_SIZE), "ls")
    note = fitting(legible(card.note), font(MEDIUM, FOOT_SIZE), half)
    pen.text((RIGHT, FOOT_BASELINE), note, QUIET, font(MEDIUM, FOOT_SIZE), "rs")


def set_title(title: str, width: int, height: int) -> tuple[int, list[str]]:
    """Give the largest size at which the title fits, and its lines, of about one length."""
    for size in TITLE_SIZES:
        measure = font(BOLD, size).getlength
        most = min(int(height / (size * LINE_HEIGHT)), MOST_LINES)
        lines = wrapped(title, measure, width)
        if len(lines) <= most and all(measure(line) <= width for line in lines):
            return size, balanced(title, measure, width, len(lines))
    lines = wrapped(broken(title, measure, width), measure, width)
    if len(lines) > most:
        lines = [*lines[: most - 1], fitting(" ".join(lines[most - 1 :]), font(BOLD, size), width)]
    return size, lines


def wrapped(text: str, measure: Callable[[str], float], width: float) -> list[str]:
    """Break a text into lines; a word wider than `width` has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        if lines and measure(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def balanced(text: str, measure: Callable[[str], float], width: int, count: int) -> list[str]:
    """Break a text into `count` lines, the longest as short as it can be."""
    short, long = width // 3, width
    while short < long:
        middle = (short + long) // 2
        lines = wrapped(text, measure, middle)
        if len(lines) > count or any(measure(line) > middle for line in lines):
            short = middle + 1
        else:
            long = middle
    return wrapped(text, measure, long)


def broken(text: str, measure: Callable[[str], float], width: int) -> str:
    """Break the words that are wider than a line."""
    words: list[str] = []
    for word in text.split():
        while measure(word) > width:
            words.append(beginning(word, measure, width))
            word = word[len(words[-1]) :]
        words.append(word)
    return " ".join(words)


def beginning(text: str, measure: Callable[[str], float], width: float) -> str:
    """Give as much of a text as fits, at least one character."""
    short, long = 1, len(text)
    while short < long:
        middle = (short + long + 1) // 2
        if measure(text[:middle]) <= width:
            short = middle
        else:
            long = middle - 1
    return text[:short]


def fitting(text: str, chosen, width: float) -> str:
    """Give the text, or its beginning and an ellipsis where it is too wide for one line."""
    measure = chosen.getlength
    if measure(text) <= width:
        return text
    start = beginning(text, measure, width - measure(ELLIPSIS)).rstrip(" ,.;:–—-")
    return start + ELLIPSIS
