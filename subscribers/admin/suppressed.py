"""The screens of addresses that are not written to: nobody can read them, but one can ask."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from issues import audit
from issues.admin.filters import ChoiceFilter
from issues.admin.read_only import ReadOnlyAdmin
from issues.audit import Act
from subscribers import subscriptions
from subscribers.addresses import Address
from subscribers.admin.forms import CheckForm
from subscribers.models import Suppression


class ReasonFilter(ChoiceFilter):
    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request, model_admin):
        return Suppression.Reason.choices

    def keep(self, rows, value):
        return rows.filter(reason=value)


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    class Media:
        css = {"all": ["admin/desk.css", "admin/subscribers.css"]}

    list_display = ["beginning", "reason", "created_at"]
    list_display_links = None
    list_filter = [ReasonFilter]
    list_per_page = 100
    fields = readonly_fields = ["beginning", "reason", "created_at"]

    def has_lift_permission(self, request) -> bool:
        return request.user.has_perm("subscribers.delete_suppression")

    @admin.display(description=_("hash"), ordering="digest")
    def beginning(self, row):
        return f"{row.digest[:12]}…"

    def get_urls(self):
        check, lift = map(self.admin_site.admin_view, (self.check_address, self.lift))
        return [
            path("check/", check, name="subscribers_suppression_check"),
            path("lift/", lift, name="subscribers_suppression_lift"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        context = {"title": _("Suppressed addresses"), "form": CheckForm()}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def check_address(self, request):
        """Say whether an address is suppressed; it is posted, so that no log of a server has it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = CheckForm(request.POST if request.method == "POST" else None)
        return self.answer(request, form, form.is_valid() and form.cleaned_data["email"])

    @method_decorator(require_POST)
    def lift(self, request):
        """Let a typed address be written to again."""
        if not (self.has_view_permission(request) and self.has_lift_permission(request)):
            raise PermissionDenied
        form = CheckForm(request.POST)
        if not form.is_valid():
            return self.answer(request, form, None)
        with transaction.atomic():
            is_lifted = subscriptions.lift(form.cleaned_data["email"])
            if is_lifted:
                audit.note(request.user, Act.SUPPRESSION_LIFTED)
        if is_lifted:
            text = _("It is lifted: the address may join and be imported again.")
            self.message_user(request, text, messages.SUCCESS)
        else:
            self.message_user(request, _("Nothing stood against this address."), messages.INFO)
        return redirect("admin:subscribers_suppression_changelist")

    def answer(self, request, form: CheckForm, address: Address | None):
        found = Suppression.objects.of(address).first() if address else None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Is this address suppressed?"),
            "opts": self.opts,
            "form": form,
            "media": self.media,
            "address": address,
            "found": found,
            "may_lift": self.has_lift_permission(request),
        }
        return TemplateResponse(request, "admin/subscribers/check.html", context)
