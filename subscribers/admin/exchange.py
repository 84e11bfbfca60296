"""Import and export at the desk.

A file that is to be imported is tried first. It is not kept between the trial and the deed: the
editor sends it again, and what is done is done only if it is the very file that was tried. So no
list of addresses lies anywhere, whatever happens in between, and any machine may answer.
"""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from subscribers.admin.exchange_forms import ExportForm, ImportForm
from subscribers.exchange import importing
from subscribers.exchange.exporting import exported
from subscribers.exchange.noting import note_export, note_import
from subscribers.exchange.problems import UnreadableFile
from subscribers.exchange.report import Report, recognised

IMPORT, EXPORT = "subscribers.import_subscriber", "subscribers.export_subscriber"


class ExchangeUrls:
    """For the admin of subscribers: the addresses `subscribers_import` and `subscribers_export`."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("import/", view(self.import_view), name="subscribers_import"),
            path("export/", view(self.export_view), name="subscribers_export"),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Try a file, and import it once it has been tried."""
        if not request.user.has_perm(IMPORT):
            raise PermissionDenied
        is_post = request.method == "POST"
        form = ImportForm(request.POST, request.FILES) if is_post else ImportForm()
        context = {"title": _("Import subscribers"), "form": form}
        if is_post and form.is_valid():
            context |= outcome_of(form, request)
        return self.exchange_page(request, "import", context)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Give those in the chosen states as a file."""
        if not request.user.has_perm(EXPORT):
            raise PermissionDenied
        is_post = request.method == "POST"
        form = ExportForm(request.POST) if is_post else ExportForm()
        if is_post and form.is_valid():
            return export(request.user, form.cleaned_data["states"])
        return self.exchange_page(
            request, "export", {"title": _("Export subscribers"), "form": form}
        )

    def exchange_page(self, request: HttpRequest, name: str, context: dict) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/subscribers/{name}.html", context)


def outcome_of(form: ImportForm, request: HttpRequest) -> dict:
    """Do what was asked; give what the page says of it."""
    wants_deed = request.POST.get("do") == "import"
    was_tried = request.POST.get("tried") == form.digest()
    is_trial = not (wants_deed and was_tried)
    report = Report()
    try:
        go_through(form, request.user, report, is_trial)
    except UnreadableFile as error:
        form.add_error(None, str(error))
        return {}
    return {
        "recognised": recognised(form.table, form.plan(request.user).mode),
        "report": report,
        "is_trial": is_trial,
        "is_another": wants_deed and not was_tried,
        "tried": form.digest(),
    }


def go_through(form: ImportForm, user, report: Report, is_trial: bool) -> None:
    """Import a file, or try to; what was done is noted even if it ends in the middle."""
    plan = form.plan(user)
    try:
        for step in importing.run(form.table, plan, dry_run=is_trial):
            report.add(step)
    finally:
        if not is_trial:
            note_import(plan, report)


def export(user, states: list[str]) -> StreamingHttpResponse:
    """Note who takes how many, and give them."""
    note_export(user, states)
    name = f"subscribers-{timezone.localdate():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        exported(states, mark=True),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
