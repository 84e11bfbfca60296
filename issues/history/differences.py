"""What differs between two versions of an issue, field by field."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db import models
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from issues.comparing import CONTEXT, Row, side_by_side
from issues.draft import Draft, DraftSection
from issues.models import Issue, Section

WORDS = ("title", "summary", "intro", "notes", "cover")  # what a restore brings back
DATES = ("number", "planned_at", "published_at")  # and what it leaves
OF_SECTION = (
    *("type", "title", "short_title", "slug", "link", "byline", "body", "tags"),
    "superseded_by",
)


class FieldDiff(NamedTuple):
    name: str
    label: str
    rows: list[Row]


class Part(NamedTuple):
    """The issue itself or one of its sections, with those of its fields that differ."""

    class Status(models.TextChoices):
        CHANGED = "changed", gettext_lazy("changed")
        ADDED = "added", gettext_lazy("added")
        REMOVED = "removed", gettext_lazy("removed")

    title: str  # of the section; empty for the issue itself
    status: Status
    fields: list[FieldDiff]


def compare(
    old: Draft, new: Draft, names: Iterable[str] = WORDS + DATES, context: int | None = CONTEXT
) -> list[Part]:
    """Give the parts of an issue that differ; a field that one side does not know is equal."""
    fields = differing(Issue, names, old, new, context)
    if order := order_of_sections(old, new, context):
        fields.append(order)
    parts = [Part("", Part.Status.CHANGED, fields)] if fields else []
    before = {section.pk: section for section in old.sections if section.pk}
    after = {section.pk: section for section in new.sections if section.pk}
    for section in new.sections:
        parts += compare_sections(before.get(section.pk), section, context)
    for pk, section in before.items():
        if pk not in after:
            parts += compare_sections(section, None, context)
    return parts


def compare_sections(
    old: DraftSection | None, new: DraftSection | None, context: int | None = CONTEXT
) -> list[Part]:
    """Give the one part that a section is, if it differs; None is a section that is not there."""
    fields = differing(Section, OF_SECTION, old, new, context)
    if not fields:
        return []
    status = Part.Status.CHANGED
    if old is None or new is None:
        status = Part.Status.ADDED if old is None else Part.Status.REMOVED
    return [Part((new or old).title, status, fields)]


def differing(
    model: type[models.Model], names: Iterable[str], old, new, context: int | None
) -> list[FieldDiff]:
    found = []
    for name in names:
        left, right = text_of(old, name), text_of(new, name)
        if None not in (left, right) and left != right:
            label = capfirst(str(model._meta.get_field(name).verbose_name))
            found.append(FieldDiff(name, label, side_by_side(left, right, context)))
    return found


def text_of(one: Draft | DraftSection | None, name: str) -> str | None:
    """Write a value as text; None for one that is not known."""
    if one is None:
        return ""
    if not hasattr(one, name):
        return None
    value = getattr(one, name)
    if value is None:
        return ""
    write: Callable = WRITTEN.get(name, str)
    return write(value)


def moment(value) -> str:
    return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")


def with_number(section: Section) -> str:
    return f"#{section.issue.number} {section}" if section.issue else str(section)


WRITTEN = {
    "tags": "\n".join,
    "planned_at": moment,
    "published_at": moment,
    "superseded_by": with_number,
}


def order_of_sections(old: Draft, new: Draft, context: int | None) -> FieldDiff | None:
    """Compare which sections there are, in which order; by their titles, one on a line."""
    if [section.pk for section in old.sections] == [section.pk for section in new.sections]:
        return None
    left, right = ("\n".join(one.title for one in draft.sections) for draft in (old, new))
    return FieldDiff("sections", _("Sections in order"), side_by_side(left, right, context))
