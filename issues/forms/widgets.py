"""Fields with scripts that only add to them."""

import json

from django import forms
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from markdownx.widgets import MarkdownxWidget
from taggit.forms import TagWidget

REFERENCES_HELP = _lazy(
    "Markdown. [[2/lazy-loading]] becomes a link to that section of issue 2, [[2]] one to the "
    "issue; [[2/lazy-loading|words]] has words of its own."
)


class MarkdownWidget(MarkdownxWidget):
    """django-markdownx's text area; preview and upload are ours."""

    class Media:
        extend = False
        css = {"all": ["admin/markdown.css"]}
        js = [forms.Script("admin/markdown.js", type="module")]

    def get_context(self, name, value, attrs):
        # The preview is drawn in the site's own style sheet.
        styles = " ".join(map(static, ("css/site.css", "admin/markdown.css")))
        return super().get_context(name, value, {**(attrs or {}), "data-styles": styles})


class TagsWidget(TagWidget):
    """A text field for tags; a script suggests those there are, and marks those there are not."""

    class Media:
        css = {"all": ["admin/tags.css"]}
        js = [forms.Script("admin/tags.js", type="module")]

    def __init__(self, attrs=None):
        addresses = {
            "data-tags": reverse_lazy("desk:tags"),
            "data-tags-check": reverse_lazy("desk:check_tags"),
        }
        super().__init__({**addresses, "autocomplete": "off", **(attrs or {})})

    def get_context(self, name, value, attrs):
        """Add what the script says; "{}" stands for a tag."""
        words = {
            "suggestions": _("Suggestions"),
            "chips": _("These tags"),
            "new": _("new"),
            "use": _("Use {}"),
            "is_new": _("“{}” is a new tag."),
            "meant": _("Did you mean “{}”?"),
        }
        attrs = {"data-words": json.dumps(words, ensure_ascii=False), **(attrs or {})}
        return super().get_context(name, value, attrs)
