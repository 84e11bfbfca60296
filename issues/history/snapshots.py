"""Issues and sections as they were, read from what was recorded."""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.apps import apps
from django.core import serializers
from django.db import models
from reversion.models import Revision

from issues.draft import Draft, DraftSection
from issues.history.recording import FOLLOWED, recorded, recorded_fields, stored
from issues.models import Asset, Issue, Section, SectionTag, SectionType, Tag

# What was recorded of some rows: their fields by model and key.
Records = Mapping[type[models.Model], Mapping[int, dict]]


@dataclass
class SectionSnapshot(DraftSection):
    """A section as it was. A type that is gone is one without a key, with its former words."""

    superseded_by: Section | None = None
    issue_pk: int | None = None
    author_pk: int | None = None
    created_at: datetime.datetime | None = None
    version: int = 0


@dataclass
class Snapshot(Draft):
    """An issue as it was. Tags and types that still exist have the names they have today."""

    notes: str = ""
    cover: Asset | None = None
    planned_at: datetime.datetime | None = None
    published_at: datetime.datetime | None = None
    author_pk: int | None = None
    created_at: datetime.datetime | None = None
    version: int = 0
    sections: list[SectionSnapshot] = field(default_factory=list)


def current(issue: Issue) -> Snapshot:
    """Give an issue as it is now in the database, in the form of its former versions."""
    return issue_of(records_of(stored([issue])))


def current_section(section: Section) -> SectionSnapshot:
    """Give a section as it is now in the database, in the form of its former versions."""
    return sections_of(records_of(stored([section])))[section.pk]


def snapshot(revision: Revision) -> Snapshot:
    """Give the issue that a revision holds."""
    return issue_of(records_in(revision))


def section_snapshot(revision: Revision, section: Section) -> SectionSnapshot:
    """Give a section as a revision holds it."""
    return sections_of(records_in(revision))[section.pk]


def snapshot_at_version(issue: Issue, version: int) -> Snapshot | None:
    """Give an issue as it was when it had this version; None if that was not recorded."""
    # The search in the text only keeps the number of records small that are read.
    candidates = recorded(issue).filter(serialized_data__contains=f'"version": {version}')
    for one in candidates.select_related("revision").order_by("-pk"):
        if json.loads(one.serialized_data)[0]["fields"]["version"] == version:
            return snapshot(one.revision)
    return None


def records_of(rows: Iterable[Issue | Section]) -> Records:
    """Describe rows that `stored` has read as a revision would."""
    rows = [one for row in rows for one in with_followed(row)]
    names = {name for model in FOLLOWED for name in recorded_fields(model)}
    return by_model(json.loads(serializers.serialize("json", rows, fields=names)))


def with_followed(row: models.Model) -> Iterator[models.Model]:
    yield row
    for name in FOLLOWED[type(row)]:
        related = getattr(row, name)
        for one in [related] if isinstance(related, models.Model) else related.all():
            yield from with_followed(one)


def records_in(revision: Revision) -> Records:
    texts = revision.version_set.values_list("serialized_data", flat=True)
    return by_model(record for text in texts for record in json.loads(text))


def by_model(records: Iterable[dict]) -> Records:
    """Sort what was serialised; each value as its column would read it."""
    found = defaultdict(dict)
    for record in records:
        model = apps.get_model(record["model"])
        found[model][record["pk"]] = {
            name: model._meta.get_field(name).to_python(value)
            for name, value in record["fields"].items()
            if name in recorded_fields(model)  # a column may have gone since
        }
    return found


def issue_of(records: Records) -> Snapshot:
    ((pk, fields),) = records[Issue].items()
    sections = sections_of(records).values()
    known = {
        "author_pk": fields.pop("author"),
        "cover": cover_of(fields),
        "sections": sorted(sections, key=lambda one: (one.position, one.pk)),
    }
    return Snapshot(pk=pk, **{**fields, **known})


def cover_of(fields: dict) -> Asset | None:
    return fields["cover"] and Asset.objects.filter(pk=fields["cover"]).first()


def sections_of(records: Records) -> dict[int, SectionSnapshot]:
    types, tags = types_of(records), tags_of(records)
    others = {fields["superseded_by"] for fields in records[Section].values()} - {None}
    newer = Section.objects.for_link().in_bulk(others) if others else {}
    found = {}
    for pk, fields in records[Section].items():
        known = {
            "type": types[fields["type"]],
            "tags": tags[pk],
            "superseded_by": newer.get(fields["superseded_by"]),
        }
        keys = {"issue_pk": fields.pop("issue"), "author_pk": fields.pop("author")}
        found[pk] = SectionSnapshot(pk=pk, **{**fields, **known, **keys})
    return found


def tags_of(records: Records) -> Mapping[int, list[str]]:
    """Give the names of the tags of each section."""
    names = {pk: fields["name"] for pk, fields in records[Tag].items()}
    names |= Tag.objects.filter(pk__in=names).order_by().values_list("pk", "name")
    found = defaultdict(list)
    for item in records[SectionTag].values():
        found[item["content_object"]].append(names[item["tag"]])
    return defaultdict(list, {pk: sorted(one, key=str.lower) for pk, one in found.items()})


def types_of(records: Records) -> dict[int, SectionType]:
    """Give the types by the keys they had; for one that is gone, one that took its place."""
    present = list(SectionType.objects.all())
    found = {}
    for pk, fields in records[SectionType].items():
        same = (
            lambda one, pk=pk: one.pk == pk,
            lambda one, fields=fields: one.slug == fields["slug"],
            lambda one, fields=fields: one.name == fields["name"],
        )
        matches = (one for is_same in same for one in present if is_same(one))
        found[pk] = next(matches, None) or SectionType(**fields)
    return found
