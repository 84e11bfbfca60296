"""Sections: the rows in the form of an issue, and the screen of a single one."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from issues.admin.base import RecordedAdmin, address_on_site
from issues.forms import SectionForm
from issues.models import Issue, Section


@admin.register(Section)
class SectionAdmin(RecordedAdmin):
    history_page = "desk:section_history"
    form = SectionForm
    list_display = ["title", "type", "issue", "updated_at"]
    list_filter = ["type", ("issue", admin.EmptyFieldListFilter)]
    list_select_related = ["type", "issue"]
    search_fields = ["title", "tags__name"]
    autocomplete_fields = ["issue", "superseded_by"]

    def sections(self, obj):
        return [obj]

    def recorded(self, obj):
        return [obj, *Issue.objects.filter(sections=obj.pk)]

    def view_on_site(self, section):
        return address_on_site(section)
