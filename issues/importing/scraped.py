"""Read an issue that was scraped from a web page as plain text: a line for each block."""

import re
from dataclasses import dataclass, field
from enum import Enum

from issues.importing.lines import Line
from issues.importing.paragraphs import ends_sentence, is_list_item, to_markdown
from issues.importing.parsed import (
    Body,
    Note,
    ParsedSection,
    moved_to_intro,
    put_below_headline,
    without_headlines,
)
from issues.importing.plaintext import paragraph
from issues.importing.typenames import TypeNames

LONGEST_HEADLINE = 140
LONGEST_HEADING = 250
SUBSCRIBE = re.compile(r"subscribe to\b", re.IGNORECASE)

Kind = Enum("Kind", "INTRO SUBSCRIBE SECTION CONTAINER")


@dataclass
class Part:
    """A heading line and the lines below it."""

    kind: Kind
    heading: Line
    slug: str = ""
    title: str = ""
    lines: list[Line] = field(default_factory=list)


def read_page(lines: list[Line], names: TypeNames) -> Body:
    """Read a page whose first line is the issue's title."""
    top = next(index for index, line in enumerate(lines) if line.text.strip())
    title = lines[top]
    if names.match(title.text):
        title, top = title._replace(text=""), top - 1
    page = Body(" ".join(title.text.split()))
    intro = []
    for part in cut(lines[top + 1 :], title, names):
        if part.kind is Kind.SECTION:
            page.sections.append(section(part.slug, part.title, part.heading, part.lines))
        elif part.kind is Kind.CONTAINER:
            page.sections += items(part, page.notes)
        else:
            intro.append(intro_text(part, page))
    page.intro = "\n\n".join(filter(None, intro))
    return page


def cut(lines: list[Line], title: Line, names: TypeNames) -> list[Part]:
    """Give the page's parts in their order."""
    parts = [Part(Kind.INTRO, title)]
    for line in lines:
        part = begin_part(line, names)
        if part:
            parts.append(part)
        else:
            parts[-1].lines.append(line)
    return parts


def begin_part(line: Line, names: TypeNames) -> Part | None:
    """Give the part that a line begins, if it is a heading."""
    text = line.text.strip()
    if not text or len(text) > LONGEST_HEADING or is_list_item(text):
        return None
    named = names.match(text)
    if named and named.title:
        return Part(Kind.SECTION, line, named.slug, named.title)
    if named:
        return Part(Kind.CONTAINER, line, named.slug, named.name)
    if SUBSCRIBE.match(text) and len(text) <= LONGEST_HEADLINE and not ends_sentence(text):
        return Part(Kind.SUBSCRIBE, line)
    return None


def intro_text(part: Part, page: Body) -> str:
    body = to_markdown(part.lines)
    if part.kind is Kind.INTRO:
        return body
    heading = " ".join(part.heading.text.split())
    if page.sections:
        page.notes.append(moved_to_intro(part.heading.number, heading))
    return f"## {paragraph(heading)}\n\n{body}".strip()


def section(slug: str, title: str, heading: Line, lines: list[Line]) -> ParsedSection:
    return ParsedSection(slug, " ".join(title.split()), to_markdown(lines), heading.number)


def items(part: Part, notes: list[Note]) -> list[ParsedSection]:
    """Cut "News" into its items, each of which begins with a headline."""
    starts = headlines(part.lines)
    number, name = part.heading.number, part.title
    if not starts:
        notes.append(without_headlines(number, name))
        return [section(part.slug, name, part.heading, part.lines)]
    before = part.lines[: starts[0]]
    if any(line.text.strip() for line in before):
        notes.append(put_below_headline(number, name))
    found = []
    for start, end in zip(starts, [*starts[1:], len(part.lines)], strict=True):
        headline = part.lines[start]
        found.append(
            section(part.slug, headline.text, headline, before + part.lines[start + 1 : end])
        )
        before = []
    return found


def headlines(lines: list[Line]) -> list[int]:
    """Give the indexes of the lines that look like headlines with text below them."""
    filled = [index for index, line in enumerate(lines) if line.text.strip()]
    found: list[int] = []
    for place, index in enumerate(filled[:-1]):
        is_first = place == 0 or ends_sentence(lines[filled[place - 1]].text)
        if is_first and is_headline(lines[index].text.strip()):
            found.append(index)
    return found


def is_headline(text: str) -> bool:
    begins = text[0].isdigit() or (text[0].isalpha() and not text[0].islower())
    ends = text[-1] in '.:;!?…,)”"。！？：；，）」』'
    return begins and not ends and len(text) <= LONGEST_HEADLINE and not is_list_item(text)
