"""Checks of what has to be there."""

from collections import Counter
from collections.abc import Iterator

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from issues import recipe
from issues.preflight.reading import Part, Reading, Remark


def missing_sections(reading: Reading) -> Iterator[Remark]:
    """The issue has a section."""
    if not reading.sections:
        yield Remark(_("The issue has no section yet."), "")


def empty_slot(reading: Reading) -> Iterator[Remark]:
    """Every slot that the recipe requires is filled."""
    board = recipe.board(reading.draft.recipe, reading.draft.type_pks, reading.types)
    for section_type, count in Counter(recipe.empty_slots(board)).items():
        message = ngettext(
            "%(type)s: one section is missing.", "%(type)s: %(count)s sections are missing.", count
        )
        values = {"type": section_type.name, "count": apnumber(count)}
        yield Remark(message % values, "", type=section_type)


def missing_title(reading: Reading) -> Iterator[Remark]:
    """Every section has a title."""
    for part in reading.sections:
        if not part.section.title.strip():
            yield part.remark(_("%(part)s has no title."), part.field("title"))


def missing_text(reading: Reading) -> Iterator[Remark]:
    """Every section has a text."""
    for part in reading.sections:
        if not part.section.body.strip():
            yield part.remark(_("%(part)s has no text."))


def missing_tags(reading: Reading) -> Iterator[Remark]:
    """Every section has a tag."""
    for part in reading.sections:
        if not part.section.tags:
            yield part.remark(_("%(part)s has no tags."), part.field("tags"))


def duplicate_slug(reading: Reading) -> Iterator[Remark]:
    """No two sections have the same slug; an empty one is made when the issue is saved."""
    first: dict[str, Part] = {}
    for part in reading.sections:
        slug = part.section.slug.strip()
        if slug and (other := first.setdefault(slug, part)) is not part:
            message = _("%(part)s has the slug “%(slug)s”, which %(other)s has already.")
            yield part.remark(message, part.field("slug"), slug=slug, other=other.name)
