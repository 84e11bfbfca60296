"""What is counted over the whole archive: keys and numbers, kept until it changes."""

from django.db.models import Count
from django.db.models.functions import ExtractYear

from issues.freshness import kept
from issues.models import Issue, SectionTag, SectionType


def tag_counts() -> dict[int, int]:
    """Give for each tag's key how many public sections have it."""
    return kept("public-tag-counts", SectionTag.public_counts)


def type_counts() -> dict[int, int]:
    """Give for each type's key how many public sections are of it."""
    return kept("public-type-counts", SectionType.objects.public_counts)


def year_counts() -> list[dict]:
    """Give each year of the archive with its number of issues, the newest first."""
    return kept("public-year-counts", count_years)


def count_years() -> list[dict]:
    issues = Issue.objects.published().annotate(year=ExtractYear("published_at"))
    return list(issues.order_by("-year").values("year").annotate(count=Count("pk")))
