"""The screens of issues: their list, and the form in which one is written."""

from contextlib import contextmanager

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.forms import Script
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from issues import audit, publishing, roles
from issues.admin.permission import IssuePermission
from issues.admin.section_rows import SectionInline
from issues.admin.writing import WritingAdmin
from issues.audit import Act
from issues.forms import IssueForm
from issues.models import Issue, Section, StaleVersion
from issues.views import page_of, sections_of

# What the form does beyond a plain form; each works on its own.
SCRIPTS = ["cards", "board", "saving", "live"]


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


@admin.register(Issue)
class IssueAdmin(IssuePermission, WritingAdmin):
    class Media:
        css = {"all": ["admin/desk.css"]}
        js = [Script(f"admin/{name}.js", type="module") for name in SCRIPTS]

    history_page = "desk:history"
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
        (None, {"fields": [("number", "planned_at"), "title", "summary", "intro"]}),
        (_("More"), {"fields": ["cover", "notes"], "classes": ["collapse"]}),
    ]

    def get_fieldsets(self, request, obj=None):
        """Leave out the plan of what has its date; that one is changed where one publishes."""
        (name, options), *others = super().get_fieldsets(request, obj)
        if obj and obj.published_at:
            options = {**options, "fields": ["number", "title", "summary", "intro"]}
        return [(name, options), *others]

    def sections(self, obj):
        return obj.sections.only("pk")

    def addressed(self, pk):
        return [*super().addressed(pk), *Section.objects.filter(issue=pk).select_related("issue")]

    @contextmanager
    def recording_deletion(self, request, gone):
        with super().recording_deletion(request, gone):
            for issue in gone:
                audit.note(request.user, Act.DELETED, issue)
            yield

    def get_queryset(self, request):
        visible = roles.visible_issues(request.user).order_by("-number")
        return visible.annotate(section_total=Count("sections", distinct=True))

    def changelist_view(self, request, extra_context=None):
        context = {"may_recover": roles.may_recover(request.user), **(extra_context or {})}
        return super().changelist_view(request, context)

    def has_publish_permission(self, request):
        return roles.may_publish(request.user)

    @admin.display(description=_("state"), ordering="published_at")
    def state_label(self, issue):
        return format_html('<span class="state {}">{}</span>', issue.state, issue.state.label)

    @admin.display(description=_("sections"), ordering="section_total")
    def section_count(self, issue):
        return issue.section_total

    def get_changeform_initial_data(self, request):
        proposed = {
            "number": Issue.objects.next_number(),
            "planned_at": publishing.free_issue_day(timezone.now()),
        }
        return {**proposed, **super().get_changeform_initial_data(request)}

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
        if not roles.may_see(request.user, issue):
            raise PermissionDenied
        context = {"issue": issue, **page_of(issue, sections_of(issue)), "preview": True}
        return render(request, "issues/issue_detail.html", context)

    @admin.action(description=_("Publish now"), permissions=["publish"])
    def publish_now(self, request, queryset):
        done = self.each(request, queryset, publishing.publish)
        self.say(request, done, "%d issue is public now.", "%d issues are public now.")

    @admin.action(description=_("Unpublish: make drafts again"), permissions=["publish"])
    def unpublish(self, request, queryset):
        done = self.each(request, queryset, publishing.unpublish)
        self.say(request, done, "%d issue is a draft.", "%d issues are drafts.")

    def each(self, request, queryset, verb) -> int:
        """Do something with each issue, say of each that is refused why, and count the others."""
        done = 0
        for issue in queryset:
            try:
                verb(issue, request.user)
                done += 1
            except publishing.Refused as refusal:
                self.warn(request, issue, str(refusal))
            except StaleVersion:
                self.warn(request, issue, _("Somebody has changed it meanwhile."))
        return done

    def warn(self, request, issue, reason: str):
        page = reverse("desk:publishing", args=[issue.pk])
        words = format_html('{}: {} <a href="{}">{}</a>', issue, reason, page, _("Look at it"))
        self.message_user(request, words, messages.WARNING)

    def say(self, request, count: int, one: str, many: str):
        if count:
            self.message_user(request, ngettext(one, many, count) % count, messages.SUCCESS)
