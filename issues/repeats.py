"""The repeat radar: where else the newsletter has linked to a page."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.humanize.templatetags.humanize import apnumber
from django.db.models import DateTimeField, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from issues.models import Issue, SectionLink

AGES = (
    (365, ngettext_lazy("%(count)s year ago", "%(count)s years ago", "number")),
    (30, ngettext_lazy("%(count)s month ago", "%(count)s months ago", "number")),
    (7, ngettext_lazy("%(count)s week ago", "%(count)s weeks ago", "number")),
    (1, ngettext_lazy("%(count)s day ago", "%(count)s days ago", "number")),
)


class Use(NamedTuple):
    """A link in a section of another issue."""

    number: int
    type: str
    published_at: datetime.datetime | None

    def __str__(self):
        return f"#{self.number}, {self.type}, {age(self.published_at)}"


def earlier_uses(
    addresses: Iterable[str], issue_pk: int | None = None, number: int | None = None
) -> dict[str, list[Use]]:
    """Find where earlier issues link to pages, given as `same_page` writes them; newest first.

    Earlier than the issue `issue_pk`, or than one of this number that is being written, is
    what has a lower number or went public before. The inbox is no issue.
    """
    columns = ("section__issue__number", "section__type__name", "section__issue__published_at")
    rows = (
        SectionLink.objects.filter(is_earlier(issue_pk, number), address__in=list(addresses))
        .exclude(section__issue=issue_pk)
        .order_by("-section__issue__number", "section__position")
        .values_list("address", *columns)
    )
    uses: dict[str, list[Use]] = {}
    for address, *use in rows:
        uses.setdefault(address, []).append(Use(*use))
    return uses


def is_earlier(issue_pk: int | None, number: int | None) -> Q:
    itself = Issue.objects.filter(pk=issue_pk).values("published_at")
    moment = Coalesce(Subquery(itself), Value(timezone.now(), output_field=DateTimeField()))
    earlier = Q(section__issue__published_at__lt=moment)
    return earlier if number is None else earlier | Q(section__issue__number__lt=number)


def age(moment: datetime.datetime | None, now: datetime.datetime | None = None) -> str:
    """Say how long ago an issue went public, such as "three months ago"."""
    now = now or timezone.now()
    if moment is None or moment > now:
        return _("not yet published")
    days = (timezone.localdate(now) - timezone.localdate(moment)).days
    for length, text in AGES:
        if count := days // length:
            return text % {"number": count, "count": apnumber(count)}
    return _("today")
