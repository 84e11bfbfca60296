"""Cut a Markdown text into its intro and its sections, at the headings."""

import re
from dataclasses import dataclass, field
from enum import Enum

from issues.importing.fields import unique
from issues.importing.layout import Heading, HeadingText, Layout, heading_text
from issues.importing.lines import Line, joined
from issues.importing.parsed import (
    Body,
    Note,
    ParsedSection,
    moved_to_intro,
    put_below_headline,
    without_headlines,
)
from issues.importing.references import distribute
from issues.importing.sectionfields import take_fields
from issues.importing.typenames import OTHER, NamedHeading, TypeNames

DEFAULT_LEVEL = 2
NUMBER_BEFORE = re.compile(r"[^#]{0,60}#\s?\d+\s*[:：–—|-]\s*")
SUBSCRIBE = re.compile(r"[\W_]*subscribe to\b", re.IGNORECASE)

Kind = Enum("Kind", "INTRO TITLE SUBSCRIBE SECTION CONTAINER ITEM")


@dataclass
class Part:
    """A heading and the lines that belong to it."""

    kind: Kind
    heading: Heading | None = None
    text: HeadingText = HeadingText("")
    named: NamedHeading | None = None
    lines: list[int] = field(default_factory=list)


def read_body(lines: list[Line], layout: Layout, names: TypeNames, title: str) -> Body:
    """Cut the text. `title` is the issue's title, without its number, if it is known yet."""
    notes: list[Note] = []
    parts = with_items(Cutter(layout, names, title).cut(len(lines)), lines, notes)
    wholes = distribute([part.lines for part in parts], lines, layout)
    body = Body(notes=notes)
    intro: list[str] = []
    for part, whole in zip(parts, wholes, strict=True):
        if part.kind in (Kind.SECTION, Kind.ITEM):
            body.sections.append(section(part, whole, lines))
            notes += lost_addresses(part, body.sections[-1])
            continue
        if part.kind is Kind.TITLE:
            body.title = part.text.text
        if part.kind is Kind.SUBSCRIBE and body.sections:
            notes.append(moved_to_intro(lines[part.heading.start].number, part.text.text))
        intro.append(stripped(whole))
    body.intro = "\n\n".join(filter(None, intro))
    return body


def section_level(layout: Layout, names: TypeNames) -> int:
    """Give the level at which the document's sections begin."""
    headings = layout.headings
    known = [
        heading.level
        for heading in headings
        if names.match(heading_text(heading.source, layout.env).text)
    ]
    deeper = [heading.level for heading in headings if heading.level >= DEFAULT_LEVEL]
    return min(known or deeper or [DEFAULT_LEVEL])


class Cutter:
    """Cuts a document at its headings, knowing what has stood above."""

    def __init__(self, layout: Layout, names: TypeNames, title: str):
        self.layout = layout
        self.names = names
        self.title = title
        self.level = section_level(layout, names)
        self.has_title = False
        self.has_sections = False

    def cut(self, count: int) -> list[Part]:
        """Give the parts in their order; each line but section headings is in one of them."""
        parts = [Part(Kind.INTRO)]
        at = 0
        for heading in self.layout.headings:
            part = self.begin_part(heading, parts[-1])
            if part is None:
                continue
            parts[-1].lines += range(at, heading.start)
            is_kept = part.kind in (Kind.SUBSCRIBE, Kind.INTRO)
            at = heading.start if is_kept else heading.end
            parts.append(part)
        parts[-1].lines += range(at, count)
        return parts

    def begin_part(self, heading: Heading, last: Part) -> Part | None:
        """Give the part that a heading begins, or None where it stands inside of one."""
        text = heading_text(heading.source, self.layout.env)
        if not text.text:
            return None
        if heading.level > self.level:
            is_item = last.kind in (Kind.CONTAINER, Kind.ITEM) and heading.level == self.level + 1
            return Part(Kind.ITEM, heading, text, last.named) if is_item else None
        if SUBSCRIBE.match(text.text):
            return Part(Kind.SUBSCRIBE, heading, text)
        named = self.names.match(text.text)
        if heading.level == 1 and named is None and not self.has_sections:
            return Part(self.kind_of_top(text.text), heading, text)
        self.has_sections = True
        kind = Kind.SECTION if named is None or named.title else Kind.CONTAINER
        return Part(kind, heading, text, named)

    def kind_of_top(self, text: str) -> Kind:
        """Say whether a heading above all sections is the title."""
        if self.has_title or (self.title and not same_title(text, self.title)):
            return Kind.INTRO
        self.has_title = True
        return Kind.TITLE


def same_title(heading: str, title: str) -> bool:
    """Compare a heading with the issue's title, whichever of them carries the number."""
    one, other = (" ".join(text.casefold().split()) for text in (heading, title))
    return one == other or (
        one.endswith(other) and bool(NUMBER_BEFORE.fullmatch(one.removesuffix(other)))
    )


def with_items(parts: list[Part], lines: list[Line], notes: list[Note]) -> list[Part]:
    """Resolve "News": what stands before its first item goes there; alone it is a section."""
    result: list[Part] = []
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        if part.kind is not Kind.CONTAINER:
            result.append(part)
            continue
        number, name = lines[part.heading.start].number, part.named.name
        if following is None or following.kind is not Kind.ITEM:
            part.kind = Kind.SECTION
            result.append(part)
            notes.append(without_headlines(number, name))
        elif any(lines[index].text.strip() for index in part.lines):
            following.lines = part.lines + following.lines
            notes.append(put_below_headline(number, name))
    return result


def section(part: Part, whole: list[Line], lines: list[Line]) -> ParsedSection:
    named = part.named
    fields, rest = take_fields(whole)
    title = part.text.text
    if part.kind is Kind.SECTION and named:
        title = named.title or named.name
    return ParsedSection(
        type_slug=named.slug if named else OTHER,
        title=title,
        body=stripped(rest),
        line=lines[part.heading.start].number,
        tags=unique(fields.tags),
        link=fields.link or part.text.link,
        byline=fields.byline,
    )


def lost_addresses(part: Part, made: ParsedSection) -> list[Note]:
    """Report links in the heading that have no place in a title."""
    lost = [address for address in part.text.addresses if address != made.link]
    return [Note(made.line, f"address in the heading not kept: {one}", "doubtful") for one in lost]


def stripped(lines: list[Line]) -> str:
    """Give the text without empty lines around it; the first line keeps its indentation."""
    texts = joined(lines).rstrip().split("\n")
    while texts and not texts[0].strip():
        del texts[0]
    return "\n".join(texts)
