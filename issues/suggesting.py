"""What the search box suggests while a reader types."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from issues import search
from issues.characters import one_line
from issues.models import Section, Tag

KEPT = 60  # seconds


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Answer any text with the tags and sections that it may be the beginning of."""
    found = search.suggest(one_line(request.GET.get("q", "")))
    response = JsonResponse(
        {
            "tags": [as_tag(tag) for tag in found.tags],
            "sections": [as_section(section) for section in found.sections],
            "said": in_words(len(found.tags) + len(found.sections)),
        }
    )
    response["Cache-Control"] = f"public, max-age={KEPT}"
    response["X-Robots-Tag"] = "noindex"
    return response


def in_words(count: int) -> str:
    """Say to those who do not see the list how many suggestions are in it."""
    if not count:
        return _("No suggestions")
    return ngettext("%(count)d suggestion", "%(count)d suggestions", count) % {"count": count}


def as_tag(tag: Tag) -> dict:
    return {"name": tag.name, "url": tag.get_absolute_url(), "count": tag.count}


def as_section(section: Section) -> dict:
    """Say of a section what its suggestion shows; the date is one for people."""
    published_at = timezone.localtime(section.issue.published_at)
    return {
        "title": section.title,
        "url": section.get_absolute_url(),
        "type": section.type.name,
        "emoji": section.type.emoji,
        "issue": section.issue.number,
        "date": date_format(published_at),
    }
