"""The history of an issue or a section: who changed it when, compared and restored."""

from typing import NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods
from reversion.models import Revision

from issues import history, roles
from issues.comparing import CONTEXT
from issues.draft import whole
from issues.history.differences import WORDS, moment
from issues.markdown import UnreadableMarkdown
from issues.models import Issue, Section, StaleVersion

PAGE_SIZE = 50
NOW = "now"
VISIBLE = {Issue: roles.visible_issues, Section: roles.visible_sections}
EDITABLE = {Issue: roles.editable_issues, Section: roles.editable_sections}

Row = Issue | Section


class Side(NamedTuple):
    """One of two versions that are compared; without a revision it is the present one."""

    former: history.Snapshot | history.SectionSnapshot
    revision: Revision | None = None

    @property
    def label(self) -> str:
        if self.revision is None:
            return _("Now")
        return _("Version of %(when)s") % {"when": moment(self.revision.date_created)}


@require_GET
def versions(request: HttpRequest, model: type[Row], pk: int) -> HttpResponse:
    """List the versions of an issue or a section, to choose two of them."""
    return listed(request, visible(request.user, model, pk))


@require_GET
def compare(request: HttpRequest, model: type[Row], pk: int) -> HttpResponse:
    """Show two versions side by side, the older one on the left whichever was chosen first."""
    row = visible(request.user, model, pk)
    chosen = {request.GET.get("from", ""), request.GET.get("to", NOW)}
    if not all(one == NOW or whole(one) for one in chosen):
        return listed(request, row, _("Choose two versions to compare."))
    revisions = [found(row, int(one)) for one in sorted(chosen - {NOW}, key=int)]
    sides = [side(row, revision) for revision in revisions]
    sides += [present(row)] if NOW in chosen else []
    old, new = sides[0], sides[-1]
    context = {"parts": differences(request, old, new), "old": old, "new": new}
    return page(request, row, "admin/desk/compare.html", _("Compare versions"), context)


@require_http_methods(["GET", "POST"])
def restore(request: HttpRequest, model: type[Row], pk: int, revision: int) -> HttpResponse:
    """Show what restoring a version would change, and on POST restore it."""
    row = visible(request.user, model, pk)
    if not EDITABLE[model](request.user).filter(pk=pk).exists():
        raise PermissionDenied
    wanted = found(row, revision)
    if request.method == "POST":
        return restored(request, row, wanted)
    old, new = present(row), side(row, wanted)
    plan = history.plan(row, new.former, request.user) if model is Issue else None
    if plan:
        new.former.sections = plan.kept
    parts = differences(request, old, new, WORDS)
    context = {"parts": parts, "old": old, "new": new, "plan": plan}
    return page(request, row, "admin/desk/restore.html", _("Restore a version"), context)


def restored(request: HttpRequest, row: Row, revision: Revision) -> HttpResponse:
    """Restore the version, unless the row has changed since the page was shown."""
    version = whole(request.POST.get("version"))
    row.version = -1 if version is None else version
    act = history.restore if isinstance(row, Issue) else history.restore_section
    try:
        plan = act(row, revision, request.user)
    except (StaleVersion, IntegrityError):
        text = _("Nothing was restored: somebody has made changes meanwhile. Look at them first.")
        messages.error(request, text)
    except UnreadableMarkdown as error:
        messages.error(request, _("Nothing was restored: %s") % error)
    else:
        when = {"when": moment(revision.date_created)}
        messages.success(request, _("The version of %(when)s is restored.") % when)
        if plan:
            tell(request, plan)
    return redirect(address(row, "history"))


def tell(request: HttpRequest, plan: history.Plan) -> None:
    """Say what became of the sections that the restored version does not settle."""
    if plan.leaving:
        text = ngettext(
            "A section that came later waits in the inbox now: %(titles)s.",
            "Sections that came later wait in the inbox now: %(titles)s.",
            len(plan.leaving),
        )
        messages.info(request, text % {"titles": titles(plan.leaving)})
    if plan.elsewhere:
        text = ngettext(
            "A section is somewhere else now and stayed there: %(titles)s.",
            "Sections are somewhere else now and stayed there: %(titles)s.",
            len(plan.elsewhere),
        )
        messages.warning(request, text % {"titles": titles(plan.elsewhere)})


def titles(sections) -> str:
    return ", ".join(f"“{section.title}”" for section in sections)


def visible(user, model: type[Row], pk: int) -> Row:
    row = get_object_or_404(model, pk=pk)
    if not VISIBLE[model](user).filter(pk=pk).exists():
        raise PermissionDenied
    return row


def found(row: Row, pk: int) -> Revision:
    return get_object_or_404(history.versions(row), pk=pk)


def side(row: Row, revision: Revision) -> Side:
    if isinstance(row, Issue):
        return Side(history.snapshot(revision), revision)
    return Side(history.section_snapshot(revision, row), revision)


def present(row: Row) -> Side:
    is_issue = isinstance(row, Issue)
    return Side(history.current(row) if is_issue else history.current_section(row))


def differences(request: HttpRequest, old: Side, new: Side, *names) -> list[history.Part]:
    context = None if "all" in request.GET else CONTEXT
    if isinstance(old.former, history.SectionSnapshot):
        return history.compare_sections(old.former, new.former, context)
    return history.compare(old.former, new.former, *names, context=context)


def listed(request: HttpRequest, row: Row, error: str = "") -> HttpResponse:
    """Show the list of versions, with what was wrong about the choice."""
    paginator = Paginator(history.versions(row), PAGE_SIZE)
    shown = paginator.get_page(request.GET.get("page"))
    pages = paginator.get_elided_page_range(shown.number)
    context = {"versions": shown, "pages": pages, "error": error, "now": NOW}
    title = _("History: %s") % row
    status = 400 if error else 200
    return page(request, row, "admin/desk/history.html", title, context, status)


def page(
    request: HttpRequest, row: Row, template: str, title: str, context: dict, status: int = 200
) -> HttpResponse:
    ours = {
        "title": title,
        "row": row,
        "opts": row._meta,
        "may_edit": EDITABLE[type(row)](request.user).filter(pk=row.pk).exists(),
        "history_url": address(row, "history"),
        "compare_url": address(row, "compare"),
        "change_url": reverse(f"admin:issues_{row._meta.model_name}_change", args=[row.pk]),
    }
    everything = {**admin.site.each_context(request), **ours, **context}
    return render(request, template, everything, status=status)


def address(row: Row, name: str, *args) -> str:
    prefix = "" if isinstance(row, Issue) else "section_"
    return reverse(f"desk:{prefix}{name}", args=[row.pk, *args])
