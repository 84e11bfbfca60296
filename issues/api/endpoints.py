"""The addresses of the API. Each enters by `published()`, and asks for nobody's name."""

from typing import Annotated, Literal

from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from bitsletter.site import absolute_url
from issues.api import asking, paging, schemas
from issues.api.errors import count_or_404, found_or_404
from issues.api.parameters import refuse_unknown
from issues.api.sections import full, full_sections, page_by_filters, page_by_words, whole
from issues.counts import tag_counts, type_counts
from issues.freshness import kept
from issues.models import MAX_NUMBER, Issue, SectionType, Tag
from issues.search import Question

MOST = 100  # results on one page
MOST_TAGS = 10  # of each kind in one question

Number = Path[Annotated[int, Field(ge=1, le=MAX_NUMBER)]]
Slug = Path[Annotated[str, Field(min_length=1, max_length=100)]]
GivenSlug = Annotated[str, Field(max_length=100)]


class Page(BaseModel):
    limit: int = Field(20, ge=1, le=MOST, description="How many results at most.")
    cursor: str = Field(
        "",
        max_length=paging.LONGEST_CURSOR,
        description="Where the page begins; “next” of the page before holds it.",
    )


class SectionQuery(BaseModel):
    q: str = Field(
        "",
        max_length=200,
        description="Words that must all be found; “phrases” and tag:, -tag:, type:, year: work.",
    )
    tag: list[GivenSlug] = Field(
        [], max_length=MOST_TAGS, description="Slugs of tags that a section has, all of them."
    )
    without: list[GivenSlug] = Field(
        [], max_length=MOST_TAGS, description="Slugs of tags that a section does not have."
    )
    type: str = Field("", max_length=100, description="Slug of its type.")
    year: int = Field(None, ge=1900, le=2999, description="When it was published.")
    sort: Literal["relevance", "date"] = Field(
        "relevance", description="With words: the best first, or the newest. Else the newest."
    )
    full: bool = Field(False, description="With the whole texts.")


router = Router()


def get(path: str, answer, name: str, example: str = "", has_moved: bool = False):
    """Declare an endpoint; `example` is a query for its address in the documentation."""
    declare = router.get(
        path,
        response={
            200: answer,
            (*([301] if has_moved else []), 404, 422): schemas.Refusal,
        },
        url_name=name,
        operation_id=name.replace("-", "_"),
        openapi_extra={"x-example": example},
    )
    return lambda view: declare(refuse_unknown(view))


@get("/", schemas.Home, "root")
def begin_here(request: HttpRequest):
    """Where everything is."""
    names = {
        "documentation": "openapi-view",
        "openapi": "openapi-json",
        "latest_issue": "latest",
        **{name: name for name in ("issues", "sections", "tags", "types")},
    }
    found = {key: absolute_url(reverse(f"api:{name}")) for key, name in names.items()}
    return schemas.Home(name=settings.SITE_NAME, **found)


@get("/issues/", schemas.IssuePage, "issues", "?limit=3")
def list_issues(request: HttpRequest, page: Query[Page]):
    """All issues, the newest first, each with what is in it."""
    issues = paging.older_issues(Issue.objects.published().for_list(), page.cursor)
    shown, cursor = paging.cut(issues, page.limit, paging.issue_cursor)
    return schemas.IssuePage(
        total=kept("api-issues", lambda: Issue.objects.published().count()),
        next=paging.next_url(request, cursor),
        results=[schemas.Issue.of(issue) for issue in shown],
    )


@get("/issues/latest/", schemas.FullIssue, "latest")
def show_latest_issue(request: HttpRequest):
    """The newest issue, whole."""
    issue = Issue.objects.published().select_related("cover").newest_first().first()
    if issue is None:
        raise Http404(_("There is no issue yet."))
    return whole(issue)


@get("/issues/{number:number}/", schemas.FullIssue, "issue", has_moved=True)
def show_issue(request: HttpRequest, number: Number):
    """One issue, whole."""
    issues = Issue.objects.published().select_related("cover")
    return whole(found_or_404(issues, _("There is no such issue."), number=number))


@get(
    "/issues/{number:number}/sections/{slug:slug}/",
    schemas.FullSection,
    "section-of-issue",
    has_moved=True,
)
def show_section_of_issue(request: HttpRequest, number: Number, slug: Slug):
    """One section, by the issue that it is in and its slug."""
    words = _("There is no such section.")
    return full(found_or_404(full_sections(), words, issue__number=number, slug=slug))


@get("/sections/", schemas.SectionPage, "sections", "?q=lazy+loading&type=web-tip")
def list_sections(request: HttpRequest, wanted: Query[SectionQuery], page: Query[Page]):
    """Sections that match, and how many of them have which type, tag and year."""
    question = Question.from_query(request.GET)
    load = page_by_words if question.text else page_by_filters
    answer, results, cursor = load(question, page.limit, page.cursor, wanted.full)
    return schemas.SectionPage(
        total=answer.total,
        is_capped=answer.is_capped,
        next=paging.next_url(request, cursor),
        facets=asking.facets(answer),
        results=results,
    )


@get("/sections/{number:id}/", schemas.FullSection, "section")
def show_section(request: HttpRequest, id: Number):
    """One section, by the number that it has for ever."""
    return full(found_or_404(full_sections(), _("There is no such section."), pk=id))


@get("/tags/", schemas.TagPage, "tags", "?limit=100")
def list_tags(request: HttpRequest, page: Query[Page]):
    """All tags by name, each with how many sections have it."""
    counts = tag_counts()
    tags = Tag.objects.filter(pk__in=counts).order_by("folded")
    if behind := paging.TAGS.read(page.cursor):
        tags = tags.filter(folded__gt=behind[0])
    shown, cursor = paging.cut(tags, page.limit, lambda tag: paging.TAGS.write(tag.folded))
    return schemas.TagPage(
        total=len(counts),
        next=paging.next_url(request, cursor),
        results=[schemas.Tag.of(tag, counts[tag.pk]) for tag in shown],
    )


@get("/tags/{tag:slug}/", schemas.Tag, "tag", has_moved=True)
def show_tag(request: HttpRequest, slug: Slug):
    """One tag."""
    reason = _("There is no such tag.")
    tag = found_or_404(Tag.objects.all(), reason, slug=slug)
    return schemas.Tag.of(tag, count_or_404(tag, tag_counts(), reason))


@get("/types/", schemas.TypeList, "types")
def list_types(request: HttpRequest):
    """All types of sections, in their order in an issue, each with how many sections are of it."""
    counts = type_counts()
    types = [one for one in SectionType.objects.all() if counts.get(one.pk)]
    results = [schemas.Type.of(one, counts[one.pk]) for one in types]
    return schemas.TypeList(total=len(results), results=results)


@get("/types/{slug:slug}/", schemas.Type, "type", has_moved=True)
def show_type(request: HttpRequest, slug: Slug):
    """One type of sections."""
    reason = _("There is no such type.")
    one = found_or_404(SectionType.objects.all(), reason, slug=slug)
    return schemas.Type.of(one, count_or_404(one, type_counts(), reason))
