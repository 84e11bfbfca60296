"""What there is to read, for search engines: an index, and files of at most FILE_SIZE addresses.

A row belongs to one file by its key: up to 4,999 to the first, from 5,000 on to the second. So a
file is found without counting the rows before it, and what was written long ago stays in its file.
"""

import datetime
from typing import NamedTuple

from django.db.models import Expression, F, Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bitsletter.site import absolute_url
from issues.freshness import kept
from issues.models import Issue, Section, SectionType, Tag
from issues.models.corrected import last_change_in

FILE_SIZE = 5000
ONE_HOUR = 60 * 60

Moment = datetime.datetime | None


class Kind(NamedTuple):
    """One kind of pages: where the public ones are found, and when they changed.

    `arguments` are what their addresses are made of.
    """

    model: type[Issue] | type[Section]
    key: str
    arguments: tuple[str, ...]
    changed: Expression

    def rows(self) -> QuerySet:
        return self.model.objects.published().order_by()

    def parts(self) -> dict[int, Moment]:
        """Say which files there are, and when the newest change in each was."""
        rows = self.rows().filter(**{f"{self.key}__isnull": False})
        parts = rows.annotate(part=F(self.key) / FILE_SIZE + 1).values_list("part")
        return dict(parts.annotate(newest=Max(self.changed)).order_by("part"))

    def changes(self, part: int) -> list[tuple]:
        """Give the arguments of each page in one file, and behind them its newest change."""
        first = (part - 1) * FILE_SIZE
        bounds = {f"{self.key}__gte": first, f"{self.key}__lt": first + FILE_SIZE}
        rows = self.rows().filter(**bounds).order_by(self.key).values_list(*self.arguments)
        return list(rows.annotate(newest=Max(self.changed)))


SECTION_CHANGED = last_change_in("issue__published_at", "corrected_at")
KINDS = {
    "issues": Kind(
        Issue,
        "number",
        ("number",),
        last_change_in("published_at", "corrected_at", "sections__corrected_at"),
    ),
    "sections": Kind(Section, "pk", ("issue__number", "slug"), SECTION_CHANGED),
    "types": Kind(Section, "type", ("type",), SECTION_CHANGED),
    "tags": Kind(Section, "tag_items__tag", ("tag_items__tag",), SECTION_CHANGED),
}
PLACES = {"issues": "issues:detail", "sections": "issues:section"}
# Their pages are few, and summed over all rows there are.
TOPICS = {"types": SectionType, "tags": Tag}


def parts_of(kind: str) -> dict[int, Moment]:
    return kept(f"sitemap-{kind}", KINDS[kind].parts)


def pages_of(kind: str, part: int) -> list[tuple[str, Moment]]:
    """Give the paths in one file, each with its newest change."""
    if kind in TOPICS:
        return topics_of(kind, part)
    found = KINDS[kind].changes(part)
    return [(reverse(PLACES[kind], args=arguments), newest) for *arguments, newest in found]


def topics_of(kind: str, part: int) -> list[tuple[str, Moment]]:
    """Give pages of types or tags. Keys are kept and no paths: a new slug shows at once."""
    changes = dict(kept(f"sitemap-{kind}-{part}", lambda: KINDS[kind].changes(part)))
    topics = TOPICS[kind].objects.in_bulk(changes)
    return [
        (topics[pk].get_absolute_url(), newest) for pk, newest in changes.items() if pk in topics
    ]


def list_pages() -> list[tuple[str, Moment]]:
    """Give the pages that say what there is; they change with the newest of it."""
    newest = max(parts_of("issues").values(), default=None)
    return [(reverse(f"issues:{name}"), newest) for name in ("home", "list", "tags")]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Name the files, each with its newest change."""
    files = [("issues:sitemap_lists", [], None)]
    for kind in KINDS:
        files += [("issues:sitemap_part", [kind, part], at) for part, at in parts_of(kind).items()]
    addresses = [(reverse(place, args=arguments), at) for place, arguments, at in files]
    return answer(request, "issues/sitemap_index.xml", addresses)


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    return answer(request, "issues/sitemap.xml", list_pages())


@require_safe
def part(request: HttpRequest, kind: str, part: int) -> HttpResponse:
    """Name what is in one file."""
    if kind not in KINDS or part not in parts_of(kind):
        raise Http404(_("There is no such part of the sitemap."))
    return answer(request, "issues/sitemap.xml", pages_of(kind, part))


def answer(request: HttpRequest, template: str, pages: list[tuple[str, Moment]]) -> HttpResponse:
    context = {"pages": [(absolute_url(path), changed_at) for path, changed_at in pages]}
    response = render(request, template, context, content_type="application/xml")
    response["Cache-Control"] = f"public, max-age={ONE_HOUR}"
    return response
