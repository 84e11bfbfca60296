"""The screen of tags."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from issues import tagging
from issues.admin.base import PublicAdmin
from issues.forms import MergeTagsForm, TagForm
from issues.models import Section, Tag
from issues.models.tag import join_names

MAX_TAGS = 100  # to merge in one go


class UseFilter(admin.SimpleListFilter):
    title = _("use")
    parameter_name = "use"

    def lookups(self, request, model_admin):
        return [("used", _("Used")), ("unused", _("Unused"))]

    def queryset(self, request, queryset):
        match self.value():
            case "used":
                return queryset.filter(section_total__gt=0)
            case "unused":
                return queryset.filter(section_total=0)
        return queryset


@admin.register(Tag)
class TagAdmin(PublicAdmin):
    form = TagForm
    list_display = ["name", "slug", "section_count", "description"]
    list_filter = [UseFilter]
    search_fields = ["name", "description"]
    actions = ["merge"]

    def sections(self, obj):
        return Section.objects.filter(tag_items__tag=obj).only("pk")

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(section_total=Count("section_items"))

    @admin.display(description=_("sections"), ordering="section_total")
    def section_count(self, tag):
        return tag.section_total

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change and "name" in form.changed_data:
            # A form that is open holds the old name, and would make that tag again.
            tagging.touch(list(self.sections(form.instance).values_list("pk", flat=True)))

    def delete_model(self, request, obj):
        with self.changing(request, [obj]):
            obj.delete()

    def delete_queryset(self, request, queryset):
        with self.changing(request, list(queryset)):
            queryset.delete()

    def changing(self, request, gone: list[Tag]):
        """Keep the sections in step, which have one tag less then."""
        changed = Section.objects.filter(tag_items__tag__in=gone).values_list("pk", flat=True)
        words = _("Deleted tags: %s") % join_names(gone)
        return tagging.changing(set(changed), request.user, words)

    def has_merge_permission(self, request):
        return self.has_change_permission(request) and self.has_delete_permission(request)

    @admin.action(description=_("Merge…"), permissions=["merge"])
    def merge(self, request, queryset):
        """Ask which of the chosen tags stays; once it is named, make all of them that one."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        if not 2 <= queryset.count() <= MAX_TAGS:
            text = _("Choose at least two tags to merge, and at most %d.") % MAX_TAGS
            self.message_user(request, text, messages.ERROR)
            return None
        form = MergeTagsForm(request.POST if "stays" in request.POST else None, queryset)
        if not form.is_valid():
            return self.merge_page(request, form)
        into = form.cleaned_data["into"]
        others = ", ".join(tag.name for tag in queryset if tag != into)
        count = tagging.merge(queryset, into, request.user)
        text = ngettext(
            "“%(into)s” has taken the place of %(others)s in %(count)d section.",
            "“%(into)s” has taken the place of %(others)s in %(count)d sections.",
            count,
        )
        text %= {"into": into, "others": others, "count": count}
        self.log_change(request, into, text)
        self.message_user(request, text, messages.SUCCESS)
        return None

    def merge_page(self, request, form):
        context = {
            **self.admin_site.each_context(request),
            "title": _("Merge tags"),
            "opts": self.opts,
            "form": form,
            "tags": form.fields["into"].queryset,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/desk/merge_tags.html", context)
