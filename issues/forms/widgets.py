"""Fields with scripts that only add to them."""

from django import forms
from django.templatetags.static import static
from markdownx.widgets import MarkdownxWidget
from taggit.forms import TagWidget


class MarkdownWidget(MarkdownxWidget):
    """django-markdownx's text area; preview and upload are ours."""

    class Media:
        extend = False
        css = {"all": ["admin/markdown.css"]}
        js = [forms.Script("admin/markdown.js", type="module")]

    def get_context(self, name, value, attrs):
        # The preview is drawn in the site's own style sheet.
        return super().get_context(
            name, value, {**(attrs or {}), "data-style": static("css/site.css")}
        )


class TagsWidget(TagWidget):
    """A text field that suggests the tags there are, by a script that only adds to it."""

    class Media:
        js = [forms.Script("admin/tags.js", type="module")]

    def __init__(self, attrs=None):
        super().__init__({"data-tags": "/admin/desk/tags/", "autocomplete": "off", **(attrs or {})})
