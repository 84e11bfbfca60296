"""The screens of mailings: their list, and the page that shows one under way and afterwards."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from issues.admin.filters import ChoiceFilter
from issues.admin.read_only import ReadOnlyAdmin
from issues.draft import whole
from issues.models import Issue
from issues.moments import day_and_clock
from subscribers.admin import progress
from subscribers.admin.mailing_acts import ACTS, MailingActs, has_failed, possible
from subscribers.admin.mailing_report import report_of
from subscribers.connection import without_addresses
from subscribers.delivery import totals
from subscribers.delivery.rights import APPROVE
from subscribers.models import Delivery, Mailing

PER_PAGE = 50  # rows of one state


def may_see_people(user) -> bool:
    return user.has_perm("subscribers.view_subscriber")


class StateFilter(ChoiceFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return Mailing.State.choices

    def keep(self, rows, value):
        return rows.filter(state=value)


class MailingList(ChangeList):
    def get_results(self, request):
        """Count the rows of all that are listed, in one question."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        found = totals.of_all(self.result_list)
        for mailing in self.result_list:
            mailing.totals = found[mailing.pk]


@admin.register(Mailing)
class MailingAdmin(MailingActs, ReadOnlyAdmin):
    class Media:
        css = {"all": ["admin/desk.css", "admin/subscribers.css", "admin/mailing.css"]}

    list_display = ["of_issue", "state_label", "sent", "moment"]
    list_filter = [StateFilter]
    list_per_page = 20

    def get_changelist(self, request, **kwargs):
        return MailingList

    def get_queryset(self, request):
        heavy = [f"issue__{name}" for name in Issue.LONG]
        return super().get_queryset(request).light().select_related("issue").defer(*heavy)

    def changelist_view(self, request, extra_context=None):
        context = {"title": _("Mailings"), **(extra_context or {})}
        return super().changelist_view(request, context)

    @admin.display(description=_("issue"), ordering="issue__number")
    def of_issue(self, mailing):
        return str(mailing.issue)

    @admin.display(description=_("state"), ordering="state")
    def state_label(self, mailing):
        html = '<span class="state {}">{}</span>'
        return format_html(html, mailing.state, mailing.get_state_display())

    @admin.display(description=_("when"), ordering="scheduled_for")
    def moment(self, mailing):
        at = mailing.started_at or mailing.scheduled_for
        html = '<time datetime="{}">{}</time>'
        return format_html(html, at.isoformat(), day_and_clock(timezone.localtime(at)))

    @admin.display(description=_("sent"))
    def sent(self, mailing):
        return render_to_string("admin/subscribers/_sent.html", {"totals": mailing.totals})

    def get_urls(self):
        live, rows = map(self.admin_site.admin_view, (self.progress, self.rows))
        return [
            path("<int:pk>/progress/", live, name="subscribers_mailing_progress"),
            path("<int:pk>/rows/<slug:state>/", rows, name="subscribers_mailing_rows"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show how far a mailing is, what may be done with it, and what became of it."""
        if request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        mailing = self.get_object(request, unquote(object_id))
        if mailing is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context = progress.context_of(mailing)
        found = context["totals"]
        acts = possible(mailing, found)
        is_nobody_left = has_failed(mailing, found) and ACTS["retry"] not in acts
        context |= {
            **self.page_context(request, mailing),
            "acts": acts if request.user.has_perm(APPROVE) else [],
            "is_nobody_left": is_nobody_left,
            "report": report_of(mailing, found, may_see_people(request.user)),
        }
        return TemplateResponse(request, "admin/subscribers/mailing.html", context)

    def page_context(self, request, mailing: Mailing) -> dict:
        return {
            **self.admin_site.each_context(request),
            "title": str(mailing.issue),
            "opts": self.opts,
            "media": self.media,
            "mailing": mailing,
            "page_url": reverse("admin:subscribers_mailing_change", args=[mailing.pk]),
        }

    @method_decorator(require_safe)
    def progress(self, request, pk: int):
        """Give what moves on the page, for its script."""
        context = progress.context_of(self.mailing_to_see(request, pk))
        return TemplateResponse(request, "admin/subscribers/_progress.html", context)

    @method_decorator(require_safe)
    def rows(self, request, pk: int, state: str):
        """List the rows of one state, page by page, without counting those before."""
        mailing = self.mailing_to_see(request, pk)
        if state not in Delivery.State.values:
            raise Http404
        after = whole(request.GET.get("after")) or 0
        found = mailing.deliveries.filter(state=state, pk__gt=after).order_by("pk")
        found = list(found.select_related("subscriber")[: PER_PAGE + 1])
        sees_people = may_see_people(request.user)
        for row in found:
            row.said = row.reply if sees_people else without_addresses(row.reply)
        is_decidable = state == Delivery.State.HELD and request.user.has_perm(APPROVE)
        context = {
            **self.page_context(request, mailing),
            "state": Delivery.State(state),
            "rows": found[:PER_PAGE],
            "next": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
            "is_first": not after,
            "may_see_people": sees_people,
            "is_decidable": is_decidable,
        }
        return TemplateResponse(request, "admin/subscribers/mailing_rows.html", context)

    def mailing_to_see(self, request, pk: int) -> Mailing:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)
