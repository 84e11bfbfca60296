"""What the desk keeps of a form while somebody types, so that a killed tab loses nothing."""

from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from issues.characters import printable
from issues.conflicts import CHOICE, SAVED
from issues.desk.access import for_issue_forms, in_words
from issues.draft import whole
from issues.models import Issue, WorkingCopy

NOT_KEPT = (
    "_",
    "csrf",
    "issue",
    "next",
    CHOICE,
    SAVED,
)  # what names of no field of the issue begin with


def fields_of(data: QueryDict) -> dict[str, list[str]]:
    """Give the values of the fields of an issue's form, without buttons and tokens."""
    names = [name for name in data if not name.startswith(NOT_KEPT)]
    return {printable(name): list(map(printable, data.getlist(name))) for name in names}


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


def is_undecided(request: HttpRequest) -> bool:
    """Say whether the form was sent beside a copy that its editor has not yet looked at."""
    return "_undecided" in request.POST


def let_go(request: HttpRequest, issue: Issue | None) -> None:
    """Drop the copy that the saved form has made or shown; any other stays to be looked at."""
    copy = WorkingCopy.objects.of(request.user, issue)
    if copy and copy.token == request.POST.get("_copy"):
        copy.delete()


def keep_as_new(request: HttpRequest) -> bool:
    """Keep the form of an issue that is gone as that of a new one, unless there is one already."""
    if WorkingCopy.objects.of(request.user, None):
        return False
    fields = fields_of(request.POST).items()
    data = {name: [""] if name.endswith("-id") else values for name, values in fields}
    WorkingCopy.objects.keep(request.user, None, 0, data)
    return True


@for_issue_forms
def autosave(request: HttpRequest, issue: Issue | None) -> HttpResponse:
    """Keep the form; the field `issue` says which one it is."""
    if "number" not in request.POST:
        return in_words(_("Send the fields of an issue."), 400)
    copy = keep(request.user, issue, request.POST)
    moment = time_format(timezone.localtime(copy.saved_at), "H:i")
    return JsonResponse({"copy": copy.token, "message": _("kept %s") % moment})


@for_issue_forms
def discard(request: HttpRequest, issue: Issue | None) -> HttpResponse:
    """Throw away what was kept of a form."""
    WorkingCopy.objects.filter(user=request.user, issue=issue).delete()
    return redirect(
        *(["admin:issues_issue_change", issue.pk] if issue else ["admin:issues_issue_add"])
    )
