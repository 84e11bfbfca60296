"""Who would get a mailing: how many readers there are, and what keeps some from getting it."""

import datetime
from collections.abc import Collection
from typing import NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subscribers.models import Subscriber


class Audience(NamedTuple):
    """All that are on the list at a moment, and how many of them get nothing then, and why."""

    readers: int
    resting: int
    choosing_nothing: int  # of those who do not rest

    @property
    def getting(self) -> int:
        return self.readers - self.resting - self.choosing_nothing

    def in_words(self) -> str:
        """Say it as "All 1,204 readers; 37 of them rest, so 1,167 get it"."""
        if not self.readers:
            return _("Nobody is on the list yet")
        words = ngettext("%s reader", "All %s readers", self.readers) % intcomma(self.readers)
        missing = ", ".join(self.missing())
        if not missing:
            return words
        getting = ngettext("%s gets it", "%s get it", self.getting) % intcomma(self.getting)
        parts = {"readers": words, "missing": missing, "getting": getting}
        return _("%(readers)s; %(missing)s, so %(getting)s") % parts

    def missing(self) -> list[str]:
        """Say for each reason how many get nothing because of it."""
        reasons = [
            (ngettext("%s of them rests", "%s of them rest", self.resting), self.resting),
            (_("%s chose none of its sections"), self.choosing_nothing),
        ]
        return [words % intcomma(count) for words, count in reasons if count]


def expected(types: Collection[int], at: datetime.datetime) -> Audience:
    """Count who gets a mail whose sections are of these types at the moment `at`.

    Three counts, however many people there are; a mail without any section goes to everybody.
    """
    people = Subscriber.objects.active()
    choosing_nothing = 0
    if types:
        left_out = Subscriber.unwanted_types.through.objects.filter(
            sectiontype__in=types, subscriber__in=people.receiving(at)
        )
        each = left_out.values("subscriber").annotate(types=Count("sectiontype"))
        choosing_nothing = each.filter(types=len(types)).count()
    return Audience(people.count(), people.paused(at).count(), choosing_nothing)
