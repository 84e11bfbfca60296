"""How far a mailing is: counted from its rows, so that the numbers always add up."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import ngettext

from subscribers.models import Delivery, Mailing

State = Delivery.State

# The rate is that of so long, or of less if the mailing has just begun.
LATELY = datetime.timedelta(minutes=3)


@dataclass(frozen=True)
class Totals:
    """How many rows of a mailing are in each state."""

    counts: dict[str, int] = field(default_factory=dict)

    def in_state(self, state: str) -> int:
        return self.counts.get(state, 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        """Count those of which something is still to become."""
        return sum(self.in_state(state) for state in Delivery.OPEN)

    @property
    def done(self) -> int:
        return self.total - self.open

    @property
    def sent(self) -> int:
        return self.in_state(State.SENT)

    @property
    def is_done(self) -> bool:
        return self.open == 0

    @property
    def percent(self) -> int:
        """Give how much is done; all of it only if nothing is open."""
        return self.done * 100 // self.total if self.total else 0

    def by_state(self) -> list[tuple[State, int]]:
        """Give every state with its number, in the order in which rows go through them."""
        return [(state, self.in_state(state)) for state in State]


def of(mailing: Mailing) -> Totals:
    return of_all([mailing])[mailing.pk]


def of_all(mailings: Iterable[Mailing]) -> dict[int, Totals]:
    """Count the rows of several mailings by their keys, in two questions.

    Each of them reads one index alone: that of open rows, and that of the others.
    """
    pks = [one.pk for one in mailings]
    rows = Delivery.objects.filter(mailing__in=pks).order_by()
    by_state = rows.values_list("mailing", "state").annotate(count=Count("pk"))
    counts = defaultdict(dict)
    for half in (by_state.filter(due_at__isnull=False), by_state.filter(ended_at__isnull=False)):
        for pk, state, count in half:
            counts[pk][state] = count
    return {pk: Totals(counts[pk]) for pk in pks}


def skipped(mailing: Mailing) -> list[tuple[str, int]]:
    """Say why people were left out, the most frequent reason first."""
    rows = mailing.deliveries.filter(state=State.SKIPPED).order_by()
    found = rows.values_list("skip").annotate(count=Count("pk")).order_by("-count", "skip")
    names = dict(Delivery.Skip.choices)
    return [(str(names.get(skip, skip)), count) for skip, count in found]


def rate(mailing: Mailing, at: datetime.datetime | None = None) -> float:
    """Give how many rows ended in a minute, of late."""
    at = at or timezone.now()
    since = at - LATELY
    if mailing.listed_at is not None:
        since = max(since, mailing.listed_at)
    seconds = max((at - since).total_seconds(), 1)
    tried = mailing.deliveries.filter(state__in=[State.SENT, State.FAILED, State.SKIPPED])
    ended = tried.filter(ended_at__gt=since, ended_at__lte=at)
    return ended.count() * 60 / seconds


def next_try(mailing: Mailing) -> datetime.datetime | None:
    """Say when the first of those that were put off is tried again."""
    return first_due(mailing, State.DEFERRED)


def leases_end(mailing: Mailing) -> datetime.datetime | None:
    """Say from when on others may take the first of those that somebody has in hand."""
    return first_due(mailing, State.SENDING)


def first_due(mailing: Mailing, state: State) -> datetime.datetime | None:
    return mailing.deliveries.filter(state=state).aggregate(at=Min("due_at"))["at"]


def time_left(totals: Totals, rate: float) -> datetime.timedelta | None:
    """Guess how long those take that wait; None where nothing moves. Who was put off is extra."""
    waiting = totals.in_state(State.QUEUED) + totals.in_state(State.SENDING)
    if not waiting or rate <= 0:
        return None
    return datetime.timedelta(minutes=waiting / rate)


def in_words(span: datetime.timedelta) -> str:
    """Say how long something takes, as one would: in its one or two largest units."""
    seconds = round(span.total_seconds())
    if seconds < 60:
        return ngettext("%d second", "%d seconds", seconds) % seconds
    minutes = round(seconds / 60)
    if minutes < 60:
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        words = ngettext("%d hour", "%d hours", hours) % hours
        rest = ngettext("%d minute", "%d minutes", minutes) % minutes
        return f"{words} {rest}" if minutes else words
    days = round(hours / 24)
    return ngettext("%d day", "%d days", days) % days
