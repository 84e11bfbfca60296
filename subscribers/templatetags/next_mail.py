"""The next mail on the editor's home, for those who see mailings."""

from django import template
from django.urls import reverse
from django.utils import timezone

from issues.moments import in_words
from subscribers.delivery import nudging, weeks
from subscribers.delivery.rights import APPROVE, VIEW
from subscribers.delivery.slots import next_slot

register = template.Library()


@register.inclusion_tag("admin/subscribers/_next_mail.html", takes_context=True)
def next_mail_at_home(context) -> dict:
    """Say when it is, what is approved for it, and what may be."""
    user = context["request"].user
    may_approve, may_see = user.has_perm(APPROVE), user.has_perm(VIEW)
    if not (may_approve or may_see):
        return {}
    week = weeks.week_of(next_slot(timezone.now()))
    found = {"week": week, "moment": in_words(week.slot)}
    found |= {"may_approve": may_approve, "may_see": may_see}
    if may_approve and week.is_open:
        issue = nudging.candidate(week.slot)
        found |= {
            "issue": issue,
            "mail_url": issue and reverse("subscribers_desk:mail", args=[issue.pk]),
            "reaches_nobody": not nudging.publishers(),
        }
    return {"next_mail": found}
