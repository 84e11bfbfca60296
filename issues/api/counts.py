"""How many public sections have a tag or a type, counted once for each state of the archive."""

from django.db.models import Count

from issues.freshness import kept
from issues.models import Issue, Section, SectionTag

Counts = dict[int, int]


def of_issues() -> int:
    return kept("api-issues", Issue.objects.published().count)


def of_tags() -> Counts:
    return kept("api-tags", lambda: {pk: n for pk, n in SectionTag.public_counts().items() if n})


def of_types() -> Counts:
    return kept("api-types", count_types)


def count_types() -> Counts:
    sections = Section.objects.published().order_by()
    return dict(sections.values_list("type").annotate(Count("pk")))
