"""An issue as somebody is writing it: from the database, or from a form that is not saved.

Board, pre-flight, suggested title and live preview all read this, so that what they say of a
form while one types is what they say of the issue once it is saved.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from issues.models import Issue, Section, SectionType
from issues.models.tag import split_names

PREFIX = "sections"  # of the sections' fields in the form


@dataclass
class DraftSection:
    """A section and where its fields are in the form: `key` is "sections-3", or ""."""

    key: str = ""
    pk: int | None = None
    type: SectionType | None = None
    title: str = ""
    short_title: str = ""
    slug: str = ""
    link: str = ""
    byline: str = ""
    body: str = ""
    tags: list[str] = field(default_factory=list)
    position: int | None = None

    @property
    def is_blank(self) -> bool:
        """Say whether nobody has written anything into it: it is a slot."""
        written = (self.title, self.short_title, self.link, self.byline, self.body, self.slug)
        return not (self.pk or self.tags or any(map(str.strip, written)))


@dataclass
class Draft:
    """An issue's words and its sections in their order; blank slots are left out.

    `due_at` is when it is, or is planned, to go public.
    """

    pk: int | None = None
    number: int | None = None
    title: str = ""
    summary: str = ""
    intro: str = ""
    recipe: list[dict] = field(default_factory=list)
    due_at: datetime.datetime | None = None
    sections: list[DraftSection] = field(default_factory=list)

    @property
    def type_pks(self) -> list[int | None]:
        return [section.type and section.type.pk for section in self.sections]


def of_issue(issue: Issue) -> Draft:
    """Read an issue from the database; its sections have the keys they have in its form."""
    sections = issue.sections.select_related("type").prefetch_related("tags")
    return Draft(
        **{name: getattr(issue, name) for name in ("pk", "number", "title", "summary", "intro")},
        recipe=issue.recipe,
        due_at=issue.published_at or issue.planned_at,
        sections=[
            of_section(section, f"{PREFIX}-{index}") for index, section in enumerate(sections)
        ],
    )


def of_section(section: Section, key: str = "") -> DraftSection:
    names = ("pk", "type", "title", "short_title", "slug", "link", "byline", "body", "position")
    values = {name: getattr(section, name) for name in names}
    return DraftSection(key, **values, tags=[tag.name for tag in section.tags.all()])


def of_form(
    data: Mapping[str, str], recipe: list[dict], types: Iterable[SectionType] | None = None
) -> Draft:
    """Read what a form would post, however unfinished: nothing in it is refused.

    Sections that are marked for deletion, or for the inbox, are left out.
    """
    by_key = {str(one.pk): one for one in types or SectionType.objects.all()}
    count = whole(data.get(f"{PREFIX}-TOTAL_FORMS")) or 0
    sections = [
        section_of_form(data, f"{PREFIX}-{index}", by_key)
        for index in range(min(count, 1000))
        if not is_leaving(data, f"{PREFIX}-{index}")
    ]
    sections = [section for section in sections if not section.is_blank]
    last = max((section.position or 0 for section in sections), default=0)
    sections.sort(key=lambda one: last + 1 if one.position is None else one.position)
    words = {name: data.get(name, "") for name in ("title", "summary", "intro")}
    return Draft(number=whole(data.get("number")), **words, recipe=recipe, sections=sections)


def section_of_form(
    data: Mapping[str, str], key: str, types: Mapping[str, SectionType]
) -> DraftSection:
    words = ("title", "short_title", "slug", "link", "byline", "body")
    return DraftSection(
        key,
        pk=whole(data.get(f"{key}-id")),
        type=types.get(data.get(f"{key}-type", "")),
        **{name: data.get(f"{key}-{name}", "") for name in words},
        tags=split_names(data.get(f"{key}-tags", "")),
        position=whole(data.get(f"{key}-position")),
    )


def is_leaving(data: Mapping[str, str], key: str) -> bool:
    return bool(data.get(f"{key}-DELETE") or data.get(f"{key}-to_inbox"))


def whole(text: str | None) -> int | None:
    """Read a number that somebody is still typing; None where it is none."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def rows(data: Mapping[str, str]) -> list[dict]:
    """Give the rows that a form would post as the first values of new ones, in their order."""
    types = SectionType.objects.all()
    return [
        {
            **{name: getattr(one, name) for name in ("title", "short_title", "slug", "link")},
            **{"byline": one.byline, "body": one.body, "tags": ", ".join(one.tags)},
            **{"type": one.type and one.type.pk, "place": place},
        }
        for place, one in enumerate(of_form(data, [], types).sections, start=1)
    ]
