"""The sections in the form of their issue: cards, and a slot for each that is missing."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from issues.admin.base import OVERRIDES, address_on_site
from issues.admin.permission import IssueRowPermission
from issues.forms import MarkdownWidget, SectionFormSet, SectionRowForm, TagsWidget
from issues.forms.choices import KnownChoiceField
from issues.models import Section


class SectionInline(IssueRowPermission, admin.StackedInline):
    model = Section
    form = SectionRowForm
    formset = SectionFormSet
    formfield_overrides = OVERRIDES
    template = "admin/issues/issue/cards.html"
    fk_name = "issue"
    fieldsets = [
        (None, {"fields": ["type", "position", "title", "body", "tags", "link", "byline"]}),
        (_("More"), {"fields": ["short_title", "slug", "to_inbox"], "classes": ["collapse"]}),
    ]

    @property
    def media(self):
        """Leave out the admin's own script for rows: the desk has another one."""
        return MarkdownWidget().media + TagsWidget().media

    def get_queryset(self, request):
        sections = super().get_queryset(request).prefetch_related("tags")
        return sections.select_related("issue", "type")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name != "type":
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        kwargs["form_class"] = KnownChoiceField
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        types = list(field.queryset)  # asked once, not once for each row
        field.known = {str(one.pk): one for one in types}
        field.choices = [("", field.empty_label), *((one.pk, str(one)) for one in types)]
        return field

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "type":
            field.widget = field.widget.widget  # without buttons for changing the types here
        return field

    def view_on_site(self, section):
        return address_on_site(section)
