"""Cross-references when a page is read: today's title and address, and nothing that is hidden.

What is stored of `[[2/lazy-loading]]` is `#2` and the address (see `issues.wikilinks`). Whoever
shows rendered texts, on a page, in a feed or by the API, calls `resolve` with their rows first.
"""

import re
from collections.abc import Collection, Iterable
from functools import partial
from itertools import islice
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from issues.models import FormerAddress, Issue, Section
from issues.models.issue import IssueQuerySet
from issues.models.section import SectionQuerySet
from issues.wikilinks import RENDERED, Reference, rendered_reference

# No page refers to as many, nor shows or links to them; nonsense of any length still costs the
# same questions.
MOST_ASKED = 1000

Targets = dict[Reference, Issue | Section]


class Links(NamedTuple):
    """Where references lead, and the titles that stand there; what leads nowhere has neither."""

    addresses: dict[Reference, str]
    names: dict[Reference, str]

    def resolve(self, rows: Iterable[Issue | Section]) -> None:
        """Let the references in these rows' texts be such links, or mere words."""
        for row in rows:
            if references_in(html_of(row)):
                setattr(row, field_of(row), linked(html_of(row), self.addresses, self.names))


def resolve(rows: Iterable[Issue | Section], here: Collection[Section] = ()) -> None:
    """Let the references in these rows' texts be links to what readers may see, or mere words.

    Sections that are `here`, on the same page, are reached there, be they public or not.
    """
    rows = list(rows)
    links_in(rows, here).resolve(rows)


def links_in(rows: Iterable[Issue | Section], here: Collection[Section] = (), at=None) -> Links:
    """Find what the references in these rows' texts lead to at the moment `at`; now by default."""
    wanted = {one for row in rows for one in references_in(html_of(row))}
    if not wanted:
        return Links({}, {})
    on_page = {Reference(one.issue.number, one.slug): one for one in here}
    found = targets(wanted - on_page.keys(), at)
    addresses = {reference: one.get_absolute_url() for reference, one in found.items()}
    addresses |= {reference: f"#{one.slug}" for reference, one in on_page.items()}
    return Links(addresses, {reference: str(one) for reference, one in (found | on_page).items()})


def resolve_html(html: SafeString) -> SafeString:
    """Do the same for a text that belongs to no row."""
    shown = Section(body_html=html)
    resolve([shown])
    return shown.body_html


def field_of(row: Issue | Section) -> str:
    return "intro_html" if isinstance(row, Issue) else "body_html"


def html_of(row: Issue | Section) -> str:
    return getattr(row, field_of(row))


def references_in(html: str) -> set[Reference]:
    return set(map(rendered_reference, RENDERED.finditer(html)))


def linked(html: str, addresses: dict[Reference, str], names: dict[Reference, str]) -> SafeString:
    link = partial(link_of, addresses=addresses, names=names)
    return mark_safe(RENDERED.sub(link, html))  # nosec B308 B703


def link_of(match: re.Match, addresses: dict, names: dict) -> str:
    reference, words = rendered_reference(match), mark_safe(match["words"])  # nosec B308 B703
    if reference not in addresses:
        return words
    shown = words if match["own"] else names[reference]
    return format_html('<a class="reference" href="{}">{}</a>', addresses[reference], shown)


def targets(wanted: Iterable[Reference], at=None) -> Targets:
    """Give what is public, at the moment `at`, of what these references lead to.

    An address that something once had leads there still.
    """
    wanted = set(islice(wanted, MOST_ASKED))
    found = present(wanted, Issue.objects.published(at), Section.objects.published(at))
    missing = {one.path: one for one in wanted - found.keys()}
    if missing:
        moved = FormerAddress.objects.targets(missing, at)
        found |= {missing[path]: target for path, target in moved.items()}
    return found


def present(wanted: set[Reference], issues: IssueQuerySet, sections: SectionQuerySet) -> Targets:
    """Give those of the issues and sections that have the addresses of references now."""
    found: Targets = {}
    numbers = {one.number for one in wanted if not one.slug}
    if numbers:
        named = issues.filter(number__in=numbers).only("number", "title", "published_at")
        found |= {Reference(one.number): one for one in named}
    of_sections = {one for one in wanted if one.slug}
    if of_sections:
        numbers, slugs = map(set, zip(*of_sections, strict=True))
        named = sections.filter(issue__number__in=numbers, slug__in=slugs)
        named = named.select_related("issue")
        named = named.only("title", "slug", "issue__number", "issue__published_at")
        # Of other pairs of these numbers and slugs nobody has asked.
        both = ((Reference(one.issue.number, one.slug), one) for one in named)
        found |= {reference: one for reference, one in both if reference in wanted}
    return found
