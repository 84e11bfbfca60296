"""Issues that were deleted, and how they come back."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from reversion.models import Revision

from issues import history, roles
from issues.desk.history import PAGE_SIZE
from issues.markdown import UnreadableMarkdown


@require_GET
def issues(request: HttpRequest) -> HttpResponse:
    """List the issues that were deleted."""
    check(request.user)
    page = Paginator(history.deleted_issues(), PAGE_SIZE).get_page(request.GET.get("page"))
    pages = page.paginator.get_elided_page_range(page.number)
    context = {"title": _("Deleted issues"), "versions": page, "pages": pages}
    return render(
        request, "admin/desk/deleted.html", {**admin.site.each_context(request), **context}
    )


@require_POST
def recover(request: HttpRequest, revision: int) -> HttpResponse:
    """Make a deleted issue again, as a draft."""
    check(request.user)
    # By a question of its own: a key that no database can hold is none then, too.
    revisions = Revision.objects.filter(pk=revision)
    version = get_object_or_404(history.deleted_issues(), revision__in=revisions)
    try:
        issue = history.recover(version.revision, request.user)
    except IntegrityError:
        messages.error(request, _("Somebody else is bringing it back, or has taken its number."))
        return redirect("desk:deleted")
    except UnreadableMarkdown as error:
        messages.error(request, _("It was not brought back: %s") % error)
        return redirect("desk:deleted")
    messages.success(request, _("#%(number)d is back, as a draft.") % {"number": issue.number})
    return redirect("admin:issues_issue_change", issue.pk)


def check(user) -> None:
    if not roles.may_recover(user):
        raise PermissionDenied
