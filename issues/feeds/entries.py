"""What an entry of a feed says: an issue whole, or one section."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Model, Prefetch, QuerySet
from django.template.loader import render_to_string

from bitsletter.site import absolute_html, absolute_url
from issues import references
from issues.characters import one_line
from issues.models import Issue, Section
from issues.models.corrected import last_change

SIZE = 20


def tag_uri(name: str) -> str:
    """Give an id for ever (RFC 4151); 2026 is when the site's host began to give them."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{name}"


def uri_of(row: Model) -> str:
    """Give a row's id. It names the key, which no change of a title, slug or number moves."""
    return tag_uri(f"{row._meta.model_name}/{row.pk}")


class IssueEntries:
    """Entries that are issues, with all their sections loaded."""

    def item_guid(self, issue):
        return uri_of(issue)

    def item_title(self, issue):
        return one_line(str(issue))

    def item_description(self, issue):
        titles = " · ".join(section.title for section in issue.sections.all())
        return one_line(issue.summary or titles)

    def item_link(self, issue):
        return absolute_url(issue.get_absolute_url())

    def item_pubdate(self, issue):
        return issue.published_at

    def item_updateddate(self, issue):
        corrected = [section.corrected_at for section in issue.sections.all()]
        return last_change(issue.published_at, issue.corrected_at, *corrected)

    def item_categories(self, issue):
        """Name the types of its sections, then their tags, each once."""
        sections = issue.sections.all()
        types = [section.type.name for section in sections]
        tags = [tag.name for section in sections for tag in section.tags.all()]
        return list(dict.fromkeys(map(one_line, types + tags)))

    def item_extra_kwargs(self, issue):
        html = render_to_string("issues/feed_issue.html", {"issue": issue})
        return {"content": absolute_html(html, self.item_link(issue)), "related": None}


class SectionEntries:
    """Entries that are sections."""

    def item_guid(self, section):
        return uri_of(section)

    def item_title(self, section):
        return one_line(section.title)

    def item_description(self, section):
        return one_line(section.excerpt)

    def item_link(self, section):
        return absolute_url(section.get_absolute_url())

    def item_pubdate(self, section):
        return section.issue.published_at

    def item_updateddate(self, section):
        return last_change(section.issue.published_at, section.corrected_at)

    def item_categories(self, section):
        names = [section.type.name, *(tag.name for tag in section.tags.all())]
        return list(dict.fromkeys(map(one_line, names)))

    def item_extra_kwargs(self, section):
        html = render_to_string("issues/feed_section.html", {"section": section})
        content = absolute_html(html, self.item_link(section))
        return {"content": content, "related": section.link or None}


def newest_issues() -> list[Issue]:
    """Load what entries say of the newest issues."""
    sections = whole(Section.objects.prefetch_related("tags"))
    issues = Issue.objects.published().newest_first().select_related("cover")
    loaded = issues.defer("intro", "notes").prefetch_related(Prefetch("sections", sections))
    found = list(loaded[:SIZE])
    references.resolve([*found, *(one for issue in found for one in issue.sections.all())])
    return found


def newest_keys(sections: QuerySet[Section]) -> list[int]:
    return list(sections.newest_first().values_list("pk", flat=True)[:SIZE])


def sections_at(keys: list[int]) -> list[Section]:
    """Load what entries say of the sections with these keys, in this order."""
    found = whole(Section.objects.published().for_page()).in_bulk(keys)
    references.resolve(found.values())
    return [found[key] for key in keys if key in found]


def whole(sections: QuerySet[Section]) -> QuerySet[Section]:
    """Load sections with what their entries show, and without what these do not."""
    return sections.select_related("type", "superseded_by__issue").defer("body", "body_text")
