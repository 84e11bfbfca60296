"""Deleting people: never without saying what is kept of their address."""

from operator import attrgetter

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import DELETION
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from issues import audit
from issues.audit import Act
from subscribers import subscriptions
from subscribers.admin.forms import ForgetForm
from subscribers.exchange.noting import counted
from subscribers.models import Subscriber, Suppression

MOST_PEOPLE = 1000  # in one go
MOST_NAMED = 5


class Forgetting:
    """Takes the place of Django's own deletion, on the page of a person and in the list."""

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_view(self, request, object_id, extra_context=None):
        person = self.get_object(request, unquote(object_id))
        if not self.has_delete_permission(request, person):
            raise PermissionDenied
        if person is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = ForgetForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            back = reverse("admin:subscribers_subscriber_change", args=[person.pk])
            return self.forget_page(request, form, [person], back)
        self.forget_all(request, [person], form.cleaned_data["reason"])
        return redirect("admin:subscribers_subscriber_changelist")

    @admin.action(description=gettext_lazy("Erase or block…"), permissions=["delete"])
    def forget(self, request, queryset):
        """Ask what is kept of the addresses; once that is said, forget the people."""
        people = list(queryset.order_by("pk")[: MOST_PEOPLE + 1])
        if not 1 <= len(people) <= MOST_PEOPLE:
            text = _("Choose somebody, and at most %d people at a time.") % MOST_PEOPLE
            self.message_user(request, text, messages.ERROR)
            return None
        form = ForgetForm(request.POST if "is_answer" in request.POST else None)
        if not form.is_valid():
            back = reverse("admin:subscribers_subscriber_changelist")
            return self.forget_page(request, form, people, back, action="forget")
        self.forget_all(request, people, form.cleaned_data["reason"])
        return None

    def forget_page(
        self, request: HttpRequest, form: ForgetForm, people: list[Subscriber], back: str, **context
    ) -> HttpResponse:
        context |= {
            **self.admin_site.each_context(request),
            "title": _("Erase or block"),
            "opts": self.opts,
            "form": form,
            "media": self.media,
            "people": people,
            "named": people[:MOST_NAMED],
            "others": max(len(people) - MOST_NAMED, 0),
            "back": back,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/subscribers/forget.html", context)

    def forget_all(self, request: HttpRequest, people: list[Subscriber], reason: str) -> None:
        """Forget people, and note that it was done without noting who it was."""
        is_block = reason == Suppression.Reason.BLOCKED
        noted = _("Erased and blocked.") if is_block else _("Erased.")
        with transaction.atomic():
            for person in sorted(people, key=attrgetter("pk")):  # as everybody holds them
                pk = person.pk  # which goes with the row
                subscriptions.erase(person, reason)
                self.note(request, pk, DELETION, noted)
            audit.note(request.user, Act.READERS_ERASED, counted(len(people)), noted)
        text = ngettext("%d person is forgotten.", "%d people are forgotten.", len(people))
        kept = (
            _("No letter goes to their addresses again.")
            if is_block
            else _("A keyed hash keeps imports from bringing them back.")
        )
        self.message_user(request, f"{text % len(people)} {kept}", messages.SUCCESS)
