"""How many public sections have a type, counted once for each state of the archive."""

from django.db.models import Count

from issues.freshness import kept
from issues.models import Issue, Section


def of_issues() -> int:
    return kept("api-issues", Issue.objects.published().count)


def of_types() -> dict[int, int]:
    return kept("api-types", count_types)


def count_types() -> dict[int, int]:
    sections = Section.objects.published().order_by()
    return dict(sections.values_list("type").annotate(Count("pk")))
