"""What the form says that stands on every public page."""

from django import template

from subscribers import consent

register = template.Library()
register.simple_tag(consent.words, name="consent_words")
