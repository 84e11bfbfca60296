"""What is wrong with delivery, as a person or a monitor has to know it.

It asks the database a fixed number of questions, none of which reads many rows.
"""

import datetime
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from issues.moments import in_words
from subscribers.delivery import nudging, weeks
from subscribers.delivery.lateness import last_sign
from subscribers.delivery.slots import latest_slot, next_slot, window_end
from subscribers.models import Delivery, Hold, Letter, Mailing, Worker

State = Mailing.State

OVER = (Delivery.State.SENT, Delivery.State.FAILED, Delivery.State.SKIPPED)
SOON = datetime.timedelta(minutes=10)  # within which a worker does something
A_MOMENT = datetime.timedelta(minutes=2)  # in which a mail server may come back
LATE = datetime.timedelta(minutes=15)  # behind what was to be begun or sent
MANY = 100  # letters: no more of them are counted
OLD = datetime.timedelta(days=7)  # since whoever was to look has looked


class Trouble(NamedTuple):
    name: str  # which anybody may read
    words: str  # for those who look after the site


def troubles(at: datetime.datetime | None = None) -> list[Trouble]:
    """Give what is wrong at the moment `at` (now by default)."""
    at = at or timezone.now()
    going = list(unfinished(at))
    return [
        *of_hold(),
        *of_slots(at),
        *(trouble for one in going for trouble in of_mailing(one, at)),
        *of_workers(going, at),
        *of_mail_server(at),
        *of_held_rows(at),
        *of_letters(at),
    ]


def of_hold() -> Iterator[Trouble]:
    """Say whether all mail waits since a backup was restored."""
    hold = Hold.objects.first()
    if hold:
        words = _("All mail is held back since %(moment)s, until a person resumes it. %(reason)s")
        facts = {"moment": in_words(hold.since), "reason": hold.reason}
        yield Trouble("mail_held_back", words % facts)


def of_slots(at: datetime.datetime) -> Iterator[Trouble]:
    """Say whether a slot was missed."""
    last = latest_slot(at)
    if weeks.is_missed(last, at):
        words = _("Nothing went out on %s, and nobody had said that it would not.")
        yield Trouble("missed_slot", words % in_words(last))


def notes(at: datetime.datetime | None = None) -> list[Trouble]:
    """Give what is worth knowing, and keeps no mail from going out."""
    return list(of_reminders(at or timezone.now()))


def of_reminders(at: datetime.datetime) -> Iterator[Trouble]:
    """Say whether anybody can be told before the next slot is missed."""
    is_needed = weeks.counts_since() and weeks.week_of(next_slot(at)).is_open
    if is_needed and not nudging.publishers():
        words = _("Nobody who may approve mailings has an e-mail address: nobody is reminded.")
        yield Trouble("nobody_to_remind", words)


def unfinished(at: datetime.datetime):
    """Give the mailings that are still to end, and whether rows wait for them to move."""
    rows = Delivery.objects.filter(mailing=OuterRef("pk"))
    return (
        Mailing.objects.exclude(state__in=[State.SENT, State.CANCELLED])
        .light()
        .annotate(
            has_due=Exists(rows.filter(due_at__lte=at - SOON)),
            has_moved=Exists(rows.filter(state__in=OVER, ended_at__gt=at - SOON)),
        )
    )


def of_mailing(mailing: Mailing, at: datetime.datetime) -> Iterator[Trouble]:
    if is_overdue(mailing, at):
        words = _("“%(mailing)s” was to begin on %(moment)s, and has not.")
        facts = {"mailing": mailing, "moment": in_words(mailing.scheduled_for)}
        yield Trouble("not_begun", words % facts)
    if mailing.state == State.PAUSED and mailing.reason:
        words = _("“%(mailing)s” waits for a person: %(reason)s")
        yield Trouble("waiting", words % {"mailing": mailing, "reason": mailing.reason})
    elif mailing.state == State.PAUSED and at > window_end(mailing.scheduled_for):
        words = _("“%(mailing)s” was to go out on %(moment)s. Somebody paused it, and it still is.")
        facts = {"mailing": mailing, "moment": in_words(mailing.scheduled_for)}
        yield Trouble("waiting", words % facts)
    if is_stuck(mailing, at):
        words = _("“%(mailing)s” is under way, but nothing has moved for %(minutes)d minutes.")
        facts = {"mailing": mailing, "minutes": SOON.seconds // 60}
        yield Trouble("stuck", words % facts)


def is_overdue(mailing: Mailing, at: datetime.datetime) -> bool:
    return mailing.state == State.APPROVED and mailing.scheduled_for <= at - LATE


def is_stuck(mailing: Mailing, at: datetime.datetime) -> bool:
    has_begun_before = mailing.started_at is None or mailing.started_at <= at - SOON
    if mailing.state == State.STARTING:
        return has_begun_before
    return mailing.state == State.SENDING and mailing.has_due and not mailing.has_moved


def of_workers(going: list[Mailing], at: datetime.datetime) -> Iterator[Trouble]:
    """Say whether a worker lives, if there is something to do for one."""
    is_needed = any(
        one.state in (State.STARTING, State.SENDING)
        or (one.state == State.APPROVED and one.scheduled_for <= at)
        for one in going
    )
    seen_at = last_sign() if is_needed else None
    if is_needed and (seen_at is None or seen_at <= at - SOON):
        words = _("A mailing is to go out, but no worker is alive.")
        since = seen_at and _("The last one was seen on %s.") % in_words(seen_at)
        yield Trouble("no_worker", " ".join(filter(None, [words, since])))


def of_mail_server(at: datetime.datetime) -> Iterator[Trouble]:
    """Say whether the mail server has been out of reach for more than a moment."""
    worker = Worker.objects.in_trouble(at).first()
    if worker and worker.trouble_at <= at - A_MOMENT:
        words = _("Nothing can be sent since %(moment)s. %(trouble)s")
        facts = {"moment": in_words(worker.trouble_at), "trouble": worker.trouble}
        yield Trouble("mail_server", words % facts)


def of_held_rows(at: datetime.datetime) -> Iterator[Trouble]:
    """Say of which mailings somebody has to look at messages, while that is of interest."""
    held = Delivery.objects.filter(mailing=OuterRef("pk"), state=Delivery.State.HELD)
    recent = Mailing.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at - OLD))
    for mailing in recent.exclude(state=State.CANCELLED).filter(Exists(held)).light():
        words = _("“%s” has messages of which nobody knows whether they went out: please look.")
        yield Trouble("held", words % mailing)


def of_letters(at: datetime.datetime) -> Iterator[Trouble]:
    count = Letter.objects.due(at - LATE)[:MANY].count()
    if count:
        words = ngettext(
            "%(count)d letter was to go out more than %(minutes)d minutes ago.",
            "%(count)d letters were to go out more than %(minutes)d minutes ago.",
            count,
        )
        if count == MANY:
            words = _("%(count)d letters or more were to go out more than %(minutes)d minutes ago.")
        facts = {"count": count, "minutes": LATE.seconds // 60}
        yield Trouble("letters_waiting", words % facts)


def oldest_due(at: datetime.datetime | None = None) -> dict[str, int]:
    """Give for how many seconds the oldest letter and the oldest message of a mailing are due.

    While a large mailing goes out it is as old as that: it is no trouble by itself.
    """
    at = at or timezone.now()
    first = Delivery.objects.filter(mailing=OuterRef("pk"), due_at__lte=at).order_by("due_at")
    going = Mailing.objects.under_way().annotate(due_at=Subquery(first.values("due_at")[:1]))
    moments = {
        "letters": Letter.objects.due(at).order_by("due_at").values_list("due_at", flat=True)[:1],
        "deliveries": [
            *going.values_list("due_at", flat=True),
            *Mailing.objects.due(at).values_list("scheduled_for", flat=True),
        ],
    }
    return {name: seconds_since(found, at) for name, found in moments.items()}


def seconds_since(moments: Iterable[datetime.datetime | None], at: datetime.datetime) -> int:
    """Give for how long the oldest of the moments is past; 0 if there is none."""
    return int((at - min(filter(None, moments), default=at)).total_seconds())
