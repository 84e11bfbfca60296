"""The page that says how the list does: how it grows, what people want, and why some left."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from subscribers import growth, reasons
from subscribers.admin import chart
from subscribers.models import Subscriber

WEEKS = 26


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    if not admin.site.get_model_admin(Subscriber).has_view_permission(request):
        raise PermissionDenied
    totals = growth.totals()
    weeks, years = growth.weeks(WEEKS), growth.years()
    context = {
        **admin.site.each_context(request),
        "title": _("How the list does"),
        "totals": totals,
        "charts": [
            {
                "name": "weeks",
                "title": _("The last %d weeks") % WEEKS,
                "about": _("How many joined and left in each week, which begins on Monday."),
                "column": _("Week from"),
                "drawing": chart.draw(weeks, [day_and_month(one.begins) for one in weeks]),
                "rows": [(format_date(one.begins, "j F Y"), one) for one in reversed(weeks)],
            },
            {
                "name": "years",
                "title": _("All years"),
                "about": _("How many joined and left in each year."),
                "column": _("Year"),
                "drawing": chart.draw(years, [str(one.begins.year) for one in years]),
                "rows": [(str(one.begins.year), one) for one in reversed(years)],
            },
        ],
        "reasons": reasons.counts(),
        "own_words": reasons.in_own_words(),
        "wanting": growth.wanting(totals[Subscriber.State.ACTIVE]),
    }
    return render(request, "admin/subscribers/overview.html", context)


def day_and_month(day) -> str:
    return format_date(day, "j M")
