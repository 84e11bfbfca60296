"""The inbox: sections that wait for an issue, how they get there and how they leave it.

A section that is pulled into an issue or pushed back stays the same row: its tags, pictures,
author, age and history stay with it.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.text import capfirst
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from issues import history, roles, search
from issues.characters import one_line
from issues.links import same_page
from issues.models import FormerAddress, Issue, Section, SectionTag, SectionType, unused_slug
from issues.models.section import SectionQuerySet
from issues.models.tag import folded

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
FILE_ENDING = re.compile(r"\.(html?|php|aspx?|pdf|md)$", re.IGNORECASE)
MAX_WORDS = 8
MAX_TITLE = Section._meta.get_field("title").max_length


class AlreadyWaiting(Exception):
    """A section with this link is in the inbox; no second one was added."""

    def __init__(self, section: Section):
        super().__init__(f"section {section.pk} has this link")
        self.section = section


class NotInInbox(Exception):
    """The section is in an issue already; it was left there."""


@transaction.atomic
def add(text: str, type: SectionType, author, title: str = "") -> Section:
    """Put what `text` says into the inbox: an address to write about, or a title.

    An address takes `title`, which is cut if it is too long, or else one that is made from it.
    Raises PermissionDenied, ValidationError for what cannot be an address or a title, and
    AlreadyWaiting.
    """
    if not author.has_perm("issues.add_section"):
        raise PermissionDenied
    link = link_in(text)
    if link and (waiting := about(link)):
        raise AlreadyWaiting(waiting)
    chosen = (one_line(title) or title_of(link))[:MAX_TITLE] if link else title_in(text)
    section = Section.objects.create(type=type, title=chosen, link=link, author=author)
    search.index([section])
    history.record(section, user=author, comment=_("Added to the inbox"))
    return section


def link_in(text: str) -> str:
    """Give the address that `text` is; nothing where it is a title."""
    text = one_line(text)
    if text.lower().startswith("www.") and " " not in text:
        text = f"https://{text}"
    if not SCHEME.match(text):
        return ""
    return Section._meta.get_field("link").clean(text, None)


def title_in(text: str) -> str:
    """Give the title that `text` is. Raises ValidationError where it cannot be one."""
    title = one_line(text)
    if not title:
        raise ValidationError(_("Write an address or a title."))
    if len(title) > MAX_TITLE:
        facts = {"most": MAX_TITLE, "count": len(title)}
        words = _("A title has at most %(most)d characters; this one has %(count)d.")
        raise ValidationError(words % facts)
    return title


def title_of(link: str) -> str:
    """Make a readable title of an address, from the end of its path and its host."""
    last = unquote(urlsplit(link).path).rstrip("/").rpartition("/")[2]
    words = one_line(re.sub(r"[-_+]+", " ", FILE_ENDING.sub("", last)))
    return f"{capfirst(words)} ({host(link)})" if words else host(link)


def host(link: str) -> str:
    """Give the host of an address as people call it; an address without one as it is."""
    with suppress(ValueError):  # an old import may have left anything
        return (urlsplit(link).hostname or link).removeprefix("www.")
    return link


def about(link: str) -> Section | None:
    """Give what waits in the inbox about the page of this link, however its address is written.

    A section whose text mentions the page is not about it.
    """
    page = same_page(link)
    mentioning = Section.objects.in_inbox().filter(links__address=page).for_list()
    found = (section for section in mentioning if same_page(section.link) == page)
    return next(found, None)


def matching(sections: SectionQuerySet, text: str) -> SectionQuerySet:
    """Keep the sections that have each word of `text` in their title or in a tag."""
    for word in one_line(text).split()[:MAX_WORDS]:
        tagged = SectionTag.objects.filter(
            content_object=OuterRef("pk"), tag__folded__contains=folded(word)
        )
        sections = sections.filter(Q(title__icontains=word) | Exists(tagged))
    return sections


def drafts_for(user):
    """Give the drafts that `user` may pull sections into, the one that is next first."""
    return (
        roles.editable_issues(user)
        .drafts()
        .order_by(F("planned_at").asc(nulls_last=True), "number")
    )


def age(section: Section) -> str:
    """Say how long there has been a section, in its largest unit: "3 days"."""
    return timesince(section.created_at, depth=1)


@transaction.atomic
def pull(section: Section, issue: Issue, user) -> None:
    """Move a section from the inbox into an issue: behind the last of its type, or to the end.

    Raises PermissionDenied, NotInInbox, and StaleVersion where somebody else was quicker.
    """
    if not (roles.may_edit_section(user, section) and roles.may_edit(user, issue)):
        raise PermissionDenied
    if section.issue_id is not None:
        raise NotInInbox(section)
    touch(issue)  # first: its row is locked then, and two sections never get one place
    others = list(issue.sections.only("type", "slug", "position"))
    same = [index for index, other in enumerate(others) if other.type_id == section.type_id]
    place = same[-1] + 1 if same else len(others)
    section.slug = unused_slug(section.slug or section.title, {other.slug for other in others})
    section.issue, section.position = issue, place + 1
    section.save(update_fields=["issue", "slug", "position"])
    number([*others[:place], section, *others[place:]])
    FormerAddress.objects.drop([section])
    search.index([section])


@transaction.atomic
def push_back(section: Section, user) -> None:
    """Move a section from its issue into the inbox.

    Raises PermissionDenied, and StaleVersion where somebody else has changed the section.
    """
    if not roles.may_edit_section(user, section):
        raise PermissionDenied
    issue = section.issue
    if issue is None:
        return
    touch(issue)
    FormerAddress.objects.remember_all([section])
    section.issue, section.position = None, 0
    section.author_id = section.author_id or user.pk  # somebody must see it there
    section.save(update_fields=["issue", "position", "author"])
    number(issue.sections.only("position"))
    search.index([section])


def touch(issue: Issue) -> None:
    """Tell `issue` that a section comes or goes, in the database and in hand."""
    same = Issue.objects.filter(pk=issue.pk)
    same.touch()
    same.note_new_contents()
    issue.version += 1  # if it was behind before, it stays so, and saving it will tell
    issue.refresh_from_db(fields=["corrected_at"])


def settle(issue_pks: Iterable[int | None]) -> None:
    """Tell issues that sections have come, gone or changed, and number those from 1."""
    for pk in {*issue_pks} - {None}:
        Issue.objects.filter(pk=pk).touch()
        number(Section.objects.filter(issue=pk).only("position"))


def number(sections: Iterable[Section]) -> None:
    """Store the positions 1 to n for the sections of an issue, in the order given."""
    moved = []
    for position, section in enumerate(sections, start=1):
        if section.position != position:
            section.position = position
            moved.append(section)
    Section.objects.bulk_update(moved, ["position"])
