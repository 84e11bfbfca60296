"""JSX and HTML images become Markdown images."""

import html
import re
from typing import NamedTuple

from issues.characters import one_line
from issues.dimensions import Size, size_of
from issues.importing.plaintext import escaped

ATTRIBUTE = re.compile(
    r"""([\w:@.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(\{.*?\})(?=\s+[\w:@.{-]|\s*/?\s*$)|([^\s"'<>={}`]+))""",
    re.DOTALL,
)
LITERAL = re.compile(
    r"""(?P<quote>["'`])(?P<text>(?:(?!(?P=quote))[^\\]|\\.)*)(?P=quote)""", re.DOTALL
)
MARKS = re.compile(r"(?:[ \t>]|(?:[-*+]|\d{1,9}[.)])[ \t]+)*")


class Image(NamedTuple):
    source: str
    alt: str
    title: str
    unknown: str  # an expression in the place of an address
    size: Size | None


def read_image(attributes: str, imported: dict[str, str]) -> Image:
    """Understand the attributes of an image; `imported` knows what names stand for."""
    values = {
        found[1].casefold(): value_of(found, imported) for found in ATTRIBUTE.finditer(attributes)
    }
    source, unknown = values.get("src", ("", ""))
    captions = [values[name][0] for name in ("title", "caption") if name in values]
    title = " – ".join(dict.fromkeys(filter(None, map(one_line, captions))))
    alt = one_line(values.get("alt", ("", ""))[0])
    return Image(source.strip(), alt, title, unknown, size_in(values))


def size_in(values: dict[str, tuple[str, str]]) -> Size | None:
    """Read width="600" or width={600}, and the height like it; half a size is none."""
    sides = (values.get(name, ("", "")) for name in ("width", "height"))
    return size_of(*(text or expression for text, expression in sides))


def value_of(found: re.Match, imported: dict[str, str]) -> tuple[str, str]:
    """Give an attribute's text, or the expression that only a program could resolve."""
    braced = found[4]
    if braced is None:
        return html.unescape(next(group for group in found.group(2, 3, 5) if group is not None)), ""
    expression = braced[1:-1].strip()
    if expression in imported:
        return imported[expression], ""
    literals = [found["text"] for found in LITERAL.finditer(expression)]
    if len(literals) == 1 and "${" not in expression:
        return re.sub(r"\\(.)", r"\1", literals[0]), ""
    return "", expression


def as_markdown(image: Image) -> str:
    """Write the image in Markdown, and its size, if it is elsewhere: of files here it is known."""
    title = re.sub(r'(["\\]|&(?=#?\w+;))', r"\\\1", image.title)
    address = image.source.replace("\n", "")
    if re.search(r"[\s()<>\\]", address):
        address = "<" + re.sub(r"([<>\\])", r"\\\1", address) + ">"
    size = ""
    if image.size and re.match(r"(?:https?:)?//", image.source, re.IGNORECASE):
        size = f"{{width={image.size.width} height={image.size.height}}}"
    return f"![{escaped(image.alt)}]({address}" + (f' "{title}")' if title else ")") + size


def as_paragraph(text: str, start: int, end: int, markdown: str) -> str:
    """Surround what takes the place of `start` to `end` with empty lines, where there are none.

    In lists and quotes the new lines get the marks that keep them inside.
    """
    before, previous = line_before(text, start)
    marks = MARKS.match(before)[0]
    inside = re.sub(r"[^\s>]", " ", marks)
    empty = "\n" + inside.rstrip()
    lead = tail = ""
    if before != marks:
        lead = f"{empty}\n{inside}"
    elif marks == inside and previous.strip(" \t>"):
        lead = f"\n{inside}"
    rest, following = line_after(text, end)
    if rest.strip():
        tail = f"{empty}\n{inside}"
    elif following.strip(" \t>"):
        tail = empty
    return lead + markdown + tail


def line_before(text: str, offset: int, most: int = 300) -> tuple[str, str]:
    """Give the line's beginning up to the offset, and the line above."""
    window = text[max(0, offset - most) : offset].rsplit("\n", 2)
    return window[-1], window[-2] if len(window) > 1 else ""


def line_after(text: str, offset: int, most: int = 300) -> tuple[str, str]:
    """Give the rest of the line behind the offset, and the line below."""
    window = text[offset : offset + most].split("\n", 2)
    return window[0], window[1] if len(window) > 1 else ""
