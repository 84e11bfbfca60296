"""Recording issues and sections, on django-reversion's tables.

Reversion's signals would version each row at each save, and see no `update()`; so nothing is
recorded but what `record` reads from the database at the end of a change.
"""

import json

import reversion
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from reversion.models import Revision, Version

from issues.models import Issue, Section, SectionTag, SectionType, Tag

# What can be made again from the rest, or says nothing about what somebody wrote.
DERIVED = {
    Issue: {*Issue.RENDERED, "source_digest", "updated_at"},
    Section: {*Section.RENDERED, "updated_at"},
    Tag: {"folded"},
}
# Tags and types are recorded for their names, which a deleted one could not tell any more.
FOLLOWED = {
    Tag: [],
    SectionType: [],
    SectionTag: ["tag"],
    Section: ["type", "tag_items"],
    Issue: ["sections"],
}


def register() -> None:
    """Tell reversion what is recorded, and what with it."""
    for model, follow in FOLLOWED.items():
        reversion.register(model, fields=recorded_fields(model), follow=follow)


def recorded_fields(model: type[models.Model]) -> list[str]:
    names = [field.name for field in model._meta.concrete_fields]
    return [name for name in names if name not in DERIVED.get(model, ())]


def record(*rows: Issue | Section, user=None, comment: str = "") -> None:
    """Record issues as they are now in the database, with all their sections and tags.

    A section in an issue is recorded with its issue, one in the inbox by itself. `comment` says
    what was done: words, or a change message of the admin's.
    """
    for row in stored(rows):
        with reversion.create_revision(manage_manually=True):
            reversion.set_user(user)
            reversion.set_comment(comment)
            reversion.add_to_revision(row)


def catch_up(*rows: Issue | Section) -> None:
    """Record rows as they are, unless the newest record is of their present version.

    Called before a change, so that nothing is lost of what was never recorded: what is older
    than the history, or was changed by what does not record.
    """
    for row in [*issues_of(rows).only("version"), *inbox_of(rows).only("version")]:
        newest = recorded(row).order_by("-pk").values_list("serialized_data", flat=True).first()
        if newest is None or json.loads(newest)[0]["fields"]["version"] != row.version:
            record(row, comment=_("As it was before the next change"))


def versions(row: Issue | Section) -> QuerySet[Revision]:
    """Give the revisions of an issue or a section, the newest first, each with `section_total`."""
    found = Revision.objects.filter(Exists(recorded(row).filter(revision=OuterRef("pk"))))
    sections = Q(version__content_type=kind_of(Section))
    total = Count("version", filter=sections)
    return found.select_related("user").annotate(section_total=total).order_by("-pk")


def recorded(row: Issue | Section) -> QuerySet[Version]:
    """Give the records of a row; those of a section are in the revisions of its issues, too."""
    return Version.objects.get_for_object(row)


def edits(issues: QuerySet[Issue], sections: QuerySet[Section], most: int) -> list[Revision]:
    """Give what people did to these issues, and to those of the sections that are in the inbox.

    The latest first, at most so many. Each has the `issue_key` of the issue that was changed, or
    else the `section_key` of a section, and its `name` at that time.
    """
    # What was done to a section while it was in an issue, was done to that.
    in_issue = Version.objects.filter(revision=OuterRef("revision"), content_type=kind_of(Issue))
    of_sections = records_of(sections.in_inbox()) & ~Q(Exists(in_issue))
    found = Version.objects.filter(records_of(issues) | of_sections, revision__user__isnull=False)
    found = found.select_related("revision__user").defer("serialized_data")
    revisions = []
    for version in found.order_by("-revision_id")[:most]:
        revision, key = version.revision, int(version.object_id)
        is_of_issue = version.content_type_id == kind_of(Issue).pk
        revision.issue_key, revision.section_key = (key, None) if is_of_issue else (None, key)
        revision.name = version.object_repr
        revisions.append(revision)
    return revisions


def records_of(rows: QuerySet[Issue] | QuerySet[Section]) -> Q:
    """Say which records are of these rows, in the words that their index knows."""
    keys = rows.order_by().values(key=Cast("pk", models.CharField()))
    return Q(db=DEFAULT_DB_ALIAS, content_type=kind_of(rows.model), object_id__in=keys)


def kind_of(model: type[models.Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)


def deleted_issues() -> QuerySet[Version]:
    """Give the newest record of each issue that was deleted, the latest first."""
    found = Version.objects.get_deleted(Issue)
    return found.select_related("revision__user").order_by("-pk")


def issues_of(rows) -> QuerySet[Issue]:
    """Keep of `rows` the issues, and those that the sections are in."""
    sections = [row.pk for row in rows if isinstance(row, Section)]
    wanted = Q(pk__in=[row.pk for row in rows if isinstance(row, Issue)])
    if sections:
        wanted |= Exists(Section.objects.filter(issue=OuterRef("pk"), pk__in=sections))
    return Issue.objects.filter(wanted)


def inbox_of(rows) -> QuerySet[Section]:
    """Keep of `rows` the sections that are in the inbox."""
    pks = [row.pk for row in rows if isinstance(row, Section)]
    return Section.objects.in_inbox().filter(pk__in=pks)


def stored(rows) -> list[Issue | Section]:
    """Read what a record of `rows` holds: issues with their sections, and sections of the inbox."""
    sections = models.Prefetch("sections", with_tags(Section.objects.all()))
    issues = issues_of(rows).defer(*Issue.RENDERED).prefetch_related(sections)
    return [*issues, *with_tags(inbox_of(rows))]


def with_tags(sections: QuerySet[Section]) -> QuerySet[Section]:
    items = models.Prefetch("tag_items", SectionTag.objects.select_related("tag"))
    return sections.defer(*Section.RENDERED).select_related("type").prefetch_related(items)
