"""The pre-flight: what has to be mended before an issue goes public, and what might be.

It reads a draft (`issues.draft`), so that a form that is not saved and an issue in the database
are judged alike. BLOCKING and WARNING are its promises: each check is a function, whose first
line says what holds where it finds nothing, and whose name is the one that findings carry.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import ngettext

from issues.draft import Draft
from issues.models import SectionType
from issues.preflight.completeness import (
    duplicate_slug,
    empty_slot,
    missing_sections,
    missing_tags,
    missing_text,
    missing_title,
)
from issues.preflight.links import (
    missing_link,
    paper_without_source,
    repeated_link,
    shortened_link,
    unreachable_link,
    vague_link_text,
)
from issues.preflight.pictures import heavy_picture, missing_alt, missing_picture
from issues.preflight.reading import Remark, read
from issues.preflight.references import misspelt_reference, unreachable_reference
from issues.preflight.words import long_title, placeholder, skipped_heading, unreadable_text

BLOCKING = (
    missing_sections,
    empty_slot,
    missing_title,
    missing_text,
    unreadable_text,
    placeholder,
    unreachable_link,
    unreachable_reference,
    misspelt_reference,
    missing_picture,
    missing_alt,
    missing_tags,
    duplicate_slug,
)
WARNING = (
    long_title,
    skipped_heading,
    vague_link_text,
    shortened_link,
    missing_link,
    paper_without_source,
    repeated_link,
    heavy_picture,
)
# The fields of an issue and of a section in the order of the form.
FIELDS = (
    *("title", "summary", "intro"),
    *("body", "tags", "link", "byline", "short_title", "slug"),
)


class Finding(NamedTuple):
    """What one check has found: a line for the editor, and the form field where it is mended.

    A section that is missing has no field; its `type` is known where the recipe asks for it.
    """

    check: str
    is_blocking: bool
    message: str
    field: str
    section_title: str = ""
    type: SectionType | None = None


def check(draft: Draft, types: Iterable[SectionType] | None = None) -> list[Finding]:
    """Run all checks; what blocks comes first, in the order of the page.

    `types` are all section types, where they are known already.
    """
    reading = read(draft, types)
    found: list[Finding] = []
    for checks, is_blocking in ((BLOCKING, True), (WARNING, False)):
        remarks = [(one.__name__, remark) for one in checks for remark in one(reading)]
        remarks.sort(key=lambda pair: place(pair[1], draft))
        found += [finding(name, is_blocking, remark) for name, remark in remarks]
    return found


def place(remark: Remark, draft: Draft) -> tuple[int, int]:
    """Give where on the page a remark is mended: what is missing is at its end."""
    if not remark.field:
        return (len(draft.sections) + 1, 0)
    keys = [section.key for section in draft.sections]
    section = keys.index(remark.section.key) + 1 if remark.section else 0
    return (section, FIELDS.index(remark.field.rpartition("-")[2]))


def finding(name: str, is_blocking: bool, remark: Remark) -> Finding:
    title = remark.section.title if remark.section else ""
    return Finding(name, is_blocking, remark.message, remark.field, title, remark.type)


def blocks(findings: Iterable[Finding]) -> bool:
    """Say whether an issue with these findings must not go public."""
    return any(one.is_blocking for one in findings)


def verdict(findings: list[Finding]) -> str:
    """Sum up what pre-flight says; "" where it says nothing."""
    blocking = sum(finding.is_blocking for finding in findings)
    warnings = len(findings) - blocking
    parts = [
        blocking and ngettext("%d to mend", "%d to mend", blocking) % blocking,
        warnings and ngettext("%d to look at", "%d to look at", warnings) % warnings,
    ]
    return ", ".join(filter(None, parts))
