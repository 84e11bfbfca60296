"""Columns of our own."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from issues.characters import one_line


class RenderedField(models.TextField):
    """HTML that `issues.markdown` has sanitised; nothing else is ever written into it."""

    def __init__(self, **kwargs):
        super().__init__(**{"editable": False, "blank": True, **kwargs})

    def from_db_value(self, value, expression, connection) -> SafeString:
        return mark_safe(value)  # nosec B308 B703


class WebAddressField(models.URLField):
    """A link to the web; one that is typed without `https://` gets it."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def formfield(self, **kwargs):
        return super().formfield(**{"assume_scheme": "https", **kwargs})


def require_words(instance: models.Model, name: str) -> None:
    """Raise ValidationError for a text that would be empty once it is cleaned for saving."""
    text = getattr(instance, name)
    if text and not one_line(text):  # the field itself says so of an empty one
        raise ValidationError({name: _("This field is required.")})
