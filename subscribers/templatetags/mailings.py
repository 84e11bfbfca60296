"""Mailings on the editor's home, for those who may see them."""

from django import template
from django.contrib import admin
from django.db.models import Case, IntegerField, Q, When
from django.utils import timezone

from subscribers.admin import progress
from subscribers.delivery import approving
from subscribers.models import Mailing

register = template.Library()

State = Mailing.State


@register.inclusion_tag("admin/subscribers/_home_mailing.html", takes_context=True)
def mailing_at_home(context) -> dict:
    """Show the mailing that is under way or waits for somebody; else the one that comes next."""
    screen = admin.site.get_model_admin(Mailing)
    if not screen.has_view_permission(context["request"]):
        return {}
    mailing = most_urgent(screen.get_queryset(context["request"]))
    if mailing is None:
        return {}
    found = progress.context_of(mailing)
    differs = not mailing.has_begun and approving.differs(mailing)
    is_due = mailing.state != State.APPROVED or mailing.scheduled_for <= timezone.now()
    worker = found["worker"]
    cannot_send = worker is not None and (not worker["is_alive"] or worker["more"])
    return {"differs": differs, "is_stuck": is_due and cannot_send, **found}


def most_urgent(mailings) -> Mailing | None:
    """Give the mailing that somebody should look at first, of those that are not over."""
    turn = Case(
        When(state__in=progress.UNDER_WAY, then=0),
        When(state=State.PAUSED, then=1),
        default=2,
        output_field=IntegerField(),
    )
    is_over = Q(state__in=[State.SENT, State.CANCELLED])
    return mailings.exclude(is_over).order_by(turn, "scheduled_for", "pk").first()
