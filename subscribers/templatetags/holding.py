"""The notice that all mail is held back, for those who see mailings."""

from django import template

from issues.moments import in_words
from subscribers.delivery import holding
from subscribers.delivery.rights import APPROVE, VIEW

register = template.Library()


@register.inclusion_tag("admin/subscribers/_hold.html", takes_context=True)
def notice_of_hold(context) -> dict:
    user = context["request"].user
    may_resume = user.has_perm(APPROVE)
    hold = holding.current() if may_resume or user.has_perm(VIEW) else None
    return {"hold": hold, "since": hold and in_words(hold.since), "may_resume": may_resume}
