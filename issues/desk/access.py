"""Who may call the views of the desk."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from issues import roles
from issues.draft import whole
from issues.models import Issue


def staff_with(*permissions: str):
    """Let only staff with one of the permissions in; scripts get a 403, not a sign-in page."""

    def decorate(view):
        @wraps(view)
        @never_cache
        def checked(request: HttpRequest) -> HttpResponse:
            user = request.user
            if not (user.is_active and user.is_staff and any(map(user.has_perm, permissions))):
                raise PermissionDenied
            return view(request)

        return checked

    return decorate


writers = staff_with("issues.add_section", "issues.change_section")


class NotTheirs(Exception):
    """The form is of an issue that the editor cannot save; the message says why."""


def issue_of(request: HttpRequest) -> Issue | None:
    """Give the issue whose form was posted, by its field `issue`; None is a new one.

    Raises NotTheirs.
    """
    if not request.POST.get("issue"):
        if not request.user.has_perm("issues.add_issue"):
            raise NotTheirs(_("You may not begin an issue."))
        return None
    found = Issue.objects.select_related("cover").filter(pk=whole(request.POST["issue"]))
    issue = found.first()
    if issue is None:
        raise NotTheirs(
            _("This issue was deleted meanwhile. Save: what you wrote becomes a new one.")
        )
    if not roles.may_edit(request.user, issue):
        raise NotTheirs(_("You may not change this issue any more. Copy what you wrote."))
    return issue


def for_issue_forms(view):
    """Give the view the issue of the form; tell the others in words that a script can show."""

    @staff_with("issues.add_issue", "issues.change_issue")
    @require_POST
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        try:
            return view(request, issue_of(request))
        except NotTheirs as refusal:
            return in_words(str(refusal), 403)

    return checked


def in_words(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
