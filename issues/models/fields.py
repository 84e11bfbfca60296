"""Columns of our own."""

from django.db import models
from django.utils.safestring import SafeString, mark_safe


class RenderedField(models.TextField):
    """HTML that `issues.markdown` has sanitised; nothing else is ever written into it."""

    def __init__(self, **kwargs):
        super().__init__(**{"editable": False, "blank": True, **kwargs})

    def from_db_value(self, value, expression, connection) -> SafeString:
        return mark_safe(value)


class WebAddressField(models.URLField):
    """A link; one that is typed without `https://` gets it."""

    def formfield(self, **kwargs):
        return super().formfield(**{"assume_scheme": "https", **kwargs})
