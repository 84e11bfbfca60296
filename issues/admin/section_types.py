"""The screen of section types."""

from django.contrib import admin

from issues.admin.base import PublicAdmin
from issues.models import SectionType


@admin.register(SectionType)
class SectionTypeAdmin(PublicAdmin):
    list_display = ["__str__", "position", "min_per_issue", "max_per_issue"]
    prepopulated_fields = {"slug": ["name"]}

    def sections(self, obj):
        return []  # the index does not know types
