"""What became of a mailing, as its page tells it afterwards; and what failed, while it is on."""

from subscribers.admin import pace
from subscribers.delivery import report, totals
from subscribers.models import Delivery, Mailing

State = Delivery.State


def report_of(mailing: Mailing, found: totals.Totals, may_see_people: bool) -> dict:
    """Give the parts of the report for which there is something to tell.

    A domain may name its owner, so that it is told only to those who see subscribers.
    """
    has_failed = found.in_state(State.FAILED) > 0
    periods = report.over_time(mailing) if found.sent else []
    return {
        "failures": report.failures_by_code(mailing) if has_failed else [],
        "domains": report.failures_by_domain(mailing) if has_failed and may_see_people else [],
        "skipped": totals.skipped(mailing) if found.in_state(State.SKIPPED) else [],
        "bounces": report.bounces(mailing),
        "left": report.left_after(mailing),
        "took": took(mailing),
        "per_minute": per_minute(mailing, found),
        "picture": pace.draw(periods) if periods else None,
        "periods": list(zip(pace.names_of(periods), periods, strict=True)),
    }


def took(mailing: Mailing) -> str:
    if mailing.started_at is None or mailing.ended_at is None:
        return ""
    return totals.in_words(mailing.ended_at - mailing.started_at)


def per_minute(mailing: Mailing, found: totals.Totals) -> int | None:
    """Give how many were sent in a minute, from beginning to end."""
    if mailing.started_at is None or mailing.ended_at is None or not found.sent:
        return None
    minutes = (mailing.ended_at - mailing.started_at).total_seconds() / 60
    return max(round(found.sent / max(minutes, 1 / 60)), 1)
