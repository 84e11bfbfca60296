"""The page with both texts of an issue: after a conflict, and for text that was not saved."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from issues import conflicts, draft, history, roles
from issues.desk import working_copy
from issues.draft import whole
from issues.models import Issue, WorkingCopy

TEMPLATE = "admin/desk/conflict.html"


def is_stale(data: QueryDict, issue: Issue) -> bool:
    """Say whether the form was opened before the issue's last change."""
    return whole(data.get("version")) != issue.version


def show(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Answer a save that came second: nothing is saved, and both texts are on the page."""
    copy = None
    if not working_copy.is_undecided(request):
        copy = working_copy.keep(request.user, issue, request.POST)
    issue.refresh_from_db()
    title = _("Somebody else has saved #%d while you were writing") % issue.number
    return page(request, issue, request.POST, title, status=409, copy=copy)


def deleted(request: HttpRequest) -> HttpResponse:
    """Answer a save of an issue that was deleted meanwhile: its text becomes that of a new one."""
    if working_copy.keep_as_new(request):
        text = _("The issue was deleted meanwhile. This is what you wrote, as a new one; save it.")
        messages.warning(request, text)
        return redirect(reverse("admin:issues_issue_add") + "?kept=1")
    why = _("Nothing was saved, and another new issue of yours waits to be saved already.")
    return refused(request, _("The issue was deleted meanwhile"), why)


def refuse(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Answer a save by somebody who may not change the issue any more."""
    why = _("It was published or scheduled meanwhile, or it is somebody else’s. Nothing was saved.")
    return refused(request, _("You may not change #%d any more") % issue.number, why)


def refused(request: HttpRequest, title: str, why: str) -> HttpResponse:
    """Show somebody what they wrote and cannot save."""
    written = draft.of_form(request.POST, [])
    context = admin.site.each_context(request) | {"title": title, "why": why, "written": written}
    return TemplateResponse(request, "admin/desk/refused.html", context, status=403)


@require_safe
@admin.site.admin_view
def kept(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the editor typed and did not save, beside what is stored."""
    issue = get_object_or_404(Issue, pk=pk)
    if not roles.may_edit(request.user, issue):
        raise PermissionDenied
    copy = WorkingCopy.objects.of(request.user, issue)
    if copy is None:
        return redirect("admin:issues_issue_change", pk)
    title = _("What you typed in #%d and did not save") % issue.number
    yours = working_copy.as_posted(copy.data)
    return page(request, issue, yours, title, copy=copy, may_discard=True)


def page(
    request: HttpRequest, issue: Issue, yours: QueryDict, title: str, status: int = 200, **context
) -> HttpResponse:
    base = history.snapshot_at_version(issue, whole(yours.get("version")) or 0)
    comparison = conflicts.compare(yours, history.current(issue), base)
    asked = {difference.name for difference in comparison.differences}
    if comparison.order is None:
        yours = yours.copy()
        yours.update(comparison.places)
    context |= {
        **admin.site.each_context(request),
        "title": title,
        "issue": issue,
        "newest": history.versions(issue).first(),
        "comparison": comparison,
        "form_url": reverse("admin:issues_issue_change", args=[issue.pk]),
        "carried": carried(yours, {*asked, "version"}),
    }
    return TemplateResponse(request, TEMPLATE, context, status=status)


def carried(yours: QueryDict, asked: set[str]) -> list[tuple[str, str]]:
    """Give names and values of the fields that the page does not ask about."""
    fields = working_copy.fields_of(yours).items()
    return [(name, value) for name, values in fields if name not in asked for value in values]
