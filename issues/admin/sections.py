"""Sections: the rows in the form of an issue, and the screen of a single one."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from issues.admin.base import PublicAdmin, address_on_site
from issues.forms import SectionForm
from issues.models import Section


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
