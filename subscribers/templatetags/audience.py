"""The subscribers on the editor's home, for those who may see them."""

from django import template
from django.contrib import admin

from subscribers import growth, written_mails
from subscribers.models import Subscriber

register = template.Library()


@register.inclusion_tag("admin/subscribers/_home.html", takes_context=True)
def subscribers_at_home(context) -> dict:
    """Say how many they are, and how many have come and gone this week."""
    screen = admin.site.get_model_admin(Subscriber)
    if not screen.has_view_permission(context["request"]):
        return {}
    return {
        "active": Subscriber.objects.active().count(),
        "week": growth.weeks(1)[0],
        "has_outbox": written_mails.is_used(),
    }
