"""The list of pictures as a library: a grid of cards, and what they are filtered by."""

from typing import NamedTuple

from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.utils.translation import gettext_lazy as _

from issues import library
from issues.models import Asset


class AltFilter(admin.SimpleListFilter):
    title = _("alternative text")
    parameter_name = "alt"

    def lookups(self, request, model_admin):
        return [("missing", _("Missing")), ("there", _("There"))]

    def queryset(self, request, queryset):
        match self.value():
            case "missing":
                return queryset.filter(alt="")
            case "there":
                return queryset.exclude(alt="")
        return queryset


class UnusedFilter(admin.SimpleListFilter):
    title = _("use")
    parameter_name = "use"

    def lookups(self, request, model_admin):
        return [("unused", _("Unused"))]

    def queryset(self, request, queryset):
        return library.unused(queryset) if self.value() == "unused" else queryset


class MovingFilter(admin.SimpleListFilter):
    title = _("movement")
    parameter_name = "moving"

    def lookups(self, request, model_admin):
        return [("yes", _("Moving")), ("no", _("Still"))]

    def queryset(self, request, queryset):
        match self.value():
            case "yes" | "no" as answer:
                return queryset.filter(is_animated=answer == "yes")
        return queryset


class Card(NamedTuple):
    asset: Asset
    url: str  # of its own page
    thumbnail: library.Thumbnail


class Library(ChangeList):
    def get_ordering(self, request, queryset):
        if ORDER_VAR in self.params:
            return super().get_ordering(request, queryset)
        return list(library.ORDER)

    def cards(self) -> list[Card]:
        context = {"opts": self.opts, "preserved_filters": self.preserved_filters}
        return [
            Card(
                asset,
                add_preserved_filters(context, self.url_for_result(asset), self.is_popup),
                library.thumbnail(asset),
            )
            for asset in self.result_list
        ]
