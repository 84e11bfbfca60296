"""Where a picture is used: as a cover, in an introduction, in a section."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.utils.translation import gettext_lazy as _

from issues import roles
from issues.models import Asset, AssetUse, Issue, Section
from issues.models.asset import PATH, public_url
from issues.models.illustrated import addresses, note_uses

BATCH = 500  # texts that are held in memory at once
MOST_SHOWN = 100  # places of each kind


class Kind(models.TextChoices):
    COVER = "cover", _("Cover picture")
    INTRODUCTION = "introduction", _("Introduction")
    SECTION = "section", _("Section")


class Place(NamedTuple):
    """One place where a picture is used."""

    kind: Kind
    row: Issue | Section

    @property
    def issue(self) -> Issue | None:
        """The issue it is in; none in the inbox."""
        return self.row if isinstance(self.row, Issue) else self.row.issue

    @property
    def state(self) -> Issue.State | None:
        """Who sees it there; none in the inbox."""
        return self.issue and self.issue.state


class Places(NamedTuple):
    shown: list[Place]
    others: int  # that somebody may not see, or that are too many to be shown


def places(asset: Asset, user, thoroughly: bool = False) -> Places:
    """Say where a picture is used; what `user` may not see is only counted.

    `thoroughly` reads all texts. That finds also what is not noted: a file that a text named
    before it was uploaded, and a variant whose address was copied from a page.
    """
    seen = {
        Issue: roles.visible_issues(user).only("number", "title", "published_at"),
        Section: roles.visible_sections(user)
        .select_related("issue")
        .only("title", "issue__number", "issue__title", "issue__published_at"),
    }
    found, total = [], 0
    for kind, rows in rows_with(asset, thoroughly).items():
        visible = seen[rows.model].filter(pk__in=rows.order_by().values("pk")).order_by("-pk")
        found += [Place(kind, row) for row in visible[:MOST_SHOWN]]
        total += rows.count()
    return Places(found, total - len(found))


def rows_with(asset: Asset, thoroughly: bool = False) -> dict[Kind, QuerySet]:
    """Give the issues and sections that use a picture, by where in them it is."""

    def in_text(rows: QuerySet) -> QuerySet:
        found = Q(pk__in=rows.filter(asset_uses__asset=asset).order_by().values("pk"))
        if thoroughly:
            for name in asset.file_names():
                stem = PurePosixPath(name).stem
                found |= Q(**{f"{rows.model.RENDERED_TEXT}__contains": stem})
        return rows.filter(found)

    return {
        Kind.COVER: Issue.objects.filter(cover=asset),
        Kind.INTRODUCTION: in_text(Issue.objects.all()),
        Kind.SECTION: in_text(Section.objects.all()),
    }


def other_keepers(asset: Asset) -> list[models.Model]:
    """Give what else the database keeps a picture for, whichever part of the site it is of."""
    try:
        Collector(using=asset._state.db, origin=asset).collect([asset])
    except ProtectedError as error:
        rows = error.protected_objects
    except RestrictedError as error:
        rows = error.restricted_objects
    else:
        return []
    return [row for row in rows if not isinstance(row, AssetUse | Issue)]


def mend() -> int:
    """Compare the stored uses with all texts, and mend them; give in how many texts they differed.

    Others may go on writing meanwhile.
    """
    return sum(mend_batch(rows) for model in (Issue, Section) for rows in batches(model))


def names_in_texts() -> set[str]:
    """Give the names of all files that texts show or link to, be they a picture's or not."""
    return {
        address.removeprefix(PATH)
        for model in (Issue, Section)
        for rows in batches(model)
        for html in rows.values_list(model.RENDERED_TEXT, flat=True)
        for address in addresses(html)
    }


def batches(model: type[models.Model]) -> Iterator[QuerySet]:
    """Give in batches the rows of which there is a use, or may have to be one."""
    text = f"{model.RENDERED_TEXT}__contains"
    names_file = Q(**{text: PATH}) | Q(**{text: public_url()})
    column = model._meta.get_field("asset_uses").field.name
    is_noted = Exists(AssetUse.objects.filter(**{column: OuterRef("pk")}))
    found = model.objects.filter(names_file | is_noted).order_by("pk")
    pks = list(found.values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        yield model.objects.filter(pk__in=pks[start : start + BATCH])


@transaction.atomic
def mend_batch(rows: QuerySet) -> int:
    # Nobody may change a text between its reading and the writing of its uses.
    if rows.model is Section:
        rows.lock_issues()
    rows.lock()
    mended = note_uses(list(rows.only("pk", rows.model.RENDERED_TEXT)))
    if mended:  # a picture is there now that was not, when the pages were made
        rows.note_change()
    return mended
