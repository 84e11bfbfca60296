"""The mails that this site has written into a folder, where nobody but the desk gets them."""

from csp.decorators import csp_update
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from issues.draft import whole
from subscribers import written_mails
from subscribers.admin.framed import STYLED, framed
from subscribers.models import Subscriber
from subscribers.written_mails import Mail

PER_PAGE = 50


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """List the mails, the newest first; or say that they go elsewhere."""
    require_right(request)
    number = max(whole(request.GET.get("page")) or 1, 1)
    is_used = written_mails.is_used()
    page = written_mails.page(number, PER_PAGE) if is_used else written_mails.Page([], 0)
    context = {
        **admin.site.each_context(request),
        "title": _("Outbox"),
        "is_used": is_used,
        "page": page,
        "newer": number - 1,
        "older": number + 1 if number * PER_PAGE < page.total else None,
    }
    return render(request, "admin/subscribers/outbox.html", context)


@require_safe
@never_cache
@csp_update({"frame-src": ["'self'"]})
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show a mail: its head, its text, and its page in a frame."""
    found = opened(request, name)
    context = {
        **admin.site.each_context(request),
        "title": found.listed.subject or _("Without a subject"),
        "mail": found,
    }
    return render(request, "admin/subscribers/outbox_mail.html", context)


@require_safe
@never_cache
def mail_page(request: HttpRequest, name: str) -> HttpResponse:
    """Give the page of a mail, for the frame: no script of it runs, whoever wrote it."""
    policy = f"{STYLED}; img-src 'self' https: data:"
    return framed(HttpResponse(opened(request, name).html), policy)


@require_safe
@never_cache
def mail_file(request: HttpRequest, name: str) -> HttpResponse:
    """Give a mail as it lies there, for a mail program."""
    require_right(request)
    found = written_mails.read(name, -1) if written_mails.is_used() else None
    if found is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(found.data, content_type="message/rfc822", headers=headers)


def opened(request: HttpRequest, name: str) -> Mail:
    require_right(request)
    found = written_mails.opened(name) if written_mails.is_used() else None
    if found is None:
        raise Http404
    return found


def require_right(request: HttpRequest) -> None:
    """Refuse whoever may not see addresses: each mail has one."""
    if not admin.site.get_model_admin(Subscriber).has_view_permission(request):
        raise PermissionDenied
