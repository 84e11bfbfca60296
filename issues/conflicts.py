"""Two texts of one issue: what an editor has in the form, and what is stored meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import localize_input
from django.utils.translation import gettext_lazy as _

from issues import draft
from issues.characters import printable
from issues.comparing import Row, side_by_side
from issues.draft import PREFIX, DraftSection, whole
from issues.history import SectionSnapshot, Snapshot
from issues.models import Asset, Issue, Section, SectionType
from issues.models.tag import folded, split_names

CHOICE, SAVED = "choice:", "saved:"  # begin the names of the fields that `resolved` reads
LONG = ("intro", "body", "notes", "summary")
SECTION_FIELDS = ("type", "title", "body", "tags", "link", "byline", "short_title", "slug")
READERS = {"planned_at_0": forms.DateField(), "planned_at_1": forms.TimeField()}
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
    keeps_saved: bool  # what is proposed: true where only somebody else has changed it

    @property
    def is_long(self) -> bool:
        return self.name.rpartition("-")[2] in LONG

    @property
    def is_choice(self) -> bool:
        """Say whether the field holds a key, which nobody could edit as a text."""
        return self.name.rpartition("-")[2] in ("type", "cover")

    @property
    def rows(self) -> list[Row]:
        return side_by_side(self.saved, self.yours)


class GoneRow(NamedTuple):
    """A section that the editor still has and that is no longer in the issue."""

    key: str
    title: str
    body: str
    place: str  # where it is now, in words; empty: it was deleted


class LeavingRow(NamedTuple):
    """A section that the editor deletes or sends to the inbox, and that is still there."""

    key: str
    section: SectionSnapshot
    is_deleted: bool
    keeps_saved: bool  # proposed where somebody else has changed it


class Order(NamedTuple):
    """The sections that both sides have, in another order on each."""

    saved: list[SectionSnapshot]
    yours: list[SectionSnapshot]
    keeps_saved: bool

    @property
    def saved_keys(self) -> str:
        return ",".join(str(section.pk) for section in self.saved)


@dataclass
class Comparison:
    """All in which the form and the stored issue differ."""

    differences: list[Difference]
    gone: list[GoneRow]
    leaving: list[LeavingRow]
    order: Order | None
    new: list[DraftSection]  # of the editor; they come in
    added: list[SectionSnapshot]  # by somebody else; they stay whatever the editor chooses
    places: dict[str, str]  # what the form must post so that the stored order stays

    def __bool__(self) -> bool:
        found = (self.differences, self.gone, self.leaving, self.order, self.new, self.added)
        return any(map(bool, found))


def compare(yours: QueryDict, saved: Snapshot, base: Snapshot | None = None) -> Comparison:
    """Hold what a form would post against the issue as it is stored.

    `base` is the issue as it was when the form was opened: it tells who has changed what.
    """
    rows = {key: whole(yours.get(f"{key}-id")) for key in row_keys(yours)}
    sections = {one.pk: one for one in saved.sections}
    before = {one.pk: one for one in base.sections} if base else {}
    written = draft.of_form(yours, [])
    there = {key: pk for key, pk in rows.items() if pk in sections}
    staying = {key: pk for key, pk in there.items() if not draft.is_leaving(yours, key)}
    return Comparison(
        differences=all_differences(yours, saved, base, staying),
        gone=gone_rows(yours, {key: pk for key, pk in rows.items() if pk and key not in there}),
        leaving=[
            LeavingRow(
                key,
                sections[pk],
                is_deleted=bool(yours.get(f"{key}-DELETE")),
                keeps_saved=is_changed(sections[pk], before.get(pk)),
            )
            for key, pk in there.items()
            if key not in staying
        ],
        order=order_of([one.pk for one in written.sections], sections, list(before)),
        new=[one for one in written.sections if one.pk is None],
        added=[one for one in saved.sections if one.pk not in rows.values()],
        places={f"{key}-position": str(sections[pk].position) for key, pk in staying.items()},
    )


def all_differences(
    yours: QueryDict, saved: Snapshot, base: Snapshot | None, rows: dict[str, int]
) -> list[Difference]:
    sections = {one.pk: one for one in saved.sections}
    before = {one.pk: one for one in base.sections} if base else {}
    found = list(field_differences(yours, "", issue_fields(saved), base and issue_fields(base)))
    for key, pk in rows.items():
        was = section_fields(before[pk]) if pk in before else None
        now, title = section_fields(sections[pk]), sections[pk].title
        found += field_differences(yours, f"{key}-", now, was, title)
    names = Names(yours, saved)
    return [names.told(one) for one in found]


def gone_rows(yours: QueryDict, rows: dict[str, int]) -> list[GoneRow]:
    """Say of the sections that are gone from the issue where they are now."""
    elsewhere = Section.objects.filter(pk__in=rows.values()).select_related("issue").for_list()
    places = {one.pk: f"#{one.issue.number}" if one.issue else _("the inbox") for one in elsewhere}
    return [
        GoneRow(
            key, yours.get(f"{key}-title", ""), yours.get(f"{key}-body", ""), places.get(pk, "")
        )
        for key, pk in rows.items()
    ]


def is_changed(section: SectionSnapshot, before: SectionSnapshot | None) -> bool:
    """Say whether somebody has changed a section since; where nobody knows, they may have."""
    return before is None or section_fields(section) != section_fields(before)


def order_of(yours: list, sections: dict[int, SectionSnapshot], before: list[int]) -> Order | None:
    mine = [pk for pk in yours if pk in sections]
    saved = [pk for pk in sections if pk in mine]
    if mine == saved:
        return None
    was = [pk for pk in before if pk in mine]
    return Order([sections[pk] for pk in saved], [sections[pk] for pk in mine], mine == was)


def row_keys(data: QueryDict) -> list[str]:
    count = min(whole(data.get(f"{PREFIX}-TOTAL_FORMS")) or 0, 1000)
    return [f"{PREFIX}-{index}" for index in range(count)]


def field_differences(
    yours: QueryDict,
    prefix: str,
    saved: dict[str, str],
    base: dict[str, str] | None,
    section: str = "",
) -> Iterator[Difference]:
    """Yield the fields of an issue, or of one section of it, in which form and storage differ."""
    model = Section if prefix else Issue
    for name, text in saved.items():
        mine = printable(yours.get(prefix + name, text))  # browsers end lines in another way
        if normal(name, mine) == normal(name, text):
            continue
        label = LABELS.get(name) or model._meta.get_field(name).verbose_name.capitalize()
        is_untouched = base is not None and normal(name, mine) == normal(name, base[name])
        yield Difference(prefix + name, label, section, text, mine, text, mine, is_untouched)


def issue_fields(issue: Snapshot) -> dict[str, str]:
    """Give the fields of an issue as its form shows them."""
    planned = issue.planned_at and timezone.localtime(issue.planned_at)
    return {
        "number": str(issue.number),
        **{name: getattr(issue, name) for name in ("title", "summary", "intro", "notes")},
        "planned_at_0": localize_input(planned.date()) if planned else "",
        "planned_at_1": localize_input(planned.time()) if planned else "",
        "cover": str(issue.cover.pk) if issue.cover else "",
    }


def section_fields(section: SectionSnapshot) -> dict[str, str]:
    return {
        **{name: getattr(section, name) for name in SECTION_FIELDS},
        "type": str(section.type.pk) if section.type else "",
        "tags": ", ".join(section.tags),
    }


class Names:
    """What people read in place of the keys of types and pictures; asked once for a page."""

    def __init__(self, yours: QueryDict, saved: Snapshot):
        cover = Asset.objects.filter(pk=whole(yours.get("cover"))).first()
        self.known = {
            "type": {str(one.pk): str(one) for one in SectionType.objects.all()},
            "cover": {str(one.pk): str(one) for one in (cover, saved.cover) if one},
        }

    def told(self, one: Difference) -> Difference:
        known = self.known.get(one.name.rpartition("-")[2], {})
        return one._replace(
            saved_words=known.get(one.saved, one.saved), yours_words=known.get(one.yours, one.yours)
        )


def normal(name: str, value: str):
    """Give what two texts of a field are compared by: dates and times have several spellings."""
    if name == "tags":
        return {folded(tag) for tag in split_names(value)}
    if reader := READERS.get(name):
        with suppress(ValidationError):
            return reader.to_python(value)
    return value.strip()


def resolved(data: QueryDict) -> QueryDict:
    """Give the form's data with the editor's choices made: for each field, which text stays."""
    chosen = data.copy()
    for name in data:
        if not name.startswith(CHOICE):
            continue
        field, keeps_saved = name.removeprefix(CHOICE), data[name] == "saved"
        kind, _colon, key = field.partition(":")
        if kind == "gone":
            settle_gone(chosen, key, lets_go=keeps_saved)
        elif kind == "leaving":
            if keeps_saved:
                empty(chosen, key)  # a row that is not posted stays as it is stored
        elif field == "order":
            if keeps_saved:
                restore_order(chosen, data.get(f"{SAVED}order", "").split(","))
        elif keeps_saved:
            chosen[field] = data.get(f"{SAVED}{field}", "")
    return chosen


def settle_gone(data: QueryDict, key: str, lets_go: bool) -> None:
    """Make a section that is gone a new one, or let go of it too."""
    if lets_go:
        empty(data, key)
    data[f"{key}-id"] = ""


def empty(data: QueryDict, key: str) -> None:
    for name in ("id", *SECTION_FIELDS, "DELETE", "to_inbox"):
        if f"{key}-{name}" in data:
            data[f"{key}-{name}"] = ""


def restore_order(data: QueryDict, pks: list[str]) -> None:
    """Put the rows in the order of these keys; new ones go to the end."""
    places = {pk: str(place) for place, pk in enumerate(pks, start=1)}
    for key in row_keys(data):
        data[f"{key}-position"] = places.get(data.get(f"{key}-id", ""), "")
