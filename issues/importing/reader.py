"""Read a file of any of the known forms."""

from pathlib import PurePath

from issues.importing.decoding import decode
from issues.importing.fields import Meaning, set_date, understand, unique
from issues.importing.frontmatter import find_front_matter, read_front_matter
from issues.importing.headings import read_body
from issues.importing.layout import Layout, lay_out
from issues.importing.lines import Line, joined, numbered
from issues.importing.mdx import clean
from issues.importing.mojibake import repair
from issues.importing.numbers import IN_TITLE, issue_number, title_without_number
from issues.importing.parsed import ImportProblem, Note, ParsedIssue, ParsedSection, TypeName
from issues.importing.scraped import read_page
from issues.importing.typenames import TypeNames


def read_issue(data: bytes, path: PurePath, types: list[TypeName]) -> ParsedIssue:
    """Read a newsletter issue: Markdown or MDX, with or without front matter, or scraped text.

    `types` are the section types to look for. Raises ImportProblem, and nothing else.
    """
    text, notes = decode(data)
    lines, names = numbered(text), TypeNames(types)
    kind, start, end = find_front_matter(lines)
    if kind:
        top = end if kind == "pelican" else end + 1
        layout = lay_out(joined(lines[top:]))
        lines, repaired = repair(lines, names, {top + index for index in layout.code})
        if repaired:
            layout = lay_out(joined(lines[top:]))
        meaning = read_fields(kind, lines[start:end])
        issue = read_markdown(lines[top:], layout, names, path, meaning)
    else:
        layout = lay_out(text)
        is_marked = is_markdown(lines, layout)
        lines, repaired = repair(lines, names, layout.code if is_marked else ())
        if repaired and is_marked:
            layout = lay_out(joined(lines))
        meaning = Meaning()
        set_date(meaning, None, False)
        if is_marked:
            lines = take_title_line(lines, layout, meaning)
            issue = read_markdown(lines, layout, names, path, meaning)
        else:
            issue = read_scraped(lines, names, path, meaning)
    issue.notes = in_order([*notes, *repaired, *issue.notes])
    return issue


def read_fields(kind: str, lines: list[Line]) -> Meaning:
    """Read front matter, in which soft hyphens are as unwanted as in the text."""
    soft = [line for line in lines if "\u00ad" in line.text]
    lines = [line._replace(text=line.text.replace("\u00ad", "")) for line in lines]
    meaning = understand(read_front_matter(kind, lines))
    if soft:
        count = sum(line.text.count("\u00ad") for line in soft)
        meaning.notes.append(Note(soft[0].number, f"soft hyphens removed: {count}", "repaired"))
    return meaning


def is_markdown(lines: list[Line], layout: Layout) -> bool:
    """Tell Markdown from scraped text: it has section headings, or a title at its top."""
    top = next(index for index, line in enumerate(lines) if line.text.strip())
    return any(
        not heading.is_underlined and (heading.level > 1 or heading.start == top)
        for heading in layout.headings
    )


def take_title_line(lines: list[Line], layout: Layout, meaning: Meaning) -> list[Line]:
    """Take the title from a first line like "Bitsletter #7: …" that is not marked as a heading."""
    top = next(index for index, line in enumerate(lines) if line.text.strip())
    if any(heading.level == 1 for heading in layout.headings) or top in layout.heading_lines:
        return lines
    text = lines[top].text
    if not IN_TITLE.search(text) or lines[top + 1 : top + 2] and lines[top + 1].text.strip():
        return lines
    meaning.title = " ".join(text.split())
    return [*lines[:top], lines[top]._replace(text=""), *lines[top + 1 :]]


def read_markdown(
    lines: list[Line], layout: Layout, names: TypeNames, path: PurePath, meaning: Meaning
) -> ParsedIssue:
    """Read the text below the front matter."""
    if not any(line.text.strip() for line in lines):
        raise ImportProblem(lines[0].number if lines else 1, "there is no text")
    cleaning = clean(lines, layout)
    if cleaning.lines is not lines:
        layout = lay_out(joined(cleaning.lines))
    known = meaning.title
    if known:
        number = issue_number(meaning.number, known, path, meaning.number_line)
        known = title_without_number(known, number)
    body = read_body(cleaning.lines, layout, names, known)
    if not known:
        number = issue_number(meaning.number, body.title, path, meaning.number_line)
        known = title_without_number(body.title, number)
    meaning.notes += [*cleaning.notes, *body.notes]
    if layout.unclosed_fence is not None:
        line = cleaning.lines[layout.unclosed_fence].number
        meaning.notes.append(Note(line, "this code never ends", "doubtful"))
    if cleaning.leftover:
        meaning.leftover["mdx"] = cleaning.leftover
    return as_issue(number, known, body.intro, body.sections, meaning)


def read_scraped(
    lines: list[Line], names: TypeNames, path: PurePath, meaning: Meaning
) -> ParsedIssue:
    page = read_page(lines, names)
    number = issue_number(None, page.title, path)
    meaning.notes += page.notes
    title = title_without_number(page.title, number)
    return as_issue(number, title, page.intro, page.sections, meaning)


def as_issue(
    number: int, title: str, intro: str, sections: list[ParsedSection], meaning: Meaning
) -> ParsedIssue:
    if not title:
        raise ImportProblem(1, "no title: neither a field “title” nor a heading at the top")
    if not sections:
        meaning.notes.append(Note(1, "no section found: all text is in the intro", "warning"))
    for section in sections:
        section.tags = unique([*section.tags, *meaning.tags])
    return ParsedIssue(
        number=number,
        title=title,
        summary=meaning.summary,
        intro=intro,
        date=meaning.date,
        tags=meaning.tags,
        sections=sections,
        notes=meaning.notes,
        cover=meaning.cover,
        leftover=meaning.leftover,
    )


def in_order(notes: list[Note]) -> list[Note]:
    """Sort notes by line, each only once."""
    return sorted(dict.fromkeys(notes), key=lambda note: note.line)
