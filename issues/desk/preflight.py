"""What the form of an issue asks for while somebody writes: pre-flight, board and title."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from issues import draft, preflight, recipe, roles, titles
from issues.desk.access import staff_with
from issues.draft import Draft
from issues.models import Issue, SectionType


@staff_with("issues.add_issue", "issues.change_issue")
@require_POST
def live(request: HttpRequest) -> JsonResponse:
    """Judge what the form of an issue would post; `issue` is its key, or empty for a new one."""
    issue = issue_of(request)
    types = list(SectionType.objects.all())
    written = draft.of_form(request.POST, issue.recipe if issue else recipe.current(), types)
    if issue:
        written.pk, written.number = issue.pk, written.number or issue.number
    return JsonResponse(
        {
            "findings": [as_json(finding) for finding in preflight.check(written)],
            "board": board(written, types),
            "suggested_title": titles.suggested_for(written.sections),
        }
    )


def issue_of(request: HttpRequest) -> Issue | None:
    """Give the issue whose form it is, None for a new one. Raises PermissionDenied, Http404."""
    key = request.POST.get("issue", "")
    if not key:
        if not request.user.has_perm("issues.add_issue"):
            raise PermissionDenied
        return None
    issue = get_object_or_404(Issue.objects.defer(*Issue.LONG), pk=draft.whole(key))
    if not roles.may_edit(request.user, issue):
        raise PermissionDenied
    return issue


def as_json(finding: preflight.Finding) -> dict:
    return {
        "check": finding.check,
        "blocking": finding.is_blocking,
        "message": finding.message,
        "field": finding.field,
        "type": finding.type and finding.type.pk,
    }


def board(written: Draft, types: list[SectionType]) -> list[dict]:
    return [
        {
            "type": place.type.pk,
            "name": place.type.name,
            "emoji": place.type.emoji,
            "count": place.count,
            "least": place.least,
            "most": place.most,
            "state": place.state.value,
            "state_label": str(place.state.label),
        }
        for place in recipe.board(written.recipe, written.type_pks, types)
    ]
