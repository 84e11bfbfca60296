"""What the API's answers are made of, each with how it is made from a row.

Names of types and tags in them are slugs: what the filters of `/sections/` take.
"""

from datetime import datetime

from django.urls import reverse
from pydantic import BaseModel, Field

from bitsletter.site import absolute_html, absolute_url
from issues import models
from issues.models.corrected import last_correction

API_URL = Field(description="Where this is in the API.")
PAGE_URL = Field(description="The page of it, for people.")
CORRECTED_AT = Field(
    description="When what readers see last changed; null while it is as it was published."
)
NEXT_URL = Field(description="The next page of results; null on the last one.")


def api_path(row) -> str:
    """Give the address that an issue, a section, a type or a tag has in the API."""
    match row:
        case models.Issue():
            return reverse("api:issue", args=[row.number])
        case models.Section():
            return reverse("api:section", args=[row.pk])
        case models.SectionType():
            return reverse("api:type", args=[row.slug])
        case models.Tag():
            return reverse("api:tag", args=[row.slug])


def addresses(row) -> dict[str, str]:
    """Give the two addresses that every part of an answer has: the API's and the page's."""
    return {
        "url": absolute_url(api_path(row)),
        "html_url": absolute_url(row.get_absolute_url()),
    }


def html_of(html: str, row) -> str:
    return absolute_html(html, absolute_url(row.get_absolute_url()))


class Refusal(BaseModel):
    detail: str = Field(description="The reason, in words.")


class Home(BaseModel):
    name: str
    documentation: str
    openapi: str
    latest_issue: str
    issues: str
    sections: str
    tags: str
    types: str


class IssueLink(BaseModel):
    number: int
    title: str
    published_at: datetime
    url: str = API_URL
    html_url: str = PAGE_URL

    @classmethod
    def of(cls, issue: models.Issue):
        fields = {name: getattr(issue, name) for name in ("number", "title", "published_at")}
        return cls(**fields, **addresses(issue))


class SectionLink(BaseModel):
    id: int = Field(description="Stays the same for ever.")
    type: str
    title: str
    url: str = API_URL
    html_url: str = PAGE_URL

    @classmethod
    def of(cls, section: models.Section):
        return cls(**cls.facts(section))

    @classmethod
    def facts(cls, section: models.Section) -> dict:
        return {
            "id": section.pk,
            "type": section.type.slug,
            "title": section.title,
            **addresses(section),
        }


class Section(SectionLink):
    tags: list[str]
    byline: str | None = Field(description="Authors of the paper, for example.")
    link: str | None = Field(description="The paper, tool or source it is about.")
    excerpt: str = Field(description="How it begins, as plain text.")
    snippet: str | None = Field(
        description="In a search for words: where they stand, as HTML with <mark>."
    )
    corrected_at: datetime | None = CORRECTED_AT
    issue: IssueLink

    @classmethod
    def of(cls, section: models.Section, snippet: str | None = None):
        return cls(**cls.facts(section), snippet=snippet)

    @classmethod
    def facts(cls, section: models.Section) -> dict:
        return {
            **super().facts(section),
            "tags": [tag.slug for tag in section.tags.all()],
            "byline": section.byline or None,
            "link": section.link or None,
            "excerpt": section.excerpt,
            "corrected_at": last_correction(section.issue.published_at, section.corrected_at),
            "issue": IssueLink.of(section.issue),
        }


class FullSection(Section):
    superseded_by: SectionLink | None = Field(description="Newer advice on the same subject.")
    body: str = Field(description="The text in Markdown; in lists with full=true only.")
    body_html: str = Field(description="The same in HTML, with absolute addresses.")

    @classmethod
    def facts(cls, section: models.Section) -> dict:
        newer = section.superseded_by
        is_public = newer is not None and newer.issue is not None and newer.issue.is_published
        return {
            **super().facts(section),
            "superseded_by": SectionLink.of(newer) if is_public else None,
            "body": section.body,
            "body_html": html_of(section.body_html, section),
        }


class Cover(BaseModel):
    url: str
    alt: str
    width: int
    height: int

    @classmethod
    def of(cls, asset: models.Asset):
        url = absolute_url(asset.file.url)
        return cls(url=url, alt=asset.alt, width=asset.width, height=asset.height)


class Issue(IssueLink):
    summary: str
    corrected_at: datetime | None = CORRECTED_AT
    sections: list[SectionLink]

    @classmethod
    def of(cls, issue: models.Issue):
        sections = issue.sections.all()
        for section in sections:
            section.issue = issue
        return cls(
            **IssueLink.of(issue).model_dump(),
            summary=issue.summary,
            corrected_at=last_correction(issue.published_at, issue.corrected_at),
            sections=[SectionLink.of(section) for section in sections],
        )


class FullIssue(IssueLink):
    summary: str
    corrected_at: datetime | None = CORRECTED_AT
    cover: Cover | None
    intro: str = Field(description="The introduction in Markdown.")
    intro_html: str = Field(description="The introduction in HTML, with absolute addresses.")
    sections: list[FullSection]

    @classmethod
    def of(cls, issue: models.Issue, sections: list[models.Section]):
        return cls(
            **IssueLink.of(issue).model_dump(),
            summary=issue.summary,
            corrected_at=last_correction(issue.published_at, issue.corrected_at),
            cover=Cover.of(issue.cover) if issue.cover else None,
            intro=issue.intro,
            intro_html=html_of(issue.intro_html, issue),
            sections=[FullSection.of(section) for section in sections],
        )


class Tag(BaseModel):
    slug: str
    name: str
    description: str
    count: int = Field(description="How many sections have it.")
    sections_url: str = Field(description="Those sections.")
    url: str = API_URL
    html_url: str = PAGE_URL

    @classmethod
    def of(cls, tag: models.Tag, count: int):
        return cls(
            slug=tag.slug,
            name=tag.name,
            description=tag.description,
            count=count,
            sections_url=sections_url(tag=tag.slug),
            **addresses(tag),
        )


class Type(BaseModel):
    slug: str
    name: str
    plural: str
    emoji: str
    count: int = Field(description="How many sections are of it.")
    sections_url: str = Field(description="Those sections.")
    url: str = API_URL
    html_url: str = PAGE_URL

    @classmethod
    def of(cls, one: models.SectionType, count: int):
        facts = {name: getattr(one, name) for name in ("slug", "name", "plural", "emoji")}
        url = sections_url(type=one.slug)
        return cls(**facts, count=count, sections_url=url, **addresses(one))


def sections_url(**query: str) -> str:
    return absolute_url(reverse("api:sections", query=query))


class NamedCount(BaseModel):
    slug: str
    name: str
    count: int


class YearCount(BaseModel):
    year: int
    count: int


class Facets(BaseModel):
    """How many sections there would be with this type, tag or year.

    Types and years are counted as if none was chosen, tags among what was found.
    """

    types: list[NamedCount]
    tags: list[NamedCount]
    years: list[YearCount]


class SectionPage(BaseModel):
    total: int = Field(description="How many were found on all pages.")
    is_capped: bool = Field(
        description="True where too many hold the words: only the last ones are counted."
    )
    next: str | None = NEXT_URL
    facets: Facets
    results: list[FullSection | Section]


class IssuePage(BaseModel):
    total: int
    next: str | None = NEXT_URL
    results: list[Issue]


class TagPage(BaseModel):
    total: int
    next: str | None = NEXT_URL
    results: list[Tag]


class TypeList(BaseModel):
    total: int
    results: list[Type]
