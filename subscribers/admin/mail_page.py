"""What the page of an issue's mail shows: how far it is, what it holds, and what may be done."""

import datetime
from collections.abc import Sequence

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _

from issues.models import Issue
from issues.moments import in_words
from subscribers.admin import mail_preview
from subscribers.admin.mail_forms import WELL_SHOWN, ApproveForm, TestForm
from subscribers.admin.mail_preview import Look, contents_of
from subscribers.connection import without_addresses
from subscribers.delivery import approving, audience, differing, refusals, testing
from subscribers.issue_mail import building, size
from subscribers.issue_mail.contents import Contents
from subscribers.issue_mail.messages import IssueMail
from subscribers.models import Mailing


def show(
    request: HttpRequest,
    issue: Issue,
    form: ApproveForm | None = None,
    test_form: TestForm | None = None,
    outcomes: Sequence[testing.Outcome] = (),
) -> HttpResponse:
    """Show the page, with forms that come back with what is wrong with them."""
    mailing, now = mailing_of(issue), timezone.now()
    current = contents_of(issue, mailing, "now")
    look = mail_preview.look_of(request.GET, current.types)
    shown = current if look.of == "now" else contents_of(issue, mailing, "approved")
    at = mailing.scheduled_for if mailing else approving.proposed(issue, now)
    form = form or ApproveForm(initial=given(current, mailing, at, now))
    context = {
        **admin.site.each_context(request),
        "title": _("Mail of “%s”") % issue,
        "issue": issue,
        "state": issue.state_at(now),
        "mailing": mailing,
        "mark": mark_of(mailing),
        "shown": shown,
        "form": form,
        "well_shown": WELL_SHOWN,
        "is_other_subject": mailing is not None and form["subject"].value() != mailing.subject,
        "test_form": test_form or TestForm(initial={"addresses": request.user.email}),
        "outcomes": outcomes,
        "media": forms.Media(js=["admin/js/core.js"]) + form.media,
        "may_approve": approving.may_approve(request.user, issue),
        "moment": in_words(at),
        "until": timeuntil(at, now) if at > now else "",
        "approved": in_words(mailing.approved_at) if mailing else "",
        **size_of(shown),
        **preview(issue, look, shown),
    }
    if mailing is not None and mailing.state == Mailing.State.PAUSED:
        context |= {"is_paused": True, "reason": without_addresses(mailing.reason)}
    if mailing is None or not mailing.has_begun:
        context |= {"is_open": True, **prospects(issue, current, max(at, now))}
        context |= changes(mailing, current) if mailing else {}
    return render(request, "admin/subscribers/mail.html", context)


def mailing_of(issue: Issue) -> Mailing | None:
    mailing = Mailing.objects.filter(issue=issue).first()
    if mailing is not None:
        mailing.issue = issue
    return mailing


def mark_of(mailing: Mailing | None) -> str:
    """Give what tells one approval from another."""
    return "" if mailing is None else mailing.approved_at.isoformat()


def given(
    current: Contents, mailing: Mailing | None, at: datetime.datetime, now: datetime.datetime
) -> dict:
    """Give what the form of approving begins with."""
    is_over = mailing is not None and at <= now
    return {
        "subject": subject_for(mailing) if mailing else current.subject,
        "at": approving.proposed(mailing.issue, now) if is_over else at,
        "seen": current.digest,
        "again": mark_of(mailing),
    }


def subject_for(mailing: Mailing) -> str:
    """Give the subject that was approved; for one that was the issue's, the issue's of now."""
    issue = mailing.issue
    title = differing.title_in(contents_of(issue, mailing, "approved"))
    was_usual = mailing.subject == building.subject_of(Issue(number=issue.number, title=title))
    return building.subject_of(issue) if was_usual else mailing.subject


def prospects(issue: Issue, contents: Contents, at: datetime.datetime) -> dict:
    """Give who gets it at that moment, and what speaks against approving it at all."""
    return {
        "people": audience.expected(contents.types, at),
        "refusal": refusal_of(issue, contents, at),
    }


def refusal_of(issue: Issue, contents: Contents, at: datetime.datetime) -> refusals.Refused | None:
    if issue.published_at is None:
        return refusals.NotPublic(issue)
    try:
        approving.judge(issue, contents, at)
    except refusals.Refused as refusal:
        return refusal
    return None


def changes(mailing: Mailing, current: Contents) -> dict:
    """Give what is no longer as it was when the mail was approved."""
    issue, approved = mailing.issue, contents_of(mailing.issue, mailing, "approved")
    return {
        "differs": current.digest != mailing.digest,
        "differences": differing.differences(approved, current),
        "will_pause": issue.state_at(mailing.scheduled_for) != Issue.State.PUBLISHED,
        "public": in_words(issue.published_at) if issue.published_at else "",
    }


def size_of(contents: Contents) -> dict:
    """Give how large the HTML part is beside what mail programs show, and the whole message."""
    mail = IssueMail(contents)
    found = size.html_size(mail)
    is_too_large = found > size.LIMIT
    return {
        "size": found,
        "message_size": size.message_size(mail),
        "limit": size.LIMIT,
        "percent": round(100 * found / size.LIMIT),
        "is_too_large": is_too_large,
        "largest": differing.largest(contents) if is_too_large else [],
    }


def preview(issue: Issue, look: Look, shown: Contents) -> dict:
    """Give the frames, and the choices of how to look at the mail."""
    return {
        "look": look,
        "frames": mail_preview.frames(issue, look),
        "parts": mail_preview.PARTS.items(),
        "types": mail_preview.types_of(shown),
    }
