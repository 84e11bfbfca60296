"""Checks of what is written."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from issues.preflight.reading import Reading, Remark
from issues.titles import MAX_LENGTH

# In capitals only: a to-do list is a fine subject. Code is never looked at.
PLACEHOLDER = re.compile(r"\b(?:(?:TK)+|TODO|FIXME|(?i:lorem\s+ipsum))\b")
LEFT = _("%(part)s: “%(word)s” is left there.")


def unreadable_text(reading: Reading) -> Iterator[Remark]:
    """Every text can be rendered."""
    for part in reading.parts:
        if part.problem:
            yield part.remark("%(part)s: %(problem)s", problem=part.problem)


def placeholder(reading: Reading) -> Iterator[Remark]:
    """Nothing is left that stands for words still to come."""
    for field, name in (("title", _("Title")), ("summary", _("Summary"))):
        for word in placeholders_in(getattr(reading.draft, field)):
            yield Remark(LEFT % {"part": name, "word": word}, field)
    for part in reading.parts:
        for name in ("title", "short_title", "byline") if part.section else ():
            for word in placeholders_in(getattr(part.section, name)):
                yield part.remark(LEFT, part.field(name), word=word)
        for words in part.contents.words:
            for word in placeholders_in(words.text):
                yield part.remark(LEFT, line=words.line, word=word)


def placeholders_in(text: str) -> list[str]:
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))


def long_title(reading: Reading) -> Iterator[Remark]:
    """The title fits into the subject line of a mail."""
    length = len(reading.draft.title.strip())
    if length > MAX_LENGTH:
        message = _(
            "The title has %(length)d characters; mail programs show about %(most)d of a subject."
        )
        yield Remark(message % {"length": length, "most": MAX_LENGTH}, "title")


def skipped_heading(reading: Reading) -> Iterator[Remark]:
    """Headings go down one level at a time, from the highest one that the text has."""
    for part in reading.parts:
        headings = part.contents.headings
        before = min((heading.level for heading in headings), default=0) - 1
        for heading in headings:
            if heading.level > before + 1:
                message = _("%(part)s: the heading “%(text)s” skips a level.")
                yield part.remark(message, line=heading.line, text=heading.text)
            before = heading.level
