"""What readers see. Every page enters by `published()`, sets no cookie and asks for no user.

`shared` alone enters by a link that an editor made.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.generic import DetailView, ListView, TemplateView

from issues import backlinks, markdown, pictures, references, related, sharing
from issues.counts import type_counts, year_counts
from issues.freshness import issue_version
from issues.models import Issue, Section, SectionType
from issues.moved import lead_on

EARLIER_ON_HOME = 9
MOST_REPLACED = 10
PAGE_SIZE = 10  # issues or sections


class Home(TemplateView):
    """The latest issue, then the archive, each issue with what is in it."""

    template_name = "issues/home.html"

    def get_context_data(self, **kwargs):
        newest = Issue.objects.published().newest_first().for_list()[: EARLIER_ON_HOME + 1]
        latest, *issues = list(newest) or [None]
        return super().get_context_data(latest=latest, issues=issues, **kwargs)


class CountedList(ListView):
    """A list by pages that knows its `total`, so that nobody counts its rows each time."""

    total: int

    def get_paginator(self, *args, **kwargs):
        paginator = super().get_paginator(*args, **kwargs)
        paginator.count = self.total
        return paginator


class IssueList(CountedList):
    """The archive, by pages and years."""

    template_name = "issues/issue_list.html"
    context_object_name = "issues"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        issues = Issue.objects.published().newest_first().for_list()
        self.years, year = year_counts(), self.request.GET.get("year", "")
        chosen = [one for one in self.years if year in ("", f"{one['year']:04}")]
        self.total = sum(one["count"] for one in chosen)
        if not year:
            return issues
        if not chosen:
            raise Http404(_("There is no such year."))
        return issues.filter(published_at__year=int(year))

    def get_context_data(self, **kwargs):
        year = self.request.GET.get("year", "")
        types = SectionType.objects.filter(pk__in=type_counts())
        return super().get_context_data(year=year, years=self.years, types=types, **kwargs)


class Movable:
    """A page whose address may have changed: the former ones lead to it for ever."""

    below = ""  # what the page's address adds to that of what it is about

    def get(self, request, *args, **kwargs):
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            if moved := lead_on(request, self.below):
                return moved
            raise


class IssueDetail(Movable, DetailView):
    """One issue, whole."""

    template_name = "issues/issue_detail.html"

    def get_object(self, queryset=None):
        issues = Issue.objects.published().select_related("cover")
        return get_object_or_404(issues, number=self.kwargs["number"])

    def get_context_data(self, **kwargs):
        sections = sections_of(self.object)
        stands_alone = is_alone([self.object, *sections])  # before references are resolved
        newer, older = Issue.objects.published().only("number", "title").neighbours(self.object)
        if stands_alone:
            self.request.own_version = issue_version(self.object, (newer, older))
        return super().get_context_data(
            **page_of(self.object, sections), newer=newer, older=older, **kwargs
        )


def sections_of(issue: Issue) -> list[Section]:
    """Load an issue's sections for its page."""
    shown = issue.sections.select_related("type", "superseded_by__issue")
    sections = list(shown.prefetch_related("tags"))
    for section in sections:
        section.issue = issue
    return sections


def is_alone(rows: list[Issue | Section]) -> bool:
    """Say whether nothing that these rows show is the title of something else."""
    return not any(
        getattr(row, "superseded_by_id", None) or references.references_in(references.html_of(row))
        for row in rows
    )


def page_of(issue: Issue, sections: list[Section]) -> dict:
    """Let an issue and its sections be as its page shows them, and say what its head needs."""
    rows = [issue, *sections]
    references.resolve(rows, here=sections)
    return {"sections": sections, "pictures": pictures.resolve(rows)}


class SectionDetail(Movable, DetailView):
    """One section at its permalink, with the previous and the next of its type."""

    template_name = "issues/section_detail.html"

    def get_object(self, queryset=None):
        sections = Section.objects.published().for_page().select_related("superseded_by__issue")
        return get_object_or_404(
            sections, issue__number=self.kwargs["number"], slug=self.kwargs["slug"]
        )

    def get_context_data(self, **kwargs):
        section = self.object
        references.resolve([section])
        shown = pictures.resolve([section])
        section.body_html = markdown.headings_up(section.body_html)
        public = Section.objects.published().for_link()
        replaced = list(public.filter(superseded_by=section.pk).newest_first()[:MOST_REPLACED])
        return super().get_context_data(
            pictures=shown,
            newer=public.after(section).first(),
            older=public.before(section).first(),
            replaced=replaced,
            mentions=backlinks.mentions_of(section),
            related=related.related_to(section, leave_out=[one.pk for one in replaced]),
            **kwargs,
        )


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """Lead to the newest issue, whichever that is today."""
    issue = Issue.objects.published().newest_first().only("number").first()
    if issue is None:
        raise Http404(_("There is no issue yet."))
    return redirect(issue)


class TypeDetail(Movable, CountedList):
    """All sections of one type, the newest first."""

    template_name = "issues/type_detail.html"
    context_object_name = "sections"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        self.type = get_object_or_404(SectionType, slug=self.kwargs["slug"])
        self.total = type_counts().get(self.type.pk, 0)
        if not self.total:
            raise Http404(_("There is no such type."))  # none that is public
        return Section.objects.published().of_type(self.type)

    def paginate_queryset(self, queryset, page_size):
        """Sort keys alone, and load only the sections of the page."""
        keys = queryset.values_list("pk", flat=True)
        paginator, page, keys, is_paginated = super().paginate_queryset(keys, page_size)
        found = Section.objects.published().for_list().for_page().in_bulk(list(keys))
        page.object_list = [found[key] for key in keys if key in found]
        return paginator, page, page.object_list, is_paginated

    def get_context_data(self, **kwargs):
        return super().get_context_data(type=self.type, **kwargs)


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show a draft to whoever has a link that opens.

    The one page outside the desk that does not enter by `published()`: the link is the leave to
    read this issue, and nothing else, before it is public.
    """
    link = sharing.open_link(token)
    if link is None:
        raise Http404
    issue = link.issue
    if issue.is_published:
        response = redirect(issue)
    else:
        context = {"issue": issue, **page_of(issue, sections_of(issue))}
        context |= {"preview": True, "share_link": link}
        response = render(request, "issues/issue_detail.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
