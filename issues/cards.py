"""What is drawn on the share images of the site, of its issues and of their sections."""

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from issues.models import Issue, Section
from issues.share_images import COLORS, MOST_ENTRIES, Card, Entry

ACCENT = "blue"


def of_site() -> Card:
    """Say what the site is: for pages that have no picture of their own."""
    return Card(
        label=_("A weekly letter"),
        title=_("Something to use from AI and the web, every Wednesday"),
        instead=settings.SITE_NAME,
        note=settings.SITE_HOST,
        site_name=settings.SITE_NAME,
        color=ACCENT,
        colors=tuple(COLORS),
    )


def of_issue(issue: Issue, sections: list[Section]) -> Card:
    return Card(
        label=_("Issue #%d") % issue.number,
        title=issue.title,
        instead=f"{settings.SITE_NAME} #{issue.number}",
        note=day_of(issue),
        site_name=settings.SITE_NAME,
        color=ACCENT,
        colors=tuple(section.type.color for section in sections) or (ACCENT,),
        entries=entries_of(sections),
    )


def of_section(section: Section) -> Card:
    kind, number = section.type, section.issue.number
    return Card(
        label=kind.name,
        title=section.title,
        instead=f"{kind.name} #{number}",
        note=f"#{number} · {day_of(section.issue)}",
        site_name=settings.SITE_NAME,
        color=kind.color,
        colors=(kind.color,),
    )


def entries_of(sections: list[Section]) -> tuple[Entry, ...]:
    """Name the sections; where they are too many, say how many more there are."""
    named = sections if len(sections) <= MOST_ENTRIES else sections[: MOST_ENTRIES - 1]
    entries = [Entry(one.type.name, one.type.color, one.short_title or one.title) for one in named]
    if more := len(sections) - len(named):
        entries.append(Entry("", ACCENT, _("and %d more") % more))
    return tuple(entries)


def day_of(issue: Issue) -> str:
    return date_format(localtime(issue.published_at), "DATE_FORMAT")


def address(page: str, card: Card) -> str:
    """Give the path of the share image of the page at the path `page`.

    It changes with the picture, so that no site that shows it keeps an old one.
    """
    return f"{page}share.png?v={card.digest}"


def site_address() -> str:
    return address(reverse("issues:home"), of_site())
