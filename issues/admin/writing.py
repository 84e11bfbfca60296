"""The form of an issue as a place to write in: guarded, kept, answered in place."""

from functools import partial

from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from bitsletter.faults import is_deadlock
from issues import conflicts, draft, inbox, recipe, roles, search
from issues.admin.base import RecordedAdmin
from issues.desk import conflict, working_copy
from issues.models import Issue, SectionType, StaleVersion, WorkingCopy
from issues.moments import in_words


class WritingAdmin(RecordedAdmin):
    """What happens when an issue's form is opened and saved; `IssueAdmin` describes the screen."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        request.POST = conflicts.resolved(request.POST)
        issue = self.get_object(request, object_id) if object_id else None
        if object_id and (answer := self.answer_lost(request, object_id, issue)):
            return answer
        if issue and conflict.is_stale(request.POST, issue):
            return conflict.show(request, issue)
        save = partial(super().changeform_view, request, object_id, form_url, extra_context)
        try:
            try:
                response = save()
            except (IntegrityError, OperationalError) as error:
                if isinstance(error, OperationalError) and not is_deadlock(error):
                    raise
                # Somebody else has done the same in the same moment: the form sees it now.
                response = save()
        except StaleVersion:  # somebody else was quicker by a moment
            return conflict.show(request, issue)
        if wants_json(request) and hasattr(response, "context_data"):
            return JsonResponse({}, status=400)  # the script then sends the form for its page
        return response

    def answer_lost(self, request, object_id: str, issue: Issue | None) -> HttpResponse | None:
        """Answer a save of what is deleted, or one's own no longer, without losing the text."""
        if issue is None:
            key = draft.whole(object_id)
            is_deleted = key is not None and not Issue.objects.filter(pk=key).exists()
            if is_deleted and self.has_add_permission(request):
                return conflict.deleted(request)
        elif self.has_view_permission(request, issue) and not self.has_change_permission(
            request, issue
        ):
            return conflict.refuse(request, issue)
        return None

    def get_changeform_initial_data(self, request):
        if copy := copy_to_show(request):
            kept = working_copy.as_posted(copy.data).dict()
            parts = [kept.get(f"planned_at_{part}") for part in range(3)]
            return {**kept, "planned_at": parts, "cover": draft.whole(kept.get("cover"))}
        return super().get_changeform_initial_data(request)

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj._state.adding and (copy := copy_to_show(request)):
            kwargs["initial"] = draft.rows(working_copy.as_posted(copy.data))
        return kwargs

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        types = list(SectionType.objects.all())
        asked = obj.recipe if obj else recipe.current(types)
        is_asked = request.method != "POST" or working_copy.is_undecided(request)
        kept = None
        if is_asked and not copy_to_show(request):
            kept = WorkingCopy.objects.of(request.user, obj)
        context |= {
            "section_types": types,
            "board": recipe.board(asked, types_on_page(context), types),
            "fieldsets_in_order": list(context["adminform"]),
            "inbox": list(roles.editable_sections(request.user).in_inbox().for_pulling()),
            "kept": kept,
            "pulled": pulled(request),
            "shown_copy": shown_copy(request),
            "state_words": state_words(obj) if obj else "",
            "may_publish": roles.may_publish(request.user),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.recipe, obj.author = recipe.current(), request.user
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change):
        gone = [form.instance.pk for form in formset.deleted_forms if form.instance.pk]
        for row in formset.extra_forms:
            row.instance.author = request.user
        formset.free_slugs()
        with search.deleting(gone):
            super().save_formset(request, form, formset, change)
        if formset.new_objects or formset.deleted_objects:
            Issue.objects.filter(pk=form.instance.pk).note_new_contents()
        formset.renumber()
        request.saved_rows = formset.saved_rows()
        for section in formset.leaving():
            inbox.push_back(section, request.user)
        self.pull(request, form.instance)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        working_copy.let_go(request, form.instance if change else None)

    def pull(self, request: HttpRequest, issue: Issue) -> None:
        """Take the chosen sections of the inbox in; one that is gone meanwhile is no error."""
        waiting = roles.editable_sections(request.user).in_inbox()
        for section in waiting.filter(pk__in=pulled(request)):
            inbox.pull(section, issue, request.user)

    def response_add(self, request, obj, post_url_continue=None):
        return self.answer(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self.answer(request, obj) or super().response_change(request, obj)

    def answer(self, request: HttpRequest, issue: Issue) -> HttpResponse | None:
        """Answer the desk's script in place, and lead on to the page on which one publishes."""
        if "_publishing" in request.POST:
            return redirect(reverse("desk:publishing", args=[issue.pk]))
        if not wants_json(request):
            return None
        now = timezone.now()
        return JsonResponse(
            {
                "issue": issue.pk,
                "version": Issue.objects.values_list("version", flat=True).get(pk=issue.pk),
                "title": issue.title,
                "sections": request.saved_rows,
                "url": reverse("admin:issues_issue_change", args=[issue.pk]),
                "message": _("saved %s") % time_format(timezone.localtime(now), "H:i"),
            }
        )


def state_words(issue: Issue) -> str:
    """Say what will happen to an issue, and when."""
    match issue.state:
        case Issue.State.PUBLISHED:
            return _("Public since %s.") % in_words(issue.published_at)
        case Issue.State.SCHEDULED:
            return _("It goes public on %s.") % in_words(issue.published_at)
    if issue.planned_at is None:
        return _("Only the desk sees it.")
    return _("Planned for %s; nothing happens then until it is scheduled.") % in_words(
        issue.planned_at
    )


def wants_json(request: HttpRequest) -> bool:
    """Say whether the desk's script saves in place."""
    return request.headers.get("Accept") == "application/json"


def pulled(request: HttpRequest) -> list[int]:
    """Give the keys of the sections of the inbox that are chosen in the form."""
    return [pk for pk in map(draft.whole, request.POST.getlist("pull")) if pk]


def copy_to_show(request: HttpRequest) -> WorkingCopy | None:
    """Give what the editor typed into the form of a new issue, if they ask to see it again."""
    if request.method == "POST" or not request.GET.get("kept"):
        return None
    if not hasattr(request, "copy_to_show"):  # asked by the form, by its rows and by its page
        request.copy_to_show = WorkingCopy.objects.of(request.user, None)
    return request.copy_to_show


def shown_copy(request: HttpRequest) -> str:
    """Name the copy whose text is in the form, so that saving may let go of it."""
    copy = copy_to_show(request)
    return copy.token if copy else request.POST.get("_copy", "")


def types_on_page(context: dict) -> list[int | None]:
    """Give the types of the sections in the form, blank rows left out."""
    forms = [form for inline in context["inline_admin_formsets"] for form in inline.formset.forms]
    written = [form for form in forms if form.instance.pk or form.is_written]
    return [draft.whole(str(form["type"].value() or "")) for form in written]
