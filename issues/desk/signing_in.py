"""The pages of signing in: a password, then a code where that is asked for, or a pause."""

from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issues.forms import CodeForm
from issues.signing_in import attempts, recovery, second_step


def sign_in(request: HttpRequest, ask_for_password) -> HttpResponse:
    """Ask for a password, and lead whoever owes more than that to where it is asked for."""
    page = second_step.owed(request)
    if page and request.method in ("GET", "HEAD"):
        return HttpResponseRedirect(with_next(page, wanted(request)))
    response = ask_for_password(request)
    if request.method == "POST" and response.status_code == 302:
        page = second_step.owed(request, request.user)
        return HttpResponseRedirect(with_next(page, response.url)) if page else response
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for a code of whoever has given their password."""
    page = second_step.owed(request)
    if page != second_step.CODE:
        return HttpResponseRedirect(with_next(page, wanted(request)) if page else wanted(request))
    if request.method != "POST":
        return show_code(request, CodeForm())
    if "leave" in request.POST:
        logout(request)
        return redirect_to_login(wanted(request), reverse("admin:login"))
    form = CodeForm(request.known_user, request.POST)
    if not form.is_valid():
        return show_code(request, form)
    second_step.complete(request, form.device)
    if form.was_recovery:
        tell_what_is_left(request)
    return HttpResponseRedirect(wanted(request))


def show_code(request: HttpRequest, form: CodeForm) -> HttpResponse:
    form.fields["code"].widget.attrs["autofocus"] = True
    context = {
        **admin.site.each_context(request),
        "title": _("Your code, please"),
        "form": form,
        "next": wanted(request),
    }
    response = render(request, "admin/code.html", context, status=429 if form.wait else 200)
    if form.wait:
        response["Retry-After"] = str(form.wait)
    return response


def tell_what_is_left(request: HttpRequest) -> None:
    left = recovery.left(request.known_user)
    words = ngettext(
        "You came in by a recovery code. You have %d left; make new ones in time.",
        "You came in by a recovery code. You have %d left; make new ones in time.",
        left,
    )
    messages.warning(request, words % left)


def paused(request: HttpRequest, _response: HttpResponse, credentials: dict) -> HttpResponse:
    """Say how long whoever has failed too often has to wait; django-axes calls it."""
    until = attempts.paused_until(request, credentials) or timezone.now()
    seconds = max(int((until - timezone.now()).total_seconds()) + 1, 1)
    context = {
        **admin.site.each_context(request),
        "title": _("A short pause"),
        "minutes": -(-seconds // 60),
        "has_permission": False,
    }
    response = render(request, "admin/paused.html", context, status=429)
    response["Retry-After"] = str(seconds)
    add_never_cache_headers(response)
    return response


def wanted(request: HttpRequest) -> str:
    """Give the address that somebody was on the way to, if it is one of ours; else the desk."""
    address = request.POST.get(REDIRECT_FIELD_NAME, request.GET.get(REDIRECT_FIELD_NAME, ""))
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    return address if is_ours else reverse("admin:index")


def with_next(page: str, address: str) -> str:
    return f"{resolve_url(page)}?{urlencode({REDIRECT_FIELD_NAME: address})}"
