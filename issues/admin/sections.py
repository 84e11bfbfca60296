"""Sections: the rows in the form of an issue, and the screen of a single one."""

from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from issues import draft, history, inbox, roles
from issues.admin.base import RecordedAdmin, address_on_site
from issues.admin.bulk_tagging import BulkTagging
from issues.desk.choosing import name_of
from issues.forms import SectionScreenForm
from issues.models import FormerAddress, Issue, Section, StaleVersion
from issues.models.tag import join_names


class PlaceFilter(admin.SimpleListFilter):
    title = _("place")
    parameter_name = "place"

    def lookups(self, request, model_admin):
        return [("inbox", _("In the inbox")), ("issue", _("In an issue"))]

    def queryset(self, request, queryset):
        match self.value():
            case "inbox":
                return queryset.in_inbox()
            case "issue":
                return queryset.exclude(issue=None)
        return queryset


@admin.register(Section)
class SectionAdmin(BulkTagging, RecordedAdmin):
    class Media:
        css = {"all": ["admin/desk.css"]}

    history_page = "desk:section_history"
    form = SectionScreenForm
    exclude = ["version"]  # the model's, which no form sets; the form has a field of this name
    list_display = ["title", "type", "issue", "tag_names", "author", "age"]
    list_filter = ["type", PlaceFilter]
    list_per_page = 50
    ordering = ["-pk"]
    search_fields = ["title", "tags__name"]
    autocomplete_fields = ["issue", "superseded_by"]
    readonly_fields = ["reference"]
    actions = ["add_tags", "remove_tags", "push_back"]

    def sections(self, obj):
        return [obj]

    def recorded(self, obj):
        return [obj, *Issue.objects.filter(sections=obj.pk)]

    def view_on_site(self, section):
        return address_on_site(section)

    def get_queryset(self, request):
        visible = roles.visible_sections(request.user).order_by(*self.get_ordering(request))
        return visible.select_related("type", "issue", "author").prefetch_related("tags")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        choices = {
            "issue": roles.editable_issues,
            "superseded_by": roles.visible_sections,
        }
        if choose := choices.get(db_field.name):
            kwargs["queryset"] = choose(request.user)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.label_from_instance = name_of
        return field

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.is_theirs(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.is_theirs(request, obj)

    def is_theirs(self, request, obj) -> bool:
        return obj is None or roles.may_edit_section(request.user, obj)

    @admin.display(description=_("tags"))
    def tag_names(self, section):
        return join_names(section.tags.all())

    @admin.display(description=_("reference"))
    def reference(self, section):
        """Show what to write elsewhere to lead here."""
        return section.reference or "–"

    @admin.display(description=_("age"), ordering="-created_at")
    def age(self, section):
        return inbox.age(section)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            return self.save_locked(request, object_id, form_url, extra_context)
        except IntegrityError:
            # A picture that it shows was deleted in the same moment: now it shows none.
            list(messages.get_messages(request))  # that it was saved, which it was not
            return self.save_locked(request, object_id, form_url, extra_context)

    @transaction.atomic
    def save_locked(self, request, object_id, form_url, extra_context):
        # Before the form is checked, which locks the section.
        present = Section.objects.filter(pk=draft.whole(object_id)).values("issue")
        chosen = draft.whole(request.POST.get("issue"))
        Issue.objects.filter(Q(pk__in=present) | Q(pk=chosen)).lock()
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        form.section_before = self.addressed(obj.pk)[0] if change else None
        if not change:
            obj.author = request.user
        super().save_model(request, obj, form, change)

    def settle(self, form):
        before, after = form.section_before, form.instance
        if before and before.issue and not after.issue:
            FormerAddress.objects.remember_all([before])
        places = {before and before.issue_id, after.issue_id}
        inbox.settle(places)
        if len(places) > 1:
            Issue.objects.filter(pk__in=places).note_new_contents()

    def addressed(self, pk):
        return list(Section.objects.filter(pk=pk).select_related("issue"))

    def settle_deleted(self, gone):
        places = {section.issue_id for section in gone}
        inbox.settle(places)
        Issue.objects.filter(pk__in=places).note_new_contents()

    @admin.action(description=_("Push back into the inbox"), permissions=["change"])
    @method_decorator(transaction.atomic)
    def push_back(self, request, queryset):
        theirs = roles.editable_sections(request.user).exclude(issue=None)
        chosen = theirs.filter(pk__in=queryset.order_by().values("pk"))
        chosen.lock_issues()
        sections = chosen.select_related("issue")
        count = sum(self.push_one_back(request, section) for section in sections)
        text = ngettext(
            "%d section is in the inbox again.", "%d sections are in the inbox again.", count
        )
        self.message_user(request, text % count, messages.SUCCESS if count else messages.WARNING)

    def push_one_back(self, request, section) -> bool:
        issue = section.issue
        try:
            with transaction.atomic():
                history.catch_up(issue, section)
                inbox.push_back(section, request.user)
                comment = _("Pushed back to the inbox")
                history.record(issue, section, user=request.user, comment=comment)
        except StaleVersion:
            text = _("Somebody changed “%s” just now. Please try again.") % section
            self.message_user(request, text, messages.ERROR)
            return False
        return True
