"""What of sections is indexed, read without building models: there may be 100,000."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from issues.models import Section, SectionTag, Tag

COLUMNS = (
    *("pk", "issue", "type", "issue__published_at", "superseded_by", "title", "short_title"),
    *("byline", "link", "body_html", "body_text"),
)


class Row(NamedTuple):
    """A section as the index needs it; `tags` are its tags' keys and names, in one order."""

    pk: int
    issue: int | None
    type: int
    published_at: datetime.datetime | None
    superseded_by: int | None
    title: str
    short_title: str
    byline: str
    link: str
    body_html: str
    body_text: str
    tags: tuple[tuple[int, str], ...]


def read(pks: Iterable[int]) -> list[Row]:
    """Read the sections of these keys that there are."""
    pks = list(pks)
    tags = tags_of(pks)
    found = Section.objects.filter(pk__in=pks).order_by("pk").values_list(*COLUMNS)
    return [Row(*columns, tuple(sorted(tags[columns[0]]))) for columns in found]


def tags_of(pks: list[int]) -> dict[int, list[tuple[int, str]]]:
    links = SectionTag.objects.filter(content_object__in=pks)
    links = list(links.values_list("content_object", "tag"))
    names = dict(Tag.objects.filter(pk__in={tag for _, tag in links}).values_list("pk", "name"))
    found = defaultdict(list)
    for section, tag in links:
        found[section].append((tag, names[tag]))
    return found
