"""What readers see of tags: their index, the shelf of each, and all of a shelf on one page."""

from collections.abc import Iterable
from typing import NamedTuple

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from issues import markdown, pictures, references, tag_index
from issues.counts import tag_counts
from issues.models import Issue, Section, SectionType, Tag
from issues.shelf import MOST, Shelf, shelf_of
from issues.views import Movable


class TagList(TemplateView):
    """All tags in public use with their counts, by letter or by use."""

    template_name = "issues/tag_list.html"

    def get_context_data(self, **kwargs):
        tags = Tag.objects.with_counts(tag_counts())
        if self.request.GET.get("by") == "use":
            return super().get_context_data(by_use=True, tags=tag_index.by_use(tags), **kwargs)
        letters = tag_index.by_letter(tags)
        return super().get_context_data(letters=letters, tags=tags, **kwargs)


class OfTag(Movable, TemplateView):
    """A page about one tag; one whose sections are all hidden does not exist for readers."""

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            tag = public_tag_in_lower_case(kwargs["slug"])
            if tag is None:
                raise
            return redirect(tag.get_absolute_url() + self.below, permanent=True)

    def get_context_data(self, **kwargs):
        tag = get_object_or_404(Tag, slug=self.kwargs["slug"])
        shelf = shelf_of(tag)
        if not shelf.total:
            raise Http404(_("There is no such tag."))
        return super().get_context_data(tag=tag, shelf=shelf, **self.shown(shelf), **kwargs)

    def shown(self, shelf: Shelf) -> dict:
        raise NotImplementedError


def public_tag_in_lower_case(slug: str) -> Tag | None:
    """Give the tag that somebody means who writes its slug with capitals."""
    lower = slug.lower()
    tag = Tag.objects.filter(slug=lower).first() if lower != slug else None
    return tag if tag and shelf_of(tag).total else None


class ShownGroup(NamedTuple):
    """The newest sections of one type, and how many there are in all."""

    type: SectionType
    count: int
    sections: list[Section]


class TagShelf(OfTag):
    """What is tagged with one tag: how much of each type, the newest of it, and related tags."""

    template_name = "issues/tag_detail.html"

    def shown(self, shelf):
        tags = Tag.objects.in_bulk(shelf.related)
        related = [tags[pk] for pk in shelf.related if pk in tags]
        return {"groups": groups_of(shelf), "related": related}


def groups_of(shelf: Shelf) -> list[ShownGroup]:
    """Load the groups of a shelf, in the order of their types."""
    keys = [pk for group in shelf.groups.values() for pk in group.newest]
    found = with_issue(Section.objects.published().for_list()).in_bulk(keys)
    groups = []
    for group in shelf.groups.values():
        if sections := in_order(found[pk] for pk in group.newest if pk in found):
            groups.append(ShownGroup(sections[0].type, group.count, sections))
    return sorted(groups, key=lambda group: (group.type.position, group.type.name))


class TagEverything(OfTag):
    """The full texts of a tag's sections on one page, to read through or to print."""

    template_name = "issues/tag_everything.html"
    below = "all/"

    def shown(self, shelf):
        sections = texts_of(shelf)
        shown = pictures.resolve(sections)
        return {"sections": sections, "pictures": shown, "most": MOST}


def texts_of(shelf: Shelf) -> list[Section]:
    """Load the sections of a shelf whole; no two ids on their page are the same."""
    sections = with_issue(Section.objects.published()).select_related("superseded_by__issue")
    found = sections.defer("body", "body_text").prefetch_related("tags").in_bulk(shelf.newest)
    shown = in_order(found.values())
    references.resolve(shown)
    for section in shown:
        section.body_html = markdown.ids_behind(f"{section.issue.number}-", section.body_html)
    return shown


def in_order(sections: Iterable[Section]) -> list[Section]:
    """Arrange sections as in the archive: the newest issue first, each in its own order."""
    ordered = sorted(sections, key=lambda section: (section.position, section.pk))
    ordered.sort(key=lambda one: (one.issue.published_at, one.issue.number), reverse=True)
    return ordered


def with_issue(sections):
    """Load with sections their types, and what a line about their issues says."""
    return sections.select_related("type", "issue").defer(
        *(f"issue__{name}" for name in Issue.LONG)
    )
