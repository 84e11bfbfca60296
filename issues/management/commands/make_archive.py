"""manage.py make_archive: as large an archive as one wants to measure with."""

import datetime
import itertools
import random

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.models import Max
from tqdm import tqdm

from issues import search
from issues.models import Issue, Section, SectionTag, SectionType, Tag

VOCABULARY = 20_000
TAGS = 500
BATCH = 100  # issues
NEWEST = datetime.datetime(2026, 1, 7, 9, tzinfo=datetime.UTC)
SPAN = datetime.timedelta(days=20 * 365)  # larger archives have several issues a week
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]


class Command(BaseCommand):
    help = (
        "Make a large archive of words without sense, the same one for the same --seed. "
        "Words and tags are as uneven as in real texts (Zipf's law). "
        "Example: manage.py make_archive --issues 2000 --sections 6"
    )

    def add_arguments(self, parser):
        parser.add_argument("--issues", type=int, default=700, help="how many (700)")
        parser.add_argument("--sections", type=int, default=6, help="in each issue (6)")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another text (1)")

    def handle(self, issues, sections, seed, **options):
        author = Author(random.Random(seed), sections)  # nosec B311
        first = (Issue.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        step = min(datetime.timedelta(weeks=1), SPAN / max(issues, 1))
        moments = [NEWEST - step * age for age in reversed(range(issues))]
        batches = range(0, issues, BATCH)
        for start in tqdm(batches, unit="batch", disable=None, leave=False):
            dated = zip(
                itertools.count(first + start), moments[start : start + BATCH], strict=False
            )
            author.write(list(dated))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as a database does of itself in time
        self.stdout.write(f"{issues} issues with {search.rebuild()} sections in all.")


class Author:
    """Writes issues from a random source."""

    def __init__(self, source: random.Random, sections: int):
        self.source, self.sections = source, sections
        self.words = [self.word() for _ in range(VOCABULARY)]
        self.weights = list(itertools.accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
        self.types = list(SectionType.objects.all())
        self.tags = Tag.objects.named(f"{self.word()} {number}" for number in range(TAGS))
        self.tag_weights = list(itertools.accumulate(1 / rank for rank in range(1, TAGS + 1)))

    def word(self) -> str:
        return "".join(self.source.choices(SYLLABLES, k=self.source.randint(1, 4)))

    def text(self, length: int) -> str:
        return " ".join(self.source.choices(self.words, cum_weights=self.weights, k=length))

    @transaction.atomic
    def write(self, dated: list[tuple[int, datetime.datetime]]) -> None:
        """Write the issues of these numbers and moments."""
        issues = [self.issue(number, moment) for number, moment in dated]
        Issue.objects.bulk_create(issues)
        sections = [
            self.section(issue, place) for issue in issues for place in range(self.sections)
        ]
        Section.objects.bulk_create(sections)
        SectionTag.objects.bulk_create(
            SectionTag(content_object=section, tag=tag)
            for section in sections
            for tag in self.some_tags()
        )

    def issue(self, number: int, moment: datetime.datetime) -> Issue:
        issue = Issue(number=number, published_at=moment)
        issue.title, issue.summary = self.text(6).capitalize(), self.text(20)
        issue.derive()
        return issue

    def section(self, issue: Issue, place: int) -> Section:
        section = Section(issue=issue, position=place + 1, slug=f"section-{place + 1}")
        section.type = self.types[place % len(self.types)]
        section.title = self.text(7).capitalize()
        section.body = "\n\n".join(f"{self.text(50).capitalize()}." for _ in range(3))
        section.derive()
        return section

    def some_tags(self) -> set[Tag]:
        return set(self.source.choices(self.tags, cum_weights=self.tag_weights, k=3))
