"""The way to the mail of an issue, for those who may see it."""

from django import template

from issues.models import Issue
from issues.moments import in_words
from subscribers.delivery.testing import may_test
from subscribers.models import Mailing

register = template.Library()


@register.inclusion_tag("admin/subscribers/_mail_link.html", takes_context=True)
def mail_of(context, issue: Issue) -> dict:
    """Say how far the mail of an issue is, and lead to its page."""
    if not may_test(context["request"].user, issue):
        return {}
    mailing = Mailing.objects.light().filter(issue=issue).first()
    moment = in_words(mailing.scheduled_for) if mailing else ""
    return {"issue": issue, "mailing": mailing, "moment": moment}
