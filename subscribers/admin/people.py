"""The screens of subscribers: their list, the page of a person, and adding somebody."""

import json

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from issues.admin.base import ListAdmin
from subscribers import subscriptions
from subscribers.addresses import shown
from subscribers.admin import timeline
from subscribers.admin.acts import NO_LETTER, Acts, proof_of
from subscribers.admin.exchange import ExchangeUrls
from subscribers.admin.forgetting import Forgetting
from subscribers.admin.forms import InviteForm, LeaveForm, PersonForm
from subscribers.admin.subscriber_list import (
    FailedFilter,
    JoinedFilter,
    LeftFilter,
    LeftOutFilter,
    PausedFilter,
    StateFilter,
    matching,
)
from subscribers.models import Subscriber

State = Subscriber.State


@admin.register(Subscriber)
class SubscriberAdmin(ExchangeUrls, Acts, Forgetting, ListAdmin):
    class Media:
        css = {"all": ["admin/desk.css", "admin/subscribers.css"]}

    form = PersonForm
    list_display = ["person", "state_label", "joined", "left"]
    list_filter = [StateFilter, PausedFilter, LeftOutFilter, JoinedFilter, LeftFilter, FailedFilter]
    list_per_page = 100
    search_fields = ["email"]  # and more: see `get_search_results`
    actions = ["forget"]
    # Each would count everybody once more.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_search_results(self, request, queryset, search_term):
        return matching(queryset, search_term), False

    def lookup_allowed(self, lookup, value, request=None):
        """Let addresses ask for our filters alone, not for any field by any pattern."""
        return lookup in {one.parameter_name for one in self.list_filter}

    def changelist_view(self, request, extra_context=None):
        context = {"title": _("Subscribers"), **(extra_context or {})}
        return super().changelist_view(request, context)

    @admin.display(description=_("e-mail address"), ordering="key")
    def person(self, person):
        local, at, domain = shown(person.email).partition("@")
        html = '{}<wbr>{} <span class="quiet">{}</span>'  # too long, it breaks behind the @
        return format_html(html, local + at, domain, person.name)

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, person):
        words = _("paused until %s") % day_of(person.paused_until) if person.is_paused() else ""
        html = '<span class="state {}">{}</span> <span class="quiet">{}</span>'
        return format_html(html, person.state, person.get_state_display(), words)

    @admin.display(description=_("joined"), ordering="confirmed_at")
    def joined(self, person):
        return day_of(person.confirmed_at)

    @admin.display(description=_("left"), ordering="left_at")
    def left(self, person):
        return day_of(person.left_at)

    def get_fieldsets(self, request, obj=None):
        """Leave out the form for those who only look: the facts stand above it."""
        if not self.has_change_permission(request, obj):
            return []
        names = ["name", *([] if obj.state == State.LEFT else PersonForm.OF_READERS)]
        return [(None, {"fields": names})]

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InviteForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            if person := self.invite(request, **form.cleaned_data):
                return redirect("admin:subscribers_subscriber_change", person.pk)
            form.add_error("email", str(NO_LETTER))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Add a subscriber"),
            "opts": self.opts,
            "form": form,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/subscribers/invite.html", context)

    @transaction.atomic
    def invite(self, request, email, name: str, source: str) -> Subscriber | None:
        """Ask somebody by letter who has asked an editor; None if no letter may go there now."""
        if not subscriptions.ask(email, proof_of(request), source=source):
            return None
        person = Subscriber.objects.get(key=email.key)
        person.name = person.name or name
        person.save(update_fields=["name"])
        self.note(request, person.pk, ADDITION, _("Asked to join."))
        text = _("A letter is on its way. They are on the list once they confirm.")
        self.message_user(request, text, messages.SUCCESS)
        return person

    def save_model(self, request, obj, form, change):
        """Do each thing that was changed as the person would have, and note who did it."""
        changed, wishes, proof = form.changed_data, form.cleaned_data, proof_of(request)
        address = wishes.get("address")
        # First, since it counts the address before the person is held.
        if address and subscriptions.ask_for_change(obj, address, proof):
            text = _("A letter is on its way to %s. Nothing changes until its owner confirms.")
            self.message_user(request, text % shown(address.email), messages.SUCCESS)
        elif address:
            self.message_user(request, NO_LETTER, messages.WARNING)
        if "name" in changed:
            Subscriber.objects.filter(pk=obj.pk).update(name=obj.name)
        if "wanted" in changed:
            subscriptions.choose(obj, wishes["wanted"], proof)
        if "pause_until" in changed:
            subscriptions.pause(obj, wishes["pause_until"], proof)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        buttons = {"show_save_and_add_another": False, "show_delete": False}
        context = {**buttons, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {
            "person": obj,
            "is_paused": obj.is_paused(),
            "left_out": list(obj.unwanted_types.all()),
            "timeline": timeline.of(obj),
            "why_unreachable": timeline.why_unreachable(obj),
            "may_change": self.has_change_permission(request, obj),
            "may_forget": self.has_delete_permission(request, obj),
            "leave_form": LeaveForm(),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def history_view(self, request, object_id, extra_context=None):
        """Lead to the timeline, which tells all that Django's own log does and more."""
        person = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, person):
            raise PermissionDenied
        if person is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        page = reverse("admin:subscribers_subscriber_change", args=[person.pk])
        return redirect(f"{page}#person-timeline")

    def log_change(self, request, obj, message):
        return self.note(request, obj.pk, CHANGE, message)

    def note(self, request, pk: int, flag: int, message) -> LogEntry:
        """Log what was done without the address: the log outlives the person."""
        return LogEntry.objects.create(
            user=request.user,
            content_type=ContentType.objects.get_for_model(Subscriber),
            object_id=pk,
            object_repr=_("Subscriber %d") % pk,
            action_flag=flag,
            change_message=json.dumps(message) if isinstance(message, list) else message,
        )


def day_of(moment) -> str | None:
    return moment and date_format(timezone.localtime(moment), "DATE_FORMAT")
