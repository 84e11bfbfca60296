"""What readers follow: the site, a type, a tag or a search, as Atom or as JSON Feed.

Every feed has the address of its page with `feed.xml` or `feed.json` behind it. `entries` says
what stands in a feed, `formats` how it is written.
"""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bitsletter.site import absolute_url
from issues import search
from issues.characters import one_line
from issues.feeds.entries import (
    SIZE,
    IssueEntries,
    SectionEntries,
    newest_issues,
    newest_keys,
    sections_at,
    tag_uri,
    uri_of,
)
from issues.feeds.formats import FORMATS
from issues.feeds.since import first_given
from issues.freshness import kept
from issues.models import Section, SectionType, Tag
from issues.moved import lead_on

KEPT_SECONDS = 5 * 60


class ArchiveFeed(Feed):
    """A feed of a page: `page` is the path of that page, `query` what stands behind it."""

    def __init__(self, extension: str):
        self.feed_type = FORMATS[extension]

    @classmethod
    def as_view(cls):
        """Give the view of the feed's addresses, which end in the name of a format."""

        @require_safe
        def answer(request: HttpRequest, extension: str, **kwargs) -> HttpResponse:
            response = cls(extension).at_its_address(request, **kwargs)
            response["Access-Control-Allow-Origin"] = "*"
            return response

        return answer

    def at_its_address(self, request, **kwargs) -> HttpResponse:
        """Answer with the feed, or lead to it from the address that its page had once."""
        try:
            return self(request, **kwargs)
        except Http404:
            if moved := lead_on(request, self.file_name):
                return moved
            raise

    def __call__(self, request, **kwargs) -> HttpResponse:
        response = super().__call__(request, **kwargs)
        response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        response["Last-Modified"] = http_date(first_given(self.address, response.content))
        return response

    def get_feed(self, subject, request):
        feed = super().get_feed(subject, request)
        self.address = feed.feed["feed_url"]
        return feed

    @property
    def file_name(self) -> str:
        return f"feed.{self.feed_type.extension}"

    def link(self, subject):
        return absolute_url(self.page(subject) + self.query(subject))

    def feed_url(self, subject):
        return absolute_url(self.page(subject) + self.file_name + self.query(subject))

    def query(self, subject) -> str:
        return ""

    def author_name(self):
        return settings.SITE_NAME

    def author_link(self):
        return absolute_url("/")


class SiteFeed(IssueEntries, ArchiveFeed):
    """The newest issues, whole."""

    def title(self):
        return settings.SITE_NAME

    def subtitle(self):
        return _("Something to use from AI and the web, every Wednesday.")

    def page(self, subject):
        return reverse("issues:home")

    def feed_guid(self):
        return tag_uri("issues")

    def items(self):
        return newest_issues()


class TopicFeed(SectionEntries, ArchiveFeed):
    """The newest sections of one type or tag; one without any does not exist for readers."""

    def get_object(self, request, slug):
        return get_object_or_404(self.model, slug=slug)

    def title(self, topic):
        return f"{self.name(topic)} · {settings.SITE_NAME}"

    def page(self, topic):
        return topic.get_absolute_url()

    def feed_guid(self, topic):
        return uri_of(topic)

    def items(self, topic):
        name = f"feed/{topic._meta.model_name}/{topic.pk}"
        keys = kept(name, lambda: newest_keys(self.narrow(topic, Section.objects.published())))
        if not keys:
            raise Http404(_("There is nothing to follow here."))
        return sections_at(keys)


class TypeFeed(TopicFeed):
    model = SectionType

    def name(self, section_type):
        return section_type.plural

    def narrow(self, section_type, sections):
        return sections.filter(type=section_type)


class TagFeed(TopicFeed):
    model = Tag

    def name(self, tag):
        return tag.name

    def subtitle(self, tag):
        return one_line(tag.description)

    def narrow(self, tag, sections):
        return sections.tagged(tag)


class SearchFeed(SectionEntries, ArchiveFeed):
    """The newest sections that a search finds."""

    def get_object(self, request):
        return search.Question.from_query(request.GET)._replace(sort="date")

    def title(self, question):
        found = _("Search for “%s”") % question.label if question.label else _("Search")
        return f"{found} · {settings.SITE_NAME}"

    def page(self, question):
        return reverse("issues:search")

    def query(self, question):
        asked = question._replace(sort="").urlencode()
        return f"?{asked}" if asked else ""

    def feed_guid(self, question):
        return tag_uri(f"search{self.query(question)}")

    def items(self, question):
        hits = search.answer(question, size=SIZE).hits
        return sections_at([hit.section.pk for hit in hits])
