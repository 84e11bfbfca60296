"""Why people have left: what they said when they were asked, without saying who it was."""

import datetime
from typing import NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from subscribers.forms import REASONS
from subscribers.models import ConsentEvent

LOOKED_BACK = datetime.timedelta(days=365)
MOST = 20  # of those who have said it in their own words


class Said(NamedTuple):
    """What somebody has said of why they left; either part may be missing."""

    at: datetime.datetime
    reason: str  # one of those that the form names
    words: str


def read(kept: str) -> tuple[str, str]:
    """Take a reason apart, as `ReasonForm.given` puts it together: its text, and own words."""
    name, _colon, words = kept.partition(": ")
    return (str(REASONS[name]), words) if name in REASONS else ("", kept)


def counts(at: datetime.datetime | None = None) -> list[tuple[str, int]]:
    """Count who gave each reason in the year before the moment `at` (now by default).

    The most frequent stand first, those of nobody are left out. Who has said two counts for both.
    """
    at = at or timezone.now()
    given = {
        f"reason_{turn}": Count("subscriber", distinct=True, filter=is_given(name))
        for turn, name in enumerate(REASONS)
    }
    found = told().filter(at__gt=at - LOOKED_BACK, at__lte=at).aggregate(**given).values()
    pairs = zip(map(str, REASONS.values()), found, strict=True)
    return sorted((pair for pair in pairs if pair[1]), key=lambda pair: -pair[1])


def in_own_words() -> list[Said]:
    """Give the latest of those who have said more than a form can."""
    named_only = Q(detail__reason__in=list(REASONS))
    found = told().exclude(named_only).order_by("-at", "-pk")
    rows = found.values_list("at", "detail__reason")[:MOST]
    return [Said(at, *read(kept)) for at, kept in rows]


def told():
    return ConsentEvent.objects.filter(kind=ConsentEvent.Kind.REASON)


def is_given(name: str) -> Q:
    return Q(detail__reason=name) | Q(detail__reason__startswith=f"{name}: ")
