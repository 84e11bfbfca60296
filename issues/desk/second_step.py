"""The page on which somebody sets up a code of their phone for signing in, or gives it up."""

import segno
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issues.desk.signing_in import wanted, with_next
from issues.forms import CodeForm, FirstCodeForm, SwitchOffForm
from issues.forms.signing_in import WRONG
from issues.signing_in import devices, recovery, second_step

signer = signing.TimestampSigner(salt="issues.desk.second_step")
AN_HOUR = 60 * 60  # in which the first code is to be typed


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show what there is; a POST says in `do` what to do."""
    owed = second_step.owed(request)
    user = request.known_user
    if not (user.is_authenticated and user.is_staff):
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    if owed == second_step.CODE:
        return redirect(with_next(owed, request.get_full_path()))
    if request.method != "POST":
        return show(request)
    do = DEEDS.get(request.POST.get("do", ""))
    if do is None:
        words = _("Say in “do” what to do.")
        return HttpResponseBadRequest(words, content_type="text/plain; charset=utf-8")
    return do(request)


def set_up(request: HttpRequest) -> HttpResponse:
    """Keep the device whose secret was shown, once its first code proves that it works."""
    user = request.known_user
    try:
        sealed = signer.unsign_object(request.POST.get("key", ""), max_age=AN_HOUR)
    except signing.BadSignature:
        sealed = {}
    if sealed.get("user") != user.pk:
        messages.warning(request, _("That took too long. Here is another picture to scan."))
        return redirect(request.get_full_path())
    form = FirstCodeForm(request.POST)
    if not form.is_valid():
        return show(request, first=form, key=sealed["key"])
    try:
        codes = devices.set_up(user, sealed["key"], form.cleaned_data["code"])
    except devices.WrongCode:
        form.add_error("code", WRONG)
        return show(request, first=form, key=sealed["key"])
    if codes is None:
        messages.info(request, _("You have set up the second step already."))
        return redirect(request.get_full_path())
    second_step.complete(request, devices.device_of(user))
    return show_codes(request, codes)


def renew(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.user, request.POST, prefix="renew")
    if not has_device(request):
        return redirect("admin:second_step")
    if not form.is_valid():
        return show(request, renewing=form)
    return show_codes(request, devices.renew_recovery_codes(request.user))


def switch_off(request: HttpRequest) -> HttpResponse:
    form = SwitchOffForm(request.user, request.POST, request, prefix="off")
    if not has_device(request):
        return redirect("admin:second_step")
    if not form.is_valid():
        return show(request, ending=form)
    devices.switch_off(request.user)
    messages.success(request, _("From now on your password alone lets you in."))
    return redirect("admin:second_step")


DEEDS = {"set_up": set_up, "renew": renew, "switch_off": switch_off}


def has_device(request: HttpRequest) -> bool:
    return devices.device_of(request.known_user) is not None


def show(request: HttpRequest, first=None, key=None, renewing=None, ending=None) -> HttpResponse:
    user = request.known_user
    device = devices.device_of(user)
    context = {
        **admin.site.each_context(request),
        "title": _("Second step at sign-in"),
        "device": device,
        "is_required": settings.REQUIRE_TOTP,
        "next": wanted(request),
    }
    if device:
        context |= {
            "left": recovery.left(user),
            "renewing": renewing or CodeForm(prefix="renew"),
            "ending": ending or SwitchOffForm(prefix="off"),
        }
    else:
        context |= facts_of(devices.new_device(user, key), first or FirstCodeForm())
    waits = [form.wait for form in (renewing, ending) if form and form.wait]
    response = render(request, "admin/second_step.html", context, status=429 if waits else 200)
    if waits:
        response["Retry-After"] = str(waits[0])
    return response


def facts_of(device, form: FirstCodeForm) -> dict:
    """Give what a page shows of a device that is to be set up; nothing of it is kept yet."""
    return {
        "form": form,
        "picture": picture_of(device.config_url),
        "secret": devices.secret_of(device),
        "app_url": device.config_url,
        "key": signer.sign_object({"user": device.user.pk, "key": device.key}),
    }


def picture_of(address: str) -> SafeString:
    """Draw a QR code, black on white also in the dark, and without a style of its own."""
    svg = segno.make(address, micro=False).svg_inline(
        scale=5, dark="#000", light="#fff", omitsize=False, svgclass="qr", lineclass=None
    )
    label = _("The secret below, as a picture for the camera of your phone")
    drawn = mark_safe(svg)  # nosec B308 B703
    return format_html('<div role="img" aria-label="{}">{}</div>', label, drawn)


def show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Show recovery codes, this once."""
    context = {
        **admin.site.each_context(request),
        "title": _("Your recovery codes"),
        "codes": codes,
        "file": _("Recovery codes for %s") % request.known_user + "\n\n" + "\n".join(codes) + "\n",
        "next": wanted(request),
    }
    return render(request, "admin/recovery_codes.html", context)
