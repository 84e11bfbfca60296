"""Filters of lists that are only read, beside those of Django."""

import datetime

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

PERIODS = [
    ("7", _("The last 7 days")),
    ("30", _("The last 30 days")),
    ("90", _("The last 90 days")),
    ("365", _("The last year")),
]


class ChoiceFilter(admin.SimpleListFilter):
    """Keeps what a choice says; a choice that there is not keeps everything."""

    def queryset(self, request, queryset):
        known = [str(value) for value, _label in self.lookup_choices]
        return self.keep(queryset, self.value()) if self.value() in known else queryset

    def keep(self, rows, value: str):
        raise NotImplementedError


class PeriodFilter(ChoiceFilter):
    field: str

    def lookups(self, request, model_admin):
        return PERIODS

    def keep(self, rows, value):
        return rows.filter(**{f"{self.field}__gte": since(value)})


def since(days: str) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=int(days))
