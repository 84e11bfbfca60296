"""What the form of an issue asks for while somebody writes: pre-flight, board and title."""

from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string

from issues import draft, preflight, recipe, titles
from issues.desk.access import for_issue_forms
from issues.models import Issue, SectionType


@for_issue_forms
def live(request: HttpRequest, issue: Issue | None) -> JsonResponse:
    """Judge what the form of an issue would post; the pages say the same by the same templates."""
    types = list(SectionType.objects.all())
    written = draft.of_form(request.POST, issue.recipe if issue else recipe.current(types), types)
    if issue:
        written.pk, written.number = issue.pk, written.number or issue.number
        written.due_at = issue.published_at or issue.planned_at
    findings = preflight.check(written, types)
    places = recipe.board(written.recipe, written.type_pks, types)
    return JsonResponse(
        {
            "findings": [as_json(finding) for finding in findings],
            "findings_html": render_to_string("admin/desk/_preflight.html", {"findings": findings}),
            "verdict": preflight.verdict(findings),
            "board_html": render_to_string("admin/desk/_places.html", {"board": places}),
            "suggested_title": titles.suggested_for(written.sections),
        }
    )


def as_json(finding: preflight.Finding) -> dict:
    return {
        "check": finding.check,
        "blocking": finding.is_blocking,
        "message": finding.message,
        "field": finding.field,
        "type": finding.type and finding.type.pk,
    }
