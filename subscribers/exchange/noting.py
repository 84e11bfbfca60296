"""The audit log of what went in and out: whose file, of what kind, of how many; never of whom."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from issues import audit
from issues.audit import Act
from subscribers.connection import without_addresses
from subscribers.exchange.deciding import Plan
from subscribers.exchange.exporting import chosen
from subscribers.exchange.report import Report
from subscribers.models import Subscriber


def note_export(user, states: Collection[str] = ()) -> None:
    """Note who takes how many of which state; of all states if none are named."""
    kinds = ", ".join(states or Subscriber.State.values)
    audit.note(user, Act.READERS_EXPORTED, kinds, counted(chosen(states).count()))


def note_import(plan: Plan, report: Report) -> None:
    """Note what has become of a file; call it even if it ends in the middle."""
    if report.counts:
        subject = _("%(file)s (%(mode)s)") % {"file": plan.file, "mode": plan.mode.value}
        audit.note(plan.by, Act.READERS_IMPORTED, without_addresses(subject), report.summary)


def counted(people: int) -> str:
    return _("People: %d") % people
