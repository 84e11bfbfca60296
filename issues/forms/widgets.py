"""Fields with scripts that only add to them."""

from django import forms
from markdownx.widgets import MarkdownxWidget
from taggit.forms import TagWidget


class MarkdownWidget(MarkdownxWidget):
    """django-markdownx's text area; preview and upload are ours."""

    class Media:
        extend = False
        css = {"all": ["admin/desk.css"]}
        js = [forms.Script("admin/markdown.js", type="module")]


class TagsWidget(TagWidget):
    """A text field that suggests the tags there are, by a script that only adds to it."""

    class Media:
        js = [forms.Script("admin/tags.js", type="module")]

    def __init__(self, attrs=None):
        super().__init__({"data-tags": "/admin/desk/tags/", "autocomplete": "off", **(attrs or {})})
