"""What pages say of themselves to search engines, and where somebody shares them."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from bitsletter.site import absolute_url
from issues import cards
from issues.characters import one_line
from issues.models import Issue, Section, SectionType, Tag
from issues.models.corrected import last_correction
from issues.share_images import HEIGHT, WIDTH

LONGEST_DESCRIPTION = 300
# A title must not end the script that it stands in.
ESCAPES = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&"})

Trail = list[tuple[str, str]]  # names and paths, from the home page down to this one


@dataclass(frozen=True)
class Metadata:
    """What stands in the head of one page; its addresses are absolute."""

    title: str
    description: str
    url: str
    image: str
    image_alt: str
    published_at: datetime.datetime | None = None  # of articles only
    modified_at: datetime.datetime | None = None
    graph: list[dict] = field(default_factory=list)  # in the words of schema.org
    image_width, image_height = WIDTH, HEIGHT

    @property
    def script(self) -> SafeString:
        """Give the graph as a block of data, which no browser executes."""
        document = {"@context": "https://schema.org", "@graph": self.graph}
        data = json.dumps(document, cls=DjangoJSONEncoder).translate(ESCAPES)
        safe = SafeString(data)  # nosec B308 B703
        return format_html('<script type="application/ld+json">{}</script>', safe)


def of_home(url: str) -> Metadata:
    words = _(
        "A weekly letter with one machine learning tip, one web tip, one paper, "
        "and the tools and news worth your time."
    )
    search = absolute_url(reverse("issues:search")) + "?q={search_term_string}"
    site = {
        "@type": "WebSite",
        "name": settings.SITE_NAME,
        "url": url,
        "description": words,
        "publisher": organization(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search},
            "query-input": "required name=search_term_string",
        },
    }
    return of_site(settings.SITE_NAME, words, url, [site])


def of_list(title: str, description: str, url: str, trail: Trail) -> Metadata:
    """Describe a list; `trail` leads from the home page to it, and does not name them."""
    steps = [*trail, (title, url)]
    return of_site(title, description, url, [breadcrumbs(steps)])


def of_site(title: str, description: str, url: str, graph: list[dict]) -> Metadata:
    """Describe a page that the picture of the site stands for."""
    image = absolute_url(cards.site_address())
    text = shortened(description)
    return Metadata(title, text, url, image, settings.SITE_NAME, graph=graph)


def of_archive(year: str, url: str) -> Metadata:
    words = _("All issues of the newsletter, and what is in each.")
    if year:
        return of_list(_("Archive of %s") % year, words, url, [archive()])
    return of_list(_("Archive"), words, url, [])


def of_tags(url: str) -> Metadata:
    words = _("All subjects that %s writes about, and how often.") % settings.SITE_NAME
    return of_list(_("Tags"), words, url, [])


def of_search(url: str) -> Metadata:
    words = _("Find what %s has said, by words, tag, type and year.") % settings.SITE_NAME
    return of_list(_("Search"), words, url, [])


def of_tag(tag: Tag, url: str) -> Metadata:
    words = _("What %(site)s says about %(tag)s: tips, papers, tools and news.")
    words %= {"site": settings.SITE_NAME, "tag": tag.name}
    trail = [(_("Tags"), reverse("issues:tags"))]
    return of_list(_("Tagged %s") % tag.name, tag.description or words, url, trail)


def of_type(kind: SectionType, url: str) -> Metadata:
    words = _("%(type)s from %(site)s, the newest first.")
    words %= {"site": settings.SITE_NAME, "type": kind.plural}
    return of_list(kind.plural, words, url, [archive()])


def of_issue(issue: Issue, sections: list[Section]) -> Metadata:
    """Describe an issue; `sections` are all of its own, with their types and tags."""
    path, name = issue.get_absolute_url(), name_of(issue)
    return of_article(
        issue,
        issue.published_at,
        corrections=[issue.corrected_at, *(section.corrected_at for section in sections)],
        description=issue.summary or " · ".join(section.title for section in sections),
        image=cards.address(path, cards.of_issue(issue, sections)),
        image_alt=name,
        tags=[tag for section in sections for tag in section.tags.all()],
        part_of={"@type": "Blog", "name": settings.SITE_NAME, "url": absolute_url("/")},
        trail=[archive(), (name, path)],
    )


def of_section(section: Section) -> Metadata:
    """Describe a section; loaded are its issue, its type and its tags."""
    issue, path = section.issue, section.get_absolute_url()
    name = f"{section.type.name}: {section.title}"
    return of_article(
        section,
        issue.published_at,
        corrections=[section.corrected_at],
        description=section.excerpt or name,
        image=cards.address(path, cards.of_section(section)),
        image_alt=name,
        tags=section.tags.all(),
        part_of={
            "@type": "PublicationIssue",
            "issueNumber": issue.number,
            "name": issue.title,
            "url": absolute_url(issue.get_absolute_url()),
        },
        trail=[archive(), (name_of(issue), issue.get_absolute_url()), (section.title, path)],
    )


def of_article(
    article: Issue | Section,
    published_at: datetime.datetime,
    *,
    corrections: Iterable[datetime.datetime | None],
    description: str,
    image: str,
    image_alt: str,
    tags: Iterable[Tag],
    part_of: dict,
    trail: Trail,
) -> Metadata:
    page = Metadata(
        title=article.title,
        description=shortened(description),
        url=absolute_url(article.get_absolute_url()),
        image=absolute_url(image),
        image_alt=image_alt,
        published_at=published_at,
        modified_at=last_correction(published_at, *corrections),
    )
    keywords = list(dict.fromkeys(tag.name for tag in tags))
    posting = {**posting_of(page), "isPartOf": part_of, "keywords": keywords}
    return replace(page, graph=[posting, breadcrumbs(trail)])


def posting_of(page: Metadata) -> dict:
    return {
        "@type": "BlogPosting",
        "headline": page.title,
        "description": page.description,
        "image": {"@type": "ImageObject", "url": page.image, "width": WIDTH, "height": HEIGHT},
        "url": page.url,
        "mainEntityOfPage": page.url,
        "datePublished": page.published_at,
        "dateModified": page.modified_at or page.published_at,
        "author": organization(),
        "publisher": organization(),
    }


def name_of(issue: Issue) -> str:
    return f"#{issue.number} {issue.title}"


def organization() -> dict:
    return {"@type": "Organization", "name": settings.SITE_NAME, "url": absolute_url("/")}


def archive() -> tuple[str, str]:
    return _("Archive"), reverse("issues:list")


def breadcrumbs(trail: Trail) -> dict:
    """Say where a page stands below the home page."""
    steps = [(settings.SITE_NAME, reverse("issues:home")), *trail]
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": absolute_url(path)}
        for place, (name, path) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def shortened(text: str) -> str:
    return Truncator(one_line(text)).chars(LONGEST_DESCRIPTION)
