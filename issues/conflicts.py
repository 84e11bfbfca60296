"""Two texts of one issue: what an editor has in the form, and what is stored meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from issues.characters import printable
from issues.draft import PREFIX, whole
from issues.models import Asset, Issue, Section, SectionType
from issues.models.tag import folded, join_names, split_names

CHOICE, SAVED = "choice:", "saved:"  # begin the names of the fields that `resolved` reads
LONG = ("intro", "body", "notes", "summary")
SECTION_FIELDS = ("type", "title", "body", "tags", "link", "byline", "short_title", "slug")
LABELS = {
    "planned_at_0": _("Planned for: date"),
    "planned_at_1": _("Planned for: time"),
    "tags": _("Tags"),
}


class Difference(NamedTuple):
    """A field whose two texts differ. The `_words` are what people read, such as a type's name."""

    name: str
    label: str
    section: str
    saved: str
    yours: str
    saved_words: str
    yours_words: str

    @property
    def is_long(self) -> bool:
        return self.name.rpartition("-")[2] in LONG

    @property
    def is_choice(self) -> bool:
        """Say whether the field holds a key, which nobody could edit as a text."""
        return self.name.rpartition("-")[2] in ("type", "cover")


class GoneRow(NamedTuple):
    """A section that the editor still has and that is no longer in the issue."""

    key: str
    title: str
    body: str


@dataclass
class Comparison:
    """All in which the form and the stored issue differ."""

    differences: list[Difference]
    gone: list[GoneRow]
    added: list[Section]  # by somebody else; they stay whatever the editor chooses

    def __bool__(self) -> bool:
        return bool(self.differences or self.gone or self.added)


def compare(yours: QueryDict, issue: Issue) -> Comparison:
    """Hold what a form would post against the issue as it is stored."""
    sections = {
        one.pk: one for one in issue.sections.select_related("type").prefetch_related("tags")
    }
    keys = row_keys(yours)
    known = {key: whole(yours.get(f"{key}-id")) for key in keys}
    return Comparison(
        differences=[
            *issue_differences(yours, issue),
            *section_differences(
                yours, {k: sections[pk] for k, pk in known.items() if pk in sections}
            ),
        ],
        gone=[
            GoneRow(key, yours.get(f"{key}-title", ""), yours.get(f"{key}-body", ""))
            for key, pk in known.items()
            if pk and pk not in sections
        ],
        added=[one for pk, one in sections.items() if pk not in known.values()],
    )


def row_keys(data: QueryDict) -> list[str]:
    count = min(whole(data.get(f"{PREFIX}-TOTAL_FORMS")) or 0, 1000)
    return [f"{PREFIX}-{index}" for index in range(count)]


def issue_differences(yours: QueryDict, issue: Issue) -> Iterator[Difference]:
    for name, saved in stored_issue(issue).items():
        mine = yours.get(name, saved)
        if normal(name, mine) != normal(name, saved):
            label = LABELS.get(name) or Issue._meta.get_field(name).verbose_name.capitalize()
            words = [words_of(name, value) for value in (saved, mine)]
            yield Difference(name, label, "", saved, mine, *words)


def section_differences(yours: QueryDict, rows: dict[str, Section]) -> Iterator[Difference]:
    for key, section in rows.items():
        for name, saved in stored_section(section).items():
            mine = yours.get(f"{key}-{name}", saved)
            if normal(name, mine) != normal(name, saved):
                label = LABELS.get(name) or Section._meta.get_field(name).verbose_name.capitalize()
                words = [words_of(name, value) for value in (saved, mine)]
                yield Difference(f"{key}-{name}", label, section.title, saved, mine, *words)


def stored_issue(issue: Issue) -> dict[str, str]:
    """Give the issue's fields as its form shows them."""
    names = ("number", "title", "summary", "intro", "notes")
    planned = issue.planned_at and timezone.localtime(issue.planned_at)
    return {
        **{name: str(getattr(issue, name)) for name in names},
        "planned_at_0": planned.strftime("%Y-%m-%d") if planned else "",
        "planned_at_1": planned.strftime("%H:%M") if planned else "",
        "cover": str(issue.cover_id or ""),
    }


def stored_section(section: Section) -> dict[str, str]:
    words = {
        name: getattr(section, name) for name in SECTION_FIELDS if name not in ("type", "tags")
    }
    return {"type": str(section.type_id), "tags": join_names(section.tags.all()), **words}


def normal(name: str, value: str):
    """Give what two texts of a field are compared by."""
    if name == "tags":
        return {folded(tag) for tag in split_names(value)}
    if name == "planned_at_1":
        return value.strip()[:5]
    return printable(value).strip()


def words_of(name: str, value: str) -> str:
    models = {"type": SectionType, "cover": Asset}
    if name in models and value:
        found = models[name].objects.filter(pk=whole(value)).first()
        return str(found or value)
    return value


def resolved(data: QueryDict) -> QueryDict:
    """Give the form's data with the editor's choices made: for each field, which text stays."""
    chosen = data.copy()
    for name in data:
        if not name.startswith(CHOICE):
            continue
        field, keeps_saved = name.removeprefix(CHOICE), data[name] == "saved"
        if field.startswith("row:"):
            settle_row(chosen, field.removeprefix("row:"), lets_go=keeps_saved)
        elif keeps_saved:
            chosen[field] = data.get(f"{SAVED}{field}", "")
    return chosen


def settle_row(data: QueryDict, key: str, lets_go: bool) -> None:
    """Make a section that is gone a new one, or let go of it too."""
    data[f"{key}-id"] = ""
    if lets_go:
        for name in SECTION_FIELDS:
            data[f"{key}-{name}"] = ""
