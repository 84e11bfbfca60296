"""What the form says that stands on every public page."""

from django import template
from django.conf import settings

from subscribers import consent

register = template.Library()
register.simple_tag(consent.words, name="consent_words")


@register.simple_tag
def novalidate() -> str:
    """Let no browser refuse an address that our mail server takes: they know none beyond ASCII."""
    return " novalidate" if settings.SMTPUTF8 else ""
