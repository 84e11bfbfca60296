"""Sections: the rows in the form of an issue, and the screen of a single one."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from issues.admin.base import OVERRIDES, PublicAdmin
from issues.admin.permission import IssueRowPermission
from issues.forms import SectionForm, SectionFormSet
from issues.models import Section


def address_on_site(section: Section) -> str | None:
    """Give the section's page; before there is one, its place in the editors' own view."""
    if section.issue is None:
        return None
    if section.issue.is_published:
        return section.get_absolute_url()
    return f"{reverse('admin:issues_issue_preview', args=[section.issue_id])}#{section.slug}"


class SectionInline(IssueRowPermission, admin.StackedInline):
    model = Section
    form = SectionForm
    formset = SectionFormSet
    formfield_overrides = OVERRIDES
    fk_name = "issue"
    extra = 1
    fieldsets = [
        (None, {"fields": [("type", "position"), "title", "body", "tags", "link", "byline"]}),
        (_("More"), {"fields": ["short_title", "slug"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request):
        sections = super().get_queryset(request).prefetch_related("tags")
        return sections.select_related("issue")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "type":
            field.choices = list(field.choices)  # asked once, not once for each row
        return field

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "type":
            field.widget = field.widget.widget  # without buttons for changing the types here
        return field

    def view_on_site(self, section):
        return address_on_site(section)


@admin.register(Section)
class SectionAdmin(PublicAdmin):
    form = SectionForm
    list_display = ["title", "type", "issue", "updated_at"]
    list_filter = ["type", ("issue", admin.EmptyFieldListFilter)]
    list_select_related = ["type", "issue"]
    search_fields = ["title", "tags__name"]
    autocomplete_fields = ["issue", "superseded_by"]

    def sections(self, obj):
        return [obj]

    def view_on_site(self, section):
        return address_on_site(section)
