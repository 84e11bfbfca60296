"""The writing desk: the screens on which editors write and publish."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from markdownx.models import MarkdownxField

from issues import search
from issues.forms import AssetForm, IssueForm, MarkdownWidget, SectionForm, SectionFormSet, TagForm
from issues.models import Asset, FormerAddress, Issue, Section, SectionType, Tag
from issues.models.former_address import addresses
from issues.views import sections_of

admin.site.site_header = admin.site.site_title = _("Writing desk")
admin.site.index_title = _("What would you like to do?")

OVERRIDES = {MarkdownxField: {"widget": MarkdownWidget}}


class PublicAdmin(admin.ModelAdmin):
    """Keeps search index and former addresses in step with what editors save."""

    formfield_overrides = OVERRIDES

    def sections(self, obj):
        """Give the sections whose words an object changes."""
        raise NotImplementedError

    def addressed(self, pk: int) -> list:
        """Give what has other addresses when the object of this key has, as it is stored."""
        return list(self.model.objects.filter(pk=pk))

    def save_model(self, request, obj, form, change):
        form.addresses_before = addresses(self.addressed(obj.pk)) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        # After the tags are stored, which happens later than saving the object itself.
        super().save_related(request, form, formsets, change)
        after = addresses(self.addressed(form.instance.pk))
        FormerAddress.objects.keep(form.addresses_before, after)
        search.index(self.sections(form.instance))

    def delete_model(self, request, obj):
        gone = [section.pk for section in self.sections(obj)]
        super().delete_model(request, obj)
        self.after_delete(gone)

    def delete_queryset(self, request, queryset):
        gone = [section.pk for obj in queryset for section in self.sections(obj)]
        super().delete_queryset(request, queryset)
        self.after_delete(gone)

    def after_delete(self, pks: list[int]):
        """Drop the sections that are gone from the index, and index anew those that remain."""
        search.remove(pks)
        search.index(Section.objects.filter(pk__in=pks))


def address_on_site(section: Section) -> str | None:
    """Give the section's page; before there is one, its place in the editors' own view."""
    if section.issue is None:
        return None
    if section.issue.is_published:
        return section.get_absolute_url()
    return f"{reverse('admin:issues_issue_preview', args=[section.issue_id])}#{section.slug}"


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return Issue.State.choices

    def queryset(self, request, queryset):
        match self.value():
            case Issue.State.DRAFT:
                return queryset.drafts()
            case Issue.State.SCHEDULED:
                return queryset.scheduled()
            case Issue.State.PUBLISHED:
                return queryset.published()
        return queryset


class SectionInline(admin.StackedInline):
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


@admin.register(Issue)
class IssueAdmin(PublicAdmin):
    class Media:
        css = {"all": ["admin/desk.css"]}

    form = IssueForm
    inlines = [SectionInline]
    list_display = ["number", "title", "state_label", "published_at", "section_count"]
    list_display_links = ["number", "title"]
    list_filter = [StateFilter, "published_at"]
    search_fields = ["number", "title", "sections__title"]
    date_hierarchy = "published_at"
    list_per_page = 50
    actions = ["publish_now", "unpublish"]
    autocomplete_fields = ["cover"]
    fieldsets = [
        (None, {"fields": [("number", "published_at"), "title", "summary", "intro"]}),
        (_("More"), {"fields": ["cover", "notes"], "classes": ["collapse"]}),
    ]

    def sections(self, obj):
        return obj.sections.all()

    def addressed(self, pk):
        return [*super().addressed(pk), *Section.objects.filter(issue=pk).select_related("issue")]

    def get_queryset(self, request):
        return (
            super().get_queryset(request).annotate(section_total=Count("sections", distinct=True))
        )

    @admin.display(description=_("state"), ordering="published_at")
    def state_label(self, issue):
        return format_html('<span class="state {}">{}</span>', issue.state, issue.state.label)

    @admin.display(description=_("sections"), ordering="section_total")
    def section_count(self, issue):
        return issue.section_total

    def get_changeform_initial_data(self, request):
        newest = Issue.objects.aggregate(newest=Max("number"))["newest"] or 0
        return {"number": newest + 1, **super().get_changeform_initial_data(request)}

    def save_formset(self, request, form, formset, change):
        gone = [form.instance.pk for form in formset.deleted_forms if form.instance.pk]
        formset.free_slugs()
        super().save_formset(request, form, formset, change)
        search.remove(gone)
        formset.renumber()

    def view_on_site(self, issue):
        """Lead to the public page; before there is one, to the editors' own view of it."""
        if issue.is_published:
            return issue.get_absolute_url()
        return reverse("admin:issues_issue_preview", args=[issue.pk])

    def get_urls(self):
        preview = self.admin_site.admin_view(self.preview)
        return [
            path("<int:pk>/preview/", preview, name="issues_issue_preview"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: int):
        """Show an issue as its readers will see it."""
        issue = get_object_or_404(Issue, pk=pk)
        if not self.has_view_permission(request, issue):
            raise PermissionDenied
        context = {"issue": issue, "sections": sections_of(issue), "preview": True}
        return render(request, "issues/issue_detail.html", context)

    @admin.action(description=_("Publish now"), permissions=["change"])
    def publish_now(self, request, queryset):
        waiting = queryset.exclude(pk__in=Issue.objects.published())
        now = timezone.now()
        for issue in waiting:
            issue.publish(now)
        self.say(request, len(waiting), "%d issue is public now.", "%d issues are public now.")

    @admin.action(description=_("Unpublish: make drafts again"), permissions=["change"])
    def unpublish(self, request, queryset):
        for issue in queryset:
            issue.unpublish()
        self.say(request, len(queryset), "%d issue is a draft.", "%d issues are drafts.")

    def say(self, request, count: int, one: str, many: str):
        self.message_user(request, ngettext(one, many, count) % count, messages.SUCCESS)


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


@admin.register(SectionType)
class SectionTypeAdmin(PublicAdmin):
    list_display = ["__str__", "position", "min_per_issue", "max_per_issue"]
    prepopulated_fields = {"slug": ["name"]}

    def sections(self, obj):
        return []  # the index does not know types


@admin.register(Asset)
class AssetAdmin(admin.ModelAdmin):
    class Media:
        css = {"all": ["admin/desk.css"]}

    form = AssetForm
    readonly_fields = ["shown"]
    list_display = ["thumbnail", "alt", "caption", "size", "created_at"]
    list_display_links = ["thumbnail", "alt"]
    search_fields = ["alt", "caption", "credit", "file"]

    @admin.display(description=_("picture"))
    def thumbnail(self, asset):
        return format_html(
            '<img class="thumbnail" src="{}" alt="{}" loading="lazy">', asset.file.url, asset.alt
        )

    @admin.display(description=_("size"))
    def size(self, asset):
        return f"{asset.width} × {asset.height}"

    def get_fields(self, request, obj=None):
        """Ask for the file only once: a stored picture is never another one."""
        return ["shown" if obj else "upload", "alt", "caption", "credit"]

    @admin.display(description=_("picture"))
    def shown(self, asset):
        return format_html('<img class="shown" src="{0}" alt=""><br>{0}', asset.file.url)

    def has_delete_permission(self, request, obj=None):
        return False  # a page may show it
