"""The screen of tags."""

from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from issues.admin.base import PublicAdmin
from issues.forms import TagForm
from issues.models import Section, Tag


@admin.register(Tag)
class TagAdmin(PublicAdmin):
    form = TagForm
    list_display = ["name", "slug", "section_count"]
    search_fields = ["name"]

    def sections(self, obj):
        return Section.objects.filter(tag_items__tag=obj)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(section_total=Count("section_items"))

    @admin.display(description=_("sections"), ordering="section_total")
    def section_count(self, tag):
        return tag.section_total
