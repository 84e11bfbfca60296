"""Bringing back the words of a former version, through the saves that any editor makes."""

from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from issues import audit, search
from issues.audit import Act
from issues.history.differences import OF_SECTION, WORDS, moment
from issues.history.recording import catch_up, record
from issues.history.snapshots import SectionSnapshot, Snapshot, section_snapshot, snapshot
from issues.models import FormerAddress, Issue, Section, Tag, unused_slug
from issues.models.former_address import public_addresses
from issues.roles import may_edit_section


@dataclass
class Plan:
    """What a restore does with whole sections."""

    kept: list[SectionSnapshot] = field(default_factory=list)  # in the issue afterwards
    returning: list[SectionSnapshot] = field(default_factory=list)  # those that are not in it now
    leaving: list[Section] = field(default_factory=list)  # to the inbox: they came later
    elsewhere: list[Section] = field(default_factory=list)  # where they stay


def plan(issue: Issue, former: Snapshot, user) -> Plan:
    """Say which sections come, go and stay away when `user` restores a former version.

    One that is in another issue now is left there, as is one in the inbox that is not the user's.
    """
    wanted = [section.pk for section in former.sections]
    stored = Section.objects.filter(pk__in=wanted).select_related("issue").for_list().in_bulk()
    made = Plan()
    for section in former.sections:
        now = stored.get(section.pk)
        is_here = now is not None and now.issue_id == issue.pk
        if now and not is_here and (now.issue_id or not may_edit_section(user, now)):
            made.elsewhere.append(now)
            continue
        made.kept.append(section)
        if not is_here:
            made.returning.append(section)
    made.leaving = list(issue.sections.for_list().exclude(pk__in=wanted))
    return made


@transaction.atomic
def restore(issue: Issue, revision, user) -> Plan:
    """Bring back the words, sections and tags of a former version; tell what that meant.

    Number, dates and state stay. Raises StaleVersion if the issue is at another version in the
    database than in `issue`, and IntegrityError if somebody takes a slug in the same moment.
    """
    catch_up(issue)
    return put_on(issue, revision, user)


def put_on(issue: Issue, revision, user) -> Plan:
    former = snapshot(revision)
    before = public_addresses([issue, *issue.sections.select_related("issue")])
    for name in WORDS:
        setattr(issue, name, getattr(former, name))
    issue.save()  # first of all: it is the guard
    made = plan(issue, former, user)
    catch_up(*Section.objects.filter(pk__in=[section.pk for section in made.returning]))
    leave(made.leaving, user)
    sections = put_back(issue, made)
    if made.leaving or made.returning:
        Issue.objects.filter(pk=issue.pk).note_new_contents()
    FormerAddress.objects.keep(before, [issue, *sections])
    search.index([*sections, *made.leaving])
    when = moment(revision.date_created)
    comment = _("Restored the version of %(when)s") % {"when": when}
    record(issue, *made.leaving, user=user, comment=comment)
    return made


@transaction.atomic
def recover(revision, user) -> Issue:
    """Make an issue that was deleted again, as a draft; under its number, if that is free.

    Raises IntegrityError if somebody else has done so already.
    """
    former = snapshot(revision)
    is_taken = Issue.objects.filter(number=former.number).exists()
    issue = Issue(
        pk=former.pk,
        number=Issue.objects.next_number() if is_taken else former.number,
        recipe=former.recipe,
        planned_at=former.planned_at,
        author=user_of(former.author_pk) or user,
        created_at=former.created_at,
        version=former.version,
    )
    issue.save(force_insert=True)
    put_on(issue, revision, user)
    audit.note(user, Act.RECOVERED, issue)
    return issue


def leave(sections: list[Section], user) -> None:
    """Put sections into the inbox; those without an author become the user's, who sees them."""
    FormerAddress.objects.remember_all(sections)
    for section in sections:
        section.issue, section.position = None, 0
        section.author = section.author or user
        section.save(update_fields=["issue", "position", "author"])


def put_back(issue: Issue, made: Plan) -> list[Section]:
    """Make the sections of an issue those of a former version."""
    present = Section.objects.in_bulk([section.pk for section in made.kept])
    for pk in present:  # two of them may have swapped their slugs since
        Section.objects.filter(pk=pk).update(slug=f"~{pk}")
    sections = []
    for position, former in enumerate(made.kept, start=1):
        section = present.get(former.pk) or made_again(former)
        section.issue, section.position = issue, position
        bring_back(section, former)
        sections.append(section)
    return sections


def bring_back(section: Section, former: SectionSnapshot) -> None:
    """Save a section with the words and tags it had."""
    if former.type.pk is None:
        former.type.save()
    for name in set(OF_SECTION) - {"tags"}:
        setattr(section, name, getattr(former, name))
    section.save()
    section.tags.set(Tag.objects.named(former.tags))


def made_again(former: SectionSnapshot) -> Section:
    """Give a section that was deleted, with the key it had; not saved."""
    return Section(
        pk=former.pk,
        author=user_of(former.author_pk),
        created_at=former.created_at,
        version=former.version,
    )


def user_of(pk: int | None):
    return get_user_model().objects.filter(pk=pk).first()


@transaction.atomic
def restore_section(section: Section, revision, user) -> None:
    """Bring back the words and tags that a section had; it stays where it is.

    Raises StaleVersion if the section is at another version in the database than in `section`.
    """
    Section.objects.filter(pk=section.pk).lock_issues()
    former = section_snapshot(revision, section)
    catch_up(section)
    before = public_addresses([section])
    others = Section.objects.filter(issue=section.issue_id).exclude(pk=section.pk)
    taken = set(others.values_list("slug", flat=True)) if section.issue_id else set()
    if former.slug in taken:
        former.slug = unused_slug(former.title, taken)
    bring_back(section, former)
    if section.issue_id:
        Issue.objects.filter(pk=section.issue_id).touch()
    FormerAddress.objects.keep(before, [section])
    search.index([section])
    when = moment(revision.date_created)
    comment = _("Restored “%(title)s” of %(when)s") % {"title": section.title, "when": when}
    record(section, user=user, comment=comment)
