"""The picture library: what is looked for in it, and what comes next."""

import re
from typing import NamedTuple

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from issues import roles
from issues.characters import one_line
from issues.models import Asset, AssetUse, Issue

MAX_WORDS = 8
# Pictures without an alternative text come first, then the newest.
ORDER = (Case(When(alt="", then=0), default=1), *Asset._meta.ordering)
USES = AssetUse.objects.filter(asset=OuterRef("pk"))
COVERED = Issue.objects.filter(cover=OuterRef("pk"))


class Thumbnail(NamedTuple):
    url: str
    width: int
    height: int


def thumbnail(asset: Asset) -> Thumbnail:
    """Give the smallest file that shows a picture."""
    small = next(iter(asset.variants_of("webp")), None)
    if small is None:
        return Thumbnail(asset.file.url, asset.width, asset.height)
    height = max(1, round(asset.height * small.width / asset.width))
    return Thumbnail(small.url, small.width, height)


def markdown_of(asset: Asset) -> str:
    """Give what shows a picture in a text."""
    alt = re.sub(r"([\\`*_~\[\]<>&!])", r"\\\1", asset.alt)
    return f"![{alt}]({asset.path})"


def with_use_totals(assets: QuerySet) -> QuerySet:
    """Count for each picture, as `use_total`, in how many places it is used."""
    return assets.annotate(use_total=total(USES, "asset") + total(COVERED, "cover"))


def total(rows: QuerySet, column: str) -> Coalesce:
    counted = rows.order_by().values(column).annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counted), Value(0))


def unused(assets: QuerySet) -> QuerySet:
    return assets.filter(~Exists(USES), ~Exists(COVERED))


def matching(assets: QuerySet, text: str, user) -> QuerySet:
    """Keep the pictures that have each word of `text` somewhere.

    That is in their own words, the name of their file, or the title of an issue or a section
    that uses them and that `user` may see.
    """
    uses = Q(cover=OuterRef("pk")) | Q(asset_uses__asset=OuterRef("pk"))
    issues = roles.visible_issues(user).filter(uses)
    sections = roles.visible_sections(user).filter(asset_uses__asset=OuterRef("pk"))
    for word in one_line(text).split()[:MAX_WORDS]:
        own = Q(alt__icontains=word) | Q(caption__icontains=word) | Q(credit__icontains=word)
        in_issue = Exists(issues.filter(title__icontains=word))
        in_section = Exists(sections.filter(title__icontains=word))
        assets = assets.filter(own | Q(file__icontains=word) | Q(in_issue) | Q(in_section))
    return assets


def without_alt() -> QuerySet:
    return Asset.objects.filter(alt="")


def next_without_alt(asset: Asset) -> Asset | None:
    """Give the next picture that has no alternative text; after the last one, the first."""
    later = Q(created_at__lt=asset.created_at) | Q(created_at=asset.created_at, pk__lt=asset.pk)
    turn = Case(When(later, then=0), default=1)
    return without_alt().exclude(pk=asset.pk).order_by(turn, *Asset._meta.ordering).first()
