"""The way to the mail of an issue, for those who may see it."""

from django import template

from issues.models import Issue
from issues.moments import in_words
from subscribers import written_mails
from subscribers.delivery import approving
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


@register.inclusion_tag("admin/subscribers/_mail_of_form.html", takes_context=True)
def approved_mail_of(context, issue: Issue | None) -> dict:
    """Say to whoever edits an issue that its mail is frozen, and whether the two differ by now."""
    if issue is None or issue.pk is None:
        return {}
    mailing = Mailing.objects.light().filter(issue=issue).first()
    if mailing is None or mailing.has_begun:
        return {}
    return {
        "mailing": mailing,
        "moment": in_words(mailing.scheduled_for),
        "differs": approving.differs(mailing),
        "may_see": may_test(context["request"].user, issue),
    }


@register.inclusion_tag("admin/subscribers/_no_server.html", takes_context=True)
def no_server(context) -> dict:
    """Say that nobody gets what is sent, where mail is but written into a folder."""
    may_see = context["request"].user.has_perm("subscribers.view_subscriber")
    return {"is_used": written_mails.is_used(), "may_see": may_see}
