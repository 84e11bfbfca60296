"""The page of the standing slot: what goes out in the coming weeks, and which week is skipped."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.moments import in_words, name_of
from subscribers.delivery import nudging, refusals, weeks
from subscribers.delivery.rights import APPROVE
from subscribers.delivery.weeks import Week


def page(request: HttpRequest) -> HttpResponse:
    """Show the coming slots; a POST says in `do` what to do with the one that `slot` names."""
    if not request.user.has_perm(APPROVE):
        raise PermissionDenied
    shown = weeks.shown_weeks(timezone.now())
    if request.method == "POST":
        return change(request, shown)
    context = {
        **admin.site.each_context(request),
        "title": _("The next mails"),
        "weeks": [described(week) for week in shown],
        "reminded": len(nudging.publishers()),
        "counts": weeks.counts_since() is not None,
    }
    return render(request, "admin/subscribers/slot.html", context)


def change(request: HttpRequest, shown: list[Week]) -> HttpResponse:
    """Skip a slot that was shown, or skip it no more."""
    by_name = {name_of(week.slot): week.slot for week in shown}
    slot, do = by_name.get(request.POST.get("slot", "")), request.POST.get("do", "")
    if slot is None or do not in ("skip", "unskip"):
        words = _("Say in “slot” which of the coming slots, and in “do” whether to skip it.")
        return HttpResponseBadRequest(words, content_type="text/plain; charset=utf-8")
    try:
        said = weeks.skip(slot, request.user) if do == "skip" else weeks.unskip(slot, request.user)
        messages.success(request, said)
    except refusals.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("subscribers_desk:slot")


def described(week: Week) -> dict:
    """Give what the page says of a week."""
    noted = week.noted
    reminders = [noted.nudged_day_at, noted.nudged_hours_at] if noted else []
    return {
        "week": week,
        "name": name_of(week.slot),
        "moment": in_words(week.slot),
        "mailing_for": in_words(week.mailing.scheduled_for) if week.mailing else "",
        "skipped_by": who(noted.skipped_by) if week.is_skipped else "",
        "skipped_at": in_words(noted.skipped_at) if week.is_skipped else "",
        "reminded": [in_words(at) for at in reminders if at],
    }


def who(user) -> str:
    return (user and (user.get_full_name() or user.get_username())) or _("somebody who has left")
