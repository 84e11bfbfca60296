"""How far a mailing is, in words and numbers, as its page says it while it is under way."""

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from issues.moments import day_and_clock, in_words
from subscribers.connection import without_addresses
from subscribers.delivery import totals
from subscribers.delivery.lateness import last_sign
from subscribers.models import Delivery, Mailing, Worker

State = Mailing.State

UNDER_WAY = (State.STARTING, State.SENDING)
# In these somebody waits for a worker, or will.
NEEDS_WORKER = (State.APPROVED, *UNDER_WAY)


def context_of(mailing: Mailing) -> dict:
    """Say how far a mailing is; with a fixed number of questions, however large it is."""
    found = totals.of(mailing)
    is_sending = mailing.state == State.SENDING
    rate = totals.rate(mailing) if is_sending else 0
    is_waiting = is_sending and found.in_state(Delivery.State.QUEUED)
    left = totals.time_left(found, rate) if is_waiting else None
    is_put_off = found.in_state(Delivery.State.DEFERRED) and is_sending
    is_last = is_sending and not is_waiting and found.in_state(Delivery.State.SENDING)
    return {
        "mailing": mailing,
        "totals": found,
        "is_under_way": mailing.state in UNDER_WAY,
        "state_words": state_words(mailing, found),
        "reason": without_addresses(mailing.reason),
        "rate": round(rate),
        "time_left": totals.in_words(left) if left else "",
        "in_hand": in_hand_words(mailing, found) if is_last else "",
        "next_try": next_try_words(mailing) if is_put_off else "",
        "worker": worker_words() if mailing.state in NEEDS_WORKER else None,
    }


def state_words(mailing: Mailing, found: totals.Totals) -> str:
    """Say in a sentence what a mailing does."""
    match mailing.state:
        case State.APPROVED:
            return _("It begins on %s.") % in_words(mailing.scheduled_for)
        case State.STARTING:
            return _("Everybody who is to get it is being listed.")
        case State.SENDING if found.in_state(Delivery.State.QUEUED):
            return _("It is being sent.")
        case State.SENDING:
            return _("It is being sent: only what is in hand or was put off is left.")
        case State.PAUSED:
            return _("It is paused. Nothing goes out until somebody resumes it.")
        case State.CANCELLED:
            return _("It was cancelled on %s.") % in_words(mailing.ended_at)
        case _:
            return _("It ended on %s.") % in_words(mailing.ended_at)


def next_try_words(mailing: Mailing) -> str:
    at = totals.next_try(mailing)
    if at is None:
        return ""
    if at <= timezone.now():
        return _("What was put off is tried again now.")
    return _("What was put off is tried again from %s on.") % day_and_clock(timezone.localtime(at))


def in_hand_words(mailing: Mailing, found: totals.Totals) -> str:
    """Say of the last messages when others take them, should whoever has them be gone."""
    count, at = found.in_state(Delivery.State.SENDING), totals.leases_end(mailing)
    if at is None or at <= timezone.now():
        words = ngettext(
            "%(count)d message is in hand; whoever had it may be gone: others take it now.",
            "%(count)d messages are in hand; whoever had them may be gone: others take them now.",
            count,
        )
        return words % {"count": count}
    words = ngettext(
        "%(count)d message is in hand; if whoever has it is gone, others take it from %(at)s on.",
        "%(count)d messages are in hand; if whoever has them is gone, others take them from "
        "%(at)s on.",
        count,
    )
    return words % {"count": count, "at": day_and_clock(timezone.localtime(at))}


def worker_words(at: datetime.datetime | None = None) -> dict:
    """Say whether a worker lives, and when the last one was seen."""
    at = at or timezone.now()
    if alive := Worker.objects.alive(at).count():
        words = ngettext("%d worker is at work.", "%d workers are at work.", alive)
        return {"is_alive": True, "words": words % alive, "more": trouble_words(at)}
    last = last_sign()
    seen = _("None has been seen yet.")
    if last:
        seen = _("The last one was seen %s ago.") % totals.in_words(at - last)
    words = _("No worker runs: nothing is sent until one does.")
    return {"is_alive": False, "words": words, "more": seen}


def trouble_words(at: datetime.datetime) -> str:
    """Say why those who live send nothing."""
    worker = Worker.objects.in_trouble(at).first()
    if worker is None:
        return ""
    words = _("Nothing can be sent since %(moment)s: %(trouble)s")
    moment = day_and_clock(timezone.localtime(worker.trouble_at))
    return words % {"moment": moment, "trouble": worker.trouble}
