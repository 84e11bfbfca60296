"""The page of an issue on which its mail is looked at, tried, approved and discarded."""

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from issues.models import Issue
from issues.moments import in_words
from subscribers.admin.mail_forms import ApproveForm, ConfirmForm, TestForm
from subscribers.admin.mail_page import mailing_of, mark_of, show
from subscribers.admin.mail_preview import contents_of
from subscribers.delivery import approving, refusals, testing, weeks
from subscribers.models import Mailing


@require_http_methods(["GET", "HEAD", "POST"])
@csp_update({"frame-src": ["'self'"]})
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the mail of an issue; a POST says in `do` what to do with it."""
    issue = get_object_or_404(Issue, pk=pk)
    if not testing.may_test(request.user, issue):
        raise PermissionDenied
    if request.method != "POST":
        return show(request, issue)
    do = request.POST.get("do", "")
    if do in DEEDS:
        return DEEDS[do](request, issue)
    return refuse(_("Say in “do” what to do."))


def ask(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Name the people and the moment once more before anything is approved."""
    require_right(request, issue)
    is_at_once = request.POST["do"] == "ask_now"
    form = ApproveForm(request.POST, is_at_once=is_at_once)
    if not form.is_valid():
        return show(request, issue, form=form)
    mailing, said = mailing_of(issue), form.cleaned_data
    try:
        require_seen(issue, mailing, said["seen"])
        ready = approving.prepare(issue, said["at"], said["subject"], sender_of(mailing))
    except refusals.Changed as refusal:
        messages.error(request, str(refusal))
        return back(issue)
    except refusals.Refused as refusal:
        form.add_error(place_of(refusal), str(refusal))
        return show(request, issue, form=form)
    return confirmation(request, issue, ready, said["at"], said["again"])


def confirmation(request, issue: Issue, ready: approving.Ready, at, again: str) -> HttpResponse:
    contents = ready.contents
    given = {"subject": contents.subject, "seen": contents.digest, "again": again}
    given["moment"] = at.isoformat() if at else ""
    context = {
        **admin.site.each_context(request),
        "title": _("Send “%s”?") % issue,
        "issue": issue,
        "form": ConfirmForm(initial=given),
        "contents": contents,
        "people": ready.people,
        "at": at,
        "others": weeks.on_the_day_of(ready.at, but=issue),
        "moment": in_words(ready.at),
        "until": timeuntil(ready.at) if at else "",
        "local": timezone.localtime(ready.at),
        "zone": timezone.get_current_timezone_name(),
    }
    return render(request, "admin/subscribers/mail_confirm.html", context)


def approve(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Approve what was confirmed, if it is still that."""
    require_right(request, issue)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return refuse(_("The page was not sent as it was shown. Nothing was approved."))
    said = form.cleaned_data
    what = (request.user, said["moment"], said["subject"])
    try:
        if said["again"]:
            mailing = approving.approve_again(
                seen_before(issue, said["again"]), *what, seen=said["seen"]
            )
        else:
            mailing = approving.approve(issue, *what, seen=said["seen"])
    except refusals.Refused as refusal:
        messages.error(request, str(refusal))
        return back(issue)
    messages.success(request, approving.in_short(mailing))
    return back(issue)


def discard(request: HttpRequest, issue: Issue) -> HttpResponse:
    require_right(request, issue)
    try:
        approving.discard(seen_before(issue, request.POST.get("again", "")), request.user)
    except refusals.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("It is not approved any more. Nothing goes out until somebody approves it again.")
        messages.success(request, words)
    return back(issue)


def test(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Send a test; who may not approve gets it at their own address."""
    form = TestForm(request.POST)
    if not approving.may_approve(request.user, issue):
        form = TestForm({"addresses": request.user.email})
    outcomes: list[testing.Outcome] = []
    if form.is_valid():
        try:
            outcomes = testing.send_test(issue, form.cleaned_data["addresses"], request.user)
        except refusals.Refused as refusal:
            form.add_error("addresses", str(refusal))
    return show(request, issue, test_form=form, outcomes=outcomes)


DEEDS = {"ask_at": ask, "ask_now": ask, "approve": approve, "discard": discard, "test": test}


def require_right(request: HttpRequest, issue: Issue) -> None:
    if not approving.may_approve(request.user, issue):
        raise PermissionDenied


def require_seen(issue: Issue, mailing: Mailing | None, seen: str) -> None:
    """Raise Changed if the mail is another one than the page has shown."""
    if seen != contents_of(issue, mailing, "now").digest:
        raise refusals.Changed


def seen_before(issue: Issue, mark: str) -> Mailing:
    """Give the mailing that the page has shown as approved; raises Refused if it is another."""
    mailing = mailing_of(issue)
    if mailing is None:
        raise refusals.Gone
    if mark_of(mailing) != mark:
        raise refusals.AlreadyBegun if mailing.has_begun else refusals.Changed
    return mailing


def sender_of(mailing: Mailing | None) -> str:
    return mailing.sender if mailing else ""


def place_of(refusal: refusals.Refused) -> str | None:
    """Give the field of the form that a refusal is about."""
    of_moment = (refusals.MomentPassed, refusals.TooFarAway, refusals.NotPublic)
    if isinstance(refusal, of_moment):
        return "at"
    return "subject" if isinstance(refusal, refusals.Unsendable) else None


def back(issue: Issue) -> HttpResponse:
    return redirect("subscribers_desk:mail", issue.pk)


def refuse(reason: str) -> HttpResponse:
    return HttpResponseBadRequest(reason, content_type="text/plain; charset=utf-8")
