"""The page of an issue on which it is published, scheduled, taken back and shared."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bitsletter.site import absolute_url
from issues import draft, preflight, publishing, roles, sharing
from issues.forms import ScheduleForm, ShareForm
from issues.models import Issue, ShareLink, StaleVersion
from issues.moments import in_words


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what may be done with an issue; a POST says in `do` what to do."""
    issue = get_object_or_404(Issue, pk=pk)
    if not roles.may_see(request.user, issue):
        raise PermissionDenied
    if request.method != "POST":
        return show(request, issue)
    do = request.POST.get("do", "")
    if do in SHARING:
        return SHARING[do](request, issue)
    if do in PUBLISHING:
        return change(request, issue, PUBLISHING[do])
    return refuse(_("Say in “do” what to do."))


def change(request: HttpRequest, issue: Issue, verb) -> HttpResponse:
    """Do what changes the date, from the version that the editor has seen."""
    publishing.require_right(request.user)
    version = draft.whole(request.POST.get("version"))
    if version is None:
        return refuse(_("Say in “version” which version of the issue you have seen."))
    issue.version = version
    try:
        return verb(request, issue)
    except StaleVersion:
        words = _("Somebody has changed the issue meanwhile. Nothing was done; please look again.")
        messages.error(request, words)
    except publishing.Refused as refusal:
        messages.error(request, str(refusal))
    return back(issue)


def publish(request: HttpRequest, issue: Issue) -> HttpResponse:
    messages.success(request, publishing.publish(issue, request.user))
    return back(issue)


def schedule(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Schedule for the moment in the form, which comes back with what is wrong with it."""
    form = ScheduleForm(request.POST)
    try:
        if form.is_valid():
            words = publishing.schedule(issue, form.cleaned_data["at"], request.user)
            messages.success(request, words)
            return back(issue)
    except publishing.MomentPassed as refusal:
        form.add_error("at", str(refusal))
    return show(request, issue, schedule_form=form)


def schedule_as_planned(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Schedule for the planned moment: the version vouches that it is the one that was shown."""
    if issue.planned_at is None:
        return refuse(_("The issue has no planned date."))
    messages.success(request, publishing.schedule(issue, issue.planned_at, request.user))
    return back(issue)


def unpublish(request: HttpRequest, issue: Issue) -> HttpResponse:
    messages.success(request, publishing.unpublish(issue, request.user))
    return back(issue)


def share(request: HttpRequest, issue: Issue) -> HttpResponse:
    if not roles.may_edit(request.user, issue):
        raise PermissionDenied
    form = ShareForm(request.POST)
    if not form.is_valid():
        return show(request, issue, share_form=form)
    link = sharing.make(issue, request.user, form.cleaned_data["days"])
    words = _("The link is below. It opens until %s.") % in_words(link.expires_at)
    messages.success(request, words)
    return back(issue)


def revoke(request: HttpRequest, issue: Issue) -> HttpResponse:
    pk = draft.whole(request.POST.get("link"))
    link = get_object_or_404(ShareLink.objects.select_related("issue"), pk=pk, issue=issue)
    sharing.revoke(link, request.user)
    messages.success(request, _("The link opens no more."))
    return back(issue)


PUBLISHING = {
    "publish": publish,
    "schedule": schedule,
    "schedule_as_planned": schedule_as_planned,
    "unpublish": unpublish,
}
SHARING = {"share": share, "revoke": revoke}


def back(issue: Issue) -> HttpResponse:
    return redirect("desk:publishing", pk=issue.pk)


def refuse(reason: str) -> HttpResponse:
    return HttpResponseBadRequest(reason, content_type="text/plain; charset=utf-8")


def show(request: HttpRequest, issue: Issue, schedule_form=None, share_form=None) -> HttpResponse:
    """Show the state, what pre-flight says, and a button for each thing that may be done."""
    now = timezone.now()
    findings = preflight.check(draft.of_issue(issue))
    schedule_form = schedule_form or ScheduleForm(initial={"at": proposal(issue, now)})
    context = {
        **admin.site.each_context(request),
        "title": _("Publish “%s”") % issue,
        "issue": issue,
        "state": issue.state_at(now),
        "moment": in_words(issue.published_at) if issue.published_at else "",
        "planned": in_words(issue.planned_at) if is_coming(issue.planned_at, now) else "",
        "proposed": in_words(schedule_form.initial["at"]) if schedule_form.initial else "",
        "findings": findings,
        "is_held_back": any(finding.is_blocking for finding in findings),
        "form_url": reverse("admin:issues_issue_change", args=[issue.pk]),
        "may_publish": roles.may_publish(request.user),
        "may_share": roles.may_edit(request.user, issue),
        "schedule_form": schedule_form,
        "share_form": share_form or ShareForm(),
        "links": links_of(issue, request.user),
        "media": forms.Media(js=["admin/js/core.js"]) + schedule_form.media,
    }
    return render(request, "admin/desk/publishing.html", context)


def proposal(issue: Issue, now):
    """Give the moment to begin with: the one there is, the planned one, or the next free day."""
    known = (issue.published_at, issue.planned_at)
    return next((one for one in known if is_coming(one, now)), publishing.free_issue_day(now))


def is_coming(moment, now) -> bool:
    return moment is not None and moment > now


def links_of(issue: Issue, user) -> list[dict]:
    """Give the links that open: where, who made them, and whether `user` may take them back."""
    links = sharing.links_to(issue)
    for link in links:
        link.issue = issue
    return [
        {
            "link": link,
            "url": absolute_url(sharing.address(link)),
            "may_revoke": roles.may_revoke(user, link),
        }
        for link in links
    ]
