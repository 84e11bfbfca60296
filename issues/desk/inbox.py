"""The inbox: a page for putting things in, looking through them and pulling them into an issue."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from issues import history, roles
from issues import inbox as verbs
from issues.characters import one_line
from issues.draft import whole
from issues.forms import InboxFilterForm, QuickAddForm
from issues.models import Issue, Section, StaleVersion

PAGE_SIZE = 50
MAX_DRAFTS = 30  # to choose from
FILTERS = ("q", "type", "page")


@admin.site.admin_view
@require_http_methods(["GET", "HEAD", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what waits for an issue, and take one thing more; GET only fills the form in."""
    user = request.user
    if not (user.has_perm("issues.add_section") or user.has_perm("issues.change_section")):
        raise PermissionDenied
    form = quick_add_form(request)
    if request.method == "POST" and form.is_valid() and added(request, form):
        return redirect(page_address(request))
    filters = InboxFilterForm(request.GET)
    context = {
        **admin.site.each_context(request),
        "title": _("Inbox"),
        "form": form,
        "filters": filters,
        "page": Paginator(listed(user, filters), PAGE_SIZE).get_page(request.GET.get("page")),
        "query": filter_query(request),
        "drafts": list(verbs.drafts_for(user).only("number", "title")[:MAX_DRAFTS]),
        "bookmarklet": bookmarklet(),
        "may_add": user.has_perm("issues.add_section"),
        "may_delete": user.has_perm("issues.delete_section"),
    }
    return render(request, "admin/desk/inbox.html", context)


@admin.site.admin_view
@require_POST
def pull(request: HttpRequest, pk: int) -> HttpResponse:
    """Pull a section into the issue whose key is in the field `issue`."""
    sections = roles.editable_sections(request.user).select_related("issue")
    section = get_object_or_404(sections, pk=pk)
    chosen = whole(request.POST.get("issue"))
    if chosen is None:
        messages.error(request, _("Choose an issue to pull “%s” into.") % section)
        return redirect(page_address(request))
    issue = get_object_or_404(roles.editable_issues(request.user), pk=chosen)
    try:
        pull_recorded(section, issue, request.user)
    except verbs.NotInInbox:
        messages.warning(request, said(_("“{}” is in {} already."), section))
    except StaleVersion:
        messages.error(request, _("Somebody changed “%s” just now. Please try again.") % section)
    else:
        messages.success(request, said(_("“{}” is in {} now."), section))
    return redirect(page_address(request))


@transaction.atomic
def pull_recorded(section: Section, issue: Issue, user) -> None:
    history.catch_up(issue, section)
    verbs.pull(section, issue, user)
    history.record(issue, user=user, comment=_("Pulled from the inbox: %s") % section)


def quick_add_form(request: HttpRequest) -> QuickAddForm:
    """Give the form as it was posted; else with what a bookmark brings along."""
    if request.method == "POST":
        return QuickAddForm(request.POST)
    return QuickAddForm(
        initial={name: one_line(request.GET.get(name, "")) for name in ("text", "title")}
    )


def added(request: HttpRequest, form: QuickAddForm) -> bool:
    """Add what the form says, and say so; what cannot be added is said in the form."""
    try:
        section = verbs.add(**form.cleaned_data, author=request.user)
    except verbs.AlreadyWaiting as error:
        form.add_error("text", waiting_since(error.section, request.user))
    except ValidationError as error:
        form.add_error("text", error)
    else:
        screen = reverse("admin:issues_section_change", args=[section.pk])
        link = format_html('<a href="{}">{}</a>', screen, section.title)
        messages.success(request, format_html(_("“{}” is in the inbox now."), link))
        return True
    return False


def waiting_since(section: Section, user) -> str:
    """Say since when a link has been waiting; its title, to those who may see it."""
    day = date_format(localtime(section.created_at), "DATE_FORMAT")
    if roles.may_edit_section(user, section):
        text = _("This is in the inbox already, since %(day)s: “%(title)s”.")
        return text % {"day": day, "title": section.title}
    return _("This is in the inbox already, since %s.") % day


def said(text: str, section: Section) -> str:
    """Put a section's title and a link to the form of its issue into a text."""
    form = reverse("admin:issues_issue_change", args=[section.issue_id])
    link = format_html('<a href="{}">#{}</a>', form, section.issue.number)
    return format_html(text, section.title, link)


def listed(user, filters: InboxFilterForm):
    """Give the sections of the inbox that `user` works on, the newest first."""
    sections = roles.editable_sections(user).in_inbox().for_list().order_by("-created_at", "-pk")
    sections = sections.select_related("type", "author").prefetch_related("tags")
    if not filters.is_valid():
        return sections
    if filters.cleaned_data["type"]:
        sections = sections.filter(type=filters.cleaned_data["type"])
    return verbs.matching(sections, filters.cleaned_data["q"])


def filter_query(request: HttpRequest) -> str:
    """Give the query of the page that is shown, without what a bookmark brings along."""
    return urlencode({name: value for name in FILTERS if (value := request.GET.get(name))})


def page_address(request: HttpRequest) -> str:
    query = filter_query(request)
    return reverse("desk:inbox") + (f"?{query}" if query else "")


def bookmarklet() -> str:
    """Give the bookmark that opens the inbox with the page one reads filled in."""
    address = f"{settings.SITE_URL}{reverse('desk:inbox')}"
    return (
        f"javascript:void(open('{address}?text='+encodeURIComponent(location.href)"
        "+'&title='+encodeURIComponent(document.title)))"
    )
