"""The page that says why all mail is held back after a restore, and lets it go on."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from issues.moments import in_words
from subscribers.delivery import holding
from subscribers.delivery.refusals import Refused
from subscribers.delivery.rights import APPROVE

MOST_SHOWN = 20  # mailings


def page(request: HttpRequest) -> HttpResponse:
    """Say what is held back and since when; a POST ends it."""
    if not request.user.has_perm(APPROVE):
        raise PermissionDenied
    if request.method == "POST":
        try:
            messages.success(request, holding.resume(request.user))
        except Refused as refusal:
            messages.info(request, str(refusal))
        return redirect("subscribers_desk:hold")
    hold = holding.current()
    context = {
        **admin.site.each_context(request),
        "title": _("Mail is held back") if hold else _("Mail goes out"),
        "hold": hold,
        "since": hold and in_words(hold.since),
        "waiting": holding.waiting(),
        "mailings": holding.paused()[:MOST_SHOWN],
    }
    return render(request, "admin/subscribers/hold.html", context)
