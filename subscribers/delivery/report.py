"""What became of a mailing: what failed and why, what came back, and how fast it went."""

import datetime
from typing import NamedTuple

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Value, When
from django.db.models.functions import StrIndex, Substr
from django.utils import timezone

from subscribers.models import Bounce, ConsentEvent, Delivery, Mailing

State = Delivery.State

MOST_DOMAINS = 5
MOST_PERIODS = 30  # in the picture
# Whoever leaves within so long has probably left because of it.
SOON = datetime.timedelta(hours=48)
# How long one period of the picture may be, in seconds.
LENGTHS = [
    *(1, 2, 5, 10, 15, 30),
    *(60 * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(3600 * hours for hours in (1, 2, 3, 6, 12)),
]
DAY = 24 * 3600


class Period(NamedTuple):
    begins: datetime.datetime
    sent: int


def failures_by_code(mailing: Mailing) -> list[tuple[int | None, int]]:
    """Count what failed by the code that the mail server gave, the most frequent first."""
    rows = mailing.deliveries.filter(state=State.FAILED).order_by()
    found = rows.values_list("code").annotate(count=Count("pk"))
    return list(found.order_by("-count", "code"))


def failures_by_domain(mailing: Mailing) -> list[tuple[str, int]]:
    """Give the domains with which most failed."""
    key = "subscriber__key"
    rows = mailing.deliveries.filter(state=State.FAILED, subscriber__isnull=False).order_by()
    domain = Substr(key, StrIndex(key, Value("@")) + 1)
    found = rows.annotate(domain=domain).values_list("domain").annotate(count=Count("pk"))
    return list(found.order_by("-count", "domain")[:MOST_DOMAINS])


def bounces(mailing: Mailing) -> list[tuple[str, int]]:
    """Count what came back since, by what it was."""
    found = Bounce.objects.filter(delivery__mailing=mailing).order_by()
    counts = dict(found.values_list("kind").annotate(count=Count("pk")))
    return [(str(kind.label), counts[kind]) for kind in Bounce.Kind if kind in counts]


def left_after(mailing: Mailing) -> int:
    """Count those who got it and have left since, until two days after it ended."""
    if mailing.started_at is None:
        return 0
    until = (mailing.ended_at or timezone.now()) + SOON
    got_it = Delivery.objects.filter(
        mailing=mailing,
        state=State.SENT,
        subscriber=OuterRef("subscriber"),
        ended_at__lte=OuterRef("at"),
    )
    left = ConsentEvent.objects.filter(
        Exists(got_it), kind=ConsentEvent.Kind.LEFT, at__gte=mailing.started_at, at__lt=until
    )
    return left.order_by().values("subscriber").distinct().count()


def over_time(mailing: Mailing) -> list[Period]:
    """Say how many messages were sent in each period from the first to the last of them."""
    sent = mailing.deliveries.filter(state=State.SENT)
    in_turn = sent.order_by("ended_at").values_list("ended_at", flat=True)
    first, last = in_turn.first(), in_turn.last()
    if first is None:
        return []
    length = length_for((last - first).total_seconds())
    begun = datetime.datetime.fromtimestamp(first.timestamp() // length * length, datetime.UTC)
    count = int((last - begun).total_seconds() // length) + 1
    begins = [begun + datetime.timedelta(seconds=length * turn) for turn in range(count + 1)]
    whens = [When(ended_at__lt=end, then=Value(turn)) for turn, end in enumerate(begins[1:])]
    turn = Case(*whens, output_field=IntegerField())
    counts = dict(
        sent.annotate(turn=turn).order_by().values_list("turn").annotate(count=Count("pk"))
    )
    return [Period(at, counts.get(turn, 0)) for turn, at in enumerate(begins[:-1])]


def length_for(seconds: float) -> int:
    """Give the shortest length of a period of which not too many are needed."""
    fitting = (one for one in LENGTHS if seconds / one < MOST_PERIODS)
    return next(fitting, DAY * (int(seconds / DAY / MOST_PERIODS) + 1))
