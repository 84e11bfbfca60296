"""The admin site as a writing desk."""

from functools import partial

from django.contrib.admin import AdminSite
from django.contrib.auth.views import PasswordChangeView
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issues import audit
from issues.audit import Act
from issues.desk import choosing, home, second_step, signing_in
from issues.forms import ChangePasswordForm

reading_and_posting = require_http_methods(["GET", "HEAD", "POST"])


class DeskSite(AdminSite):
    site_header = site_title = _("Writing desk")
    index_title = _("What would you like to do?")

    def index(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        context = {"home": home.context_of(request.user), **(extra_context or {})}
        return super().index(request, context)

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Let people change their password. In Django's own view they may guess without end."""
        view = PasswordChangeView.as_view(
            form_class=partial(ChangePasswordForm, request=request),
            success_url=reverse("admin:password_change_done"),
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        with transaction.atomic():
            response = view(request)
            if response.status_code == 302:  # it is done, and leads on
                audit.note(request.user, Act.PASSWORD_SET, request.user)
            return response

    def get_urls(self):
        on_site = path(
            "r/<int:content_type_id>/<path:object_id>/",
            self.admin_view(self.view_on_site),
            name="view_on_site",
        )
        others = [one for one in super().get_urls() if getattr(one, "name", "") != on_site.name]
        # These two ask by themselves who comes: for the rest of the desk it may be nobody yet.
        ours = [
            path("code/", signing_in.code, name="code"),
            path("second-step/", second_step.page, name="second_step"),
        ]
        return [on_site, *ours, *others]

    @method_decorator([reading_and_posting, never_cache])
    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        def ask_for_password(request: HttpRequest) -> HttpResponse:
            return super(DeskSite, self).login(request, extra_context)

        return signing_in.sign_in(request, ask_for_password)

    def admin_view(self, view, cacheable=False):
        """Let screens answer reading and posting alone: Django's take a DELETE for a GET."""
        return reading_and_posting(super().admin_view(view, cacheable))

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return choosing.Choices.as_view(admin_site=self)(request)

    def view_on_site(self, request: HttpRequest, content_type_id, object_id) -> HttpResponse:
        """Lead to an object's page. Django's own view leads anybody to the page of any object."""
        model = get_object_or_404(ContentType, pk=content_type_id).model_class()
        screen = self._registry.get(model)
        found = screen and screen.get_object(request, object_id)
        if found is None:
            raise Http404
        if not screen.has_view_permission(request, found):
            raise PermissionDenied
        address = screen.view_on_site(found) if callable(screen.view_on_site) else page_of(found)
        if address is None:
            raise Http404
        return redirect(address)


def page_of(found) -> str | None:
    return found.get_absolute_url() if hasattr(found, "get_absolute_url") else None
