"""The second step at sign-in, as the screen of accounts shows it."""

# Their own screens come first, since ours take their place. The one of devices shows secrets.
import django_otp.plugins.otp_totp.admin  # noqa: F401
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_totp.models import TOTPDevice

from issues.signing_in import devices

admin.site.unregister(TOTPDevice)


class SecondStep:
    """For the screen of accounts: says who has one, and takes it away from who lost the phone."""

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return [*super().get_list_display(request), "has_second_step"]

    def get_queryset(self, request: HttpRequest):
        confirmed = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).annotate(has_second_step=Exists(confirmed))

    @admin.display(boolean=True, description=gettext_lazy("second step"))
    def has_second_step(self, user) -> bool:
        return user.has_second_step

    def get_urls(self):
        view = self.admin_site.admin_view(self.take_away)
        return [
            path("<int:pk>/second-step/", view, name="auth_user_take_away"),
            *super().get_urls(),
        ]

    def take_away(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then free a colleague of a phone that is lost: their password lets them in again."""
        if not request.user.is_superuser:
            raise PermissionDenied
        if pk == request.user.pk:
            return redirect("admin:second_step")  # which asks for the password and a code
        user = get_object_or_404(User, pk=pk)
        if request.method == "POST":
            self.free(request, user)
            return redirect("admin:auth_user_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Take the second step away from %s?") % user,
            "opts": self.opts,
            "user_of_device": user,
        }
        return TemplateResponse(request, "admin/auth/user/take_away.html", context)

    def free(self, request: HttpRequest, user: User) -> None:
        if devices.take_away(user, request.user):
            words = _("%s now signs in by password alone, and may set up another phone.") % user
            messages.success(request, words)
        else:
            messages.info(request, _("%s has no second step.") % user)
