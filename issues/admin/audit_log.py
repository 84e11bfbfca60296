"""The audit log as a list: who did what, and when. Nobody changes it here or anywhere."""

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from issues.admin.filters import ChoiceFilter, PeriodFilter
from issues.admin.read_only import ReadOnlyAdmin
from issues.audit import COMMAND, READER
from issues.models import AuditEntry
from issues.moments import day_and_clock

# Names that no account has, as the log keeps them.
NAMES = {COMMAND: _("command line"), READER: _("a reader")}


class ActFilter(ChoiceFilter):
    title = _("what")
    parameter_name = "act"

    def lookups(self, request, model_admin):
        return AuditEntry.Act.choices

    def keep(self, rows, value):
        return rows.filter(act=value)


class WhoFilter(ChoiceFilter):
    """Offers those who are in the log: people who have left among them."""

    title = _("who")
    parameter_name = "who"

    def lookups(self, request, model_admin):
        names = AuditEntry.objects.order_by("name").values_list("name", flat=True).distinct()
        return [(name, NAMES.get(name, name)) for name in names]

    def keep(self, rows, value):
        return rows.filter(name=value)


class WhenFilter(PeriodFilter):
    title = _("when")
    parameter_name = "when"
    field = "at"


@admin.register(AuditEntry)
class AuditLogAdmin(ReadOnlyAdmin):
    class Media:
        css = {"all": ["admin/desk.css"]}

    list_display = ["moment", "who", "what", "subject", "detail"]
    list_display_links = None
    list_filter = [WhenFilter, WhoFilter, ActFilter]  # the longest last
    list_per_page = 100
    search_fields = ["name", "subject", "detail"]
    fields = readonly_fields = list_display

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": _("Audit log"), **(extra_context or {})})

    @admin.display(description=_("when"), ordering="pk")
    def moment(self, entry):
        html = '<time datetime="{}">{}</time>'
        return format_html(html, entry.at.isoformat(), day_and_clock(timezone.localtime(entry.at)))

    @admin.display(description=_("who"), ordering="name")
    def who(self, entry):
        return NAMES.get(entry.name, entry.name)

    @admin.display(description=_("what"), ordering="act")
    def what(self, entry):
        return entry.act_label
