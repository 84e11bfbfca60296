"""Checks of cross-references, such as [[2/lazy-loading]]."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from issues.models import Issue, Section
from issues.moments import in_words
from issues.preflight.reading import Reading, Remark
from issues.wikilinks import Reference

# What was meant to be one, and is shown with its brackets. Not [[1, 2], [3, 4]], which is none.
MISSPELT = re.compile(r"\[\[\s*#?\d{1,20}\s*/[^\[\]\n]*\]\]")


def unreachable_reference(reading: Reading) -> Iterator[Remark]:
    """Every reference leads to what readers can see by then."""
    for part in reading.parts:
        for reference, line in part.references().items():
            if target := reading.mentioned.hidden.get(reference):
                message, moment = hidden(target)
                yield part.remark(message, line=line, reference=reference, moment=moment)
            elif reference in reading.mentioned.missing:
                message = missing(reference)
                yield part.remark(message, line=line, reference=reference, **reference._asdict())


def hidden(target: Issue | Section) -> tuple[str, str]:
    """Say why readers do not see what is there, and from when on they will."""
    issue = getattr(target, "issue", target)
    if issue.published_at is None:
        return _("%(part)s: %(reference)s leads to a draft."), ""
    message = _("%(part)s: %(reference)s leads to what is not public before %(moment)s.")
    return message, in_words(issue.published_at)


def missing(reference: Reference) -> str:
    if reference.slug:
        return _("%(part)s: %(reference)s leads nowhere: issue %(number)d has no “%(slug)s”.")
    return _("%(part)s: %(reference)s leads nowhere: there is no issue %(number)d.")


def misspelt_reference(reading: Reading) -> Iterator[Remark]:
    """Every reference is written so that it becomes a link."""
    for part in reading.parts:
        for words in part.contents.words:
            for text in MISSPELT.findall(words.text):
                message = _("%(part)s: “%(text)s” is no reference; write it as [[2/its-slug]].")
                yield part.remark(message, line=words.line, text=text[:80])
