"""Turn the JSX of MDX, and the HTML in Markdown, into Markdown.

Code is left alone. What Markdown cannot say is dropped from the text and handed back, so that
no word of the file is lost.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby

from issues.importing.codespans import Protected
from issues.importing.esm import imported_addresses, statements
from issues.importing.figures import as_markdown, as_paragraph, line_after, line_before, read_image
from issues.importing.layout import Layout
from issues.importing.lines import Edit, Line, Places, edited, joined
from issues.importing.parsed import Note
from issues.importing.plaintext import escaped

# Possessive, or a tag that never ends would take the parser quadratic time.
BRACED = r"""\{(?:[^{}"'`]++|"[^"\n]*+"|'[^'\n]*+'|`[^`]*+`|\{[^{}]*+\})*+\}"""
VALUE = rf"""(?:"[^"]*+"|'[^']*+'|{BRACED}|(?:[^\s"'<>={{}}`/]|/(?!>))++)"""
ATTRIBUTES = rf"(?:\s++(?:[\w:@.-]++(?:\s*+=\s*+{VALUE})?+|\{{\.\.\.[^{{}}]*+\}}))*+"
TOKEN = re.compile(
    rf"""
    (?P<comment><!--|\{{/\*)
    | (?P<pair><(?P<mark>b|strong|i|em|s|del|code|kbd|sup)>
      (?P<marked>[^\s<>`*](?:[^<>`\n]*[^\s<>`*])?)</(?P=mark)>)
    | (?P<anchor><a\s[^<>]*?href\s*=\s*["'](?P<href>[^"'<>\s]+)["'][^<>]*>
      (?P<anchored>[^<>\n]+)</a>)
    | (?P<tag><(?P<close>/?)(?P<name>[A-Za-z][\w.-]*+)(?P<attributes>{ATTRIBUTES})\s*+(?P<self>/?)>)
    | (?P<space>\{{\s*(?:"\s*"|'\s*'|`\s*`)\s*\}})
    | (?P<hyphen>\u00ad|&shy;)
    | (?P<unclosed><[A-Z][\w.]*+\s++[\w-]++\s*+=)
    """,
    re.VERBOSE,
)
BREAKS = re.compile(r"(?:\s*+<br\s*+/?>)*+[ \t]*+", re.IGNORECASE)
BEGINS_BLOCK = re.compile(r"\s*(?:[-*+>#|]|\d+[.)]\s|```|~~~|\[[^\]]*\]:|$)")
MARKDOWN_MARKS = {
    "b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~", "del": "~~", "code": "`", "kbd": "`",
}  # fmt: skip
IMAGES = {"Figure", "Image", "Img", "img"}
INLINE = re.compile(
    "abbr|b|cite|code|em|font|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|u|var|wbr"
)
BLOCK = re.compile(
    "a|address|article|aside|audio|blockquote|button|center|dd|del|details|div|dl|dt|figcaption"
    "|figure|footer|h[1-6]|header|iframe|input|li|main|nav|object|ol|p|picture|pre|section|source"
    "|summary|table|tbody|td|tfoot|th|thead|time|tr|ul|video"
)
VOID = {"wbr", "input", "source"}


@dataclass
class Cleaning:
    """A text on its way from MDX to Markdown."""

    lines: list[Line]
    layout: Layout
    text: str
    places: Places
    imported: dict[str, str] = field(default_factory=dict)
    tags: Counter = field(default_factory=Counter)
    edits: list[Edit] = field(default_factory=list)
    leftover: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    dropped: dict[str, list[int]] = field(default_factory=dict)
    hyphens: list[int] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)  # ends of comments that stand nowhere below


def clean(lines: list[Line], layout: Layout) -> Cleaning:
    """Give the text without JSX: its lines, what was taken out of it, and notes."""
    work = Cleaning(lines, layout, joined(lines), Places(lines))
    taken = statements(lines, layout)
    work.leftover += [statement for _, statement in taken]
    work.imported = imported_addresses(work.leftover)
    protected = Protected(lines, layout.code)
    found = [found for found in TOKEN.finditer(work.text) if found.start() not in protected]
    work.tags.update((tag["name"], bool(tag["close"])) for tag in found if tag["tag"])
    waiting = sorted([*(edit for edit, _ in taken), *found], key=begin)
    at = 0
    for item in waiting:
        if begin(item) >= at:
            at = item.end if isinstance(item, Edit) else convert(work, item, at)
            if isinstance(item, Edit):
                work.edits.append(item)
    work.lines = without_gaps(edited(lines, work.edits), lines)
    report(work)
    return work


def begin(item: Edit | re.Match) -> int:
    return item.start if isinstance(item, Edit) else item.start()


def convert(work: Cleaning, found: re.Match, at: int) -> int:
    """Add the edit for a piece of JSX; give the offset where the text goes on."""
    start, end = found.span()
    new: str | None = None
    if found["comment"]:
        end = comment_end(work, found)
        new = "" if end else None
        if end:
            work.leftover.append(work.text[start:end])
    elif found["pair"]:
        new = marked(found["mark"], found["marked"])
    elif found["anchor"]:
        new = f"[{escaped(found['anchored'].strip())}]({found['href']})"
    elif found["tag"]:
        start, end, new = convert_tag(work, found, at)
    elif found["unclosed"]:
        note(work, start, f"“{found[0].split()[0]}” never ends: left as it is")
    elif found["hyphen"]:
        work.hyphens.append(work.places.number(start))
        new = ""
    else:
        new = " "
    if new is None:
        return found.end()
    work.edits.append(Edit(start, end, new.replace("\u00ad", "")))
    return end


def comment_end(work: Cleaning, found: re.Match) -> int:
    """Give the offset behind a comment, or 0 if it never ends."""
    closing = "-->" if found[0] == "<!--" else "*/}"
    if closing in work.missing:
        return 0
    end = work.text.find(closing, found.end())
    if end < 0:
        work.missing.add(closing)
        return 0
    return end + len(closing)


def marked(tag: str, text: str) -> str:
    if tag == "sup":
        return f"^{text}"
    mark = MARKDOWN_MARKS[tag]
    return f"{mark}{text}{mark}"


def convert_tag(work: Cleaning, found: re.Match, at: int) -> tuple[int, int, str | None]:
    """Give the place of a tag and what replaces it; None leaves it as it is."""
    start, end = found.span()
    name = found["name"]
    line = work.places.index(start)
    is_in_row = line in work.layout.tables or line in work.layout.heading_lines
    if name.casefold() == "br":
        return line_break(work.text, start, end, at, is_in_row)
    if name in IMAGES and not found["close"] and "=" in found["attributes"]:
        return start, end, convert_image(work, found, is_in_row)
    if name == "hr":
        return start, end, as_paragraph(work.text, start, end, "***")
    if not is_tag(work, found):
        return start, end, None
    work.dropped.setdefault(name, []).append(work.places.number(start))
    work.leftover.append(found[0])
    around = work.text[start - 1 : start] + work.text[end : end + 1]
    # "<li>one</li><li>two</li>": the words must not grow together.
    return (
        start,
        end,
        " " if re.fullmatch(r"\w\w|\w<|>\w", around) and not INLINE.fullmatch(name) else "",
    )


def is_tag(work: Cleaning, found: re.Match) -> bool:
    """Tell a tag from prose such as "replace <Name> by yours"."""
    name = found["name"]
    if found.start() and re.match(r"\w", work.text[found.start() - 1]) and name[0].isupper():
        # List<String> is no JSX, but a component may stand behind a word if it closes itself.
        return bool(found["self"])
    is_html = INLINE.fullmatch(name) or BLOCK.fullmatch(name)
    if name[0].islower() and not is_html and "." not in name:
        return False
    is_pair = work.tags[name, False] and work.tags[name, True]
    return bool(found["self"] or is_pair or name in VOID)


def line_break(text: str, start: int, end: int, at: int, is_in_row: bool) -> tuple[int, int, str]:
    """Make <br> a backslash at the line's end, where Markdown shows one as a break."""
    end = BREAKS.match(text, end).end()
    while start > at and text[start - 1] in " \t":
        start -= 1
    before, _ = line_before(text, start)
    rest, following = line_after(text, end)
    if is_in_row:
        return start, end, " "
    if not before.strip(" \t>"):
        return start, end, ""
    if not rest:
        return start, end, "" if BEGINS_BLOCK.match(following) else "\\"
    return start, end, "\\\n" + ("\\" if BEGINS_BLOCK.match(rest) and not rest[0].isdigit() else "")


def convert_image(work: Cleaning, found: re.Match, is_in_row: bool) -> str | None:
    image = read_image(found["attributes"], work.imported)
    start, end = found.span()
    if not image.source:
        if not image.unknown:
            note(work, start, f"“<{found['name']}>” has no address: only its words stay")
        else:
            note(work, start, f"the picture’s address “{image.unknown}” is not known")
        work.leftover.append(found[0])
        words = escaped(" – ".join(filter(None, (image.alt, image.title))))
        return as_paragraph(work.text, start, end, words) if words and not is_in_row else words
    before, _ = line_before(work.text, start)
    rest, _ = line_after(work.text, end)
    is_in_text = found["name"] == "img" and (before.strip() or rest.strip())
    if is_in_row or is_in_text:
        return as_markdown(image)
    return as_paragraph(work.text, start, end, as_markdown(image))


def note(work: Cleaning, offset: int, text: str) -> None:
    work.notes.append(Note(work.places.number(offset), text, "doubtful"))


def without_gaps(lines: list[Line], before: list[Line]) -> list[Line]:
    """Leave one empty line where a statement or a tag was taken out between empty lines."""
    if lines is before:
        return lines
    filled = {line.number for line in before if line.text.strip()}
    result: list[Line] = []
    for is_empty, run in groupby(lines, key=lambda line: not line.text.strip()):
        run = list(run)
        is_made = is_empty and any(line.number in filled for line in run)
        result += run[:1] if is_made else run
    return result


def report(work: Cleaning) -> None:
    """Add one note for all soft hyphens, and one for each name of dropped tags."""
    if work.hyphens:
        text = f"soft hyphens removed: {len(work.hyphens)}"
        work.notes.append(Note(work.hyphens[0], text, "repaired"))
    for name, numbers in work.dropped.items():
        text = f"<{name}> is unknown: its text stays, the tag is dropped"
        times = f" ({len(numbers)} times)" if len(numbers) > 1 else ""
        work.notes.append(Note(numbers[0], text + times, "doubtful"))
