"""What the pages of the writing desk need."""

from django import template
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def words(text: str | None) -> str:
    """Say how many words a text has, as the desk's script counts them too."""
    count = len((text or "").split())
    return ngettext("%d word", "%d words", count) % count
