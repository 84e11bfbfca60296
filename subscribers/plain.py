"""Text for mail programs that show nothing else: lines of few columns, underlined headings."""

import re
import textwrap
import unicodedata

WIDTH = 78  # columns (RFC 5322, section 2.1.1)

# Where lines may end although there is no space: between the characters of China and Japan.
HAN = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff"
PIECE = re.compile(rf"\s*(?:[{HAN}]|[^\s{HAN}]+)")
EMPTY_LINES = re.compile(r"\n{3,}")


def columns(text: str) -> int:
    """Say how wide a text is where every letter is as wide as any other."""
    return sum(0 if unicodedata.combining(one) else 2 if is_wide(one) else 1 for one in text)


def is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


def wrap(line: str, width: int = WIDTH) -> list[str]:
    """Break a line into as many as it needs, indented alike; a link, without spaces, stays."""
    indent = line[: len(line) - len(line.lstrip())]
    lines, current = [], indent
    for piece in PIECE.findall(line[len(indent) :]):
        if current != indent and columns(current + piece) > width:
            lines.append(current)
            current = indent + piece.lstrip()
        else:
            current += piece
    return [*lines, current.rstrip()]


def underline(heading: str, character: str = "=") -> str:
    """Give a heading that is seen as one."""
    lines = wrap(" ".join(heading.split()))
    return "\n".join([*lines, character * max(map(columns, lines))])


def indent(text: str) -> str:
    return textwrap.indent(text, "  ")


def for_reading(text: str) -> str:
    """Give a text whose paragraphs were single lines as it is sent."""
    lines = (part for line in text.split("\n") for part in wrap(line.rstrip()))
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"
