"""What the desk keeps of a form while somebody types, so that a killed tab loses nothing."""

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from issues import roles
from issues.conflicts import CHOICE, SAVED
from issues.desk.access import staff_with
from issues.draft import whole
from issues.models import Issue, WorkingCopy

NOT_KEPT = ("_", "csrf", "next", CHOICE, SAVED)  # what names of no field of the issue begin with


def fields_of(data: QueryDict) -> dict[str, list[str]]:
    """Give the values of the fields of an issue's form, without buttons and tokens."""
    return {name: data.getlist(name) for name in data if not name.startswith(NOT_KEPT)}


def as_posted(data: dict[str, list[str]]) -> QueryDict:
    """Give kept fields as the form would post them."""
    posted = QueryDict(mutable=True)
    for name, values in data.items():
        posted.setlist(name, values)
    return posted


def keep(user: AbstractBaseUser, issue: Issue | None, data: QueryDict) -> WorkingCopy:
    """Keep what `user` has in the form of `issue`; None is the form of a new one."""
    version = whole(data.get("version")) or 0
    return WorkingCopy.objects.keep(user, issue, version, fields_of(data))


def issue_of(request: HttpRequest) -> Issue | None:
    """Give the issue that the form in `request` is about. Raises PermissionDenied, Http404."""
    if not request.POST.get("issue"):
        if not request.user.has_perm("issues.add_issue"):
            raise PermissionDenied
        return None
    issue = get_object_or_404(Issue, pk=whole(request.POST["issue"]))
    if not roles.may_edit(request.user, issue):
        raise PermissionDenied
    return issue


@staff_with("issues.add_issue", "issues.change_issue")
@require_POST
def autosave(request: HttpRequest) -> HttpResponse:
    """Keep the form; the field `issue` says which one it is."""
    issue = issue_of(request)
    if "number" not in request.POST:
        return HttpResponseBadRequest(
            _("Send the fields of an issue."), content_type="text/plain; charset=utf-8"
        )
    copy = keep(request.user, issue, request.POST)
    moment = time_format(timezone.localtime(copy.saved_at), "H:i")
    return JsonResponse({"kept_at": moment, "message": _("kept %s") % moment})


@staff_with("issues.add_issue", "issues.change_issue")
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw away what was kept of a form."""
    issue = issue_of(request)
    WorkingCopy.objects.filter(user=request.user, issue=issue).delete()
    return redirect(
        *(["admin:issues_issue_change", issue.pk] if issue else ["admin:issues_issue_add"])
    )
