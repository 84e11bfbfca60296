"""When what readers see was last another, in feeds, in the sitemap and in the head of pages."""

import datetime

import pytest

from issues.models import Issue
from issues.models.corrected import last_change, last_change_in, last_correction
from tests.builders import make_issue

PUBLISHED = datetime.datetime(2025, 5, 7, 9, tzinfo=datetime.UTC)
BEFORE, AFTER, LATER = (PUBLISHED + datetime.timedelta(hours=hours) for hours in (-1, 1, 2))


class TestLastCorrection:
    @pytest.mark.parametrize(
        ("corrections", "last"),
        [
            ([], None),
            ([None, None], None),
            ([BEFORE], None),
            ([PUBLISHED], None),
            ([None, AFTER, BEFORE], AFTER),
            ([AFTER, LATER], LATER),
        ],
    )
    def test_what_was_corrected_before_publication_does_not_count(self, corrections, last):
        assert last_correction(PUBLISHED, *corrections) == last
        assert last_change(PUBLISHED, *corrections) == (last or PUBLISHED)

    @pytest.mark.django_db
    @pytest.mark.parametrize("corrected_at", [None, BEFORE, AFTER])
    def test_the_database_says_the_same(self, corrected_at):
        make_issue(1, None, published_at=PUBLISHED)
        Issue.objects.update(corrected_at=corrected_at)

        found = Issue.objects.values_list(last_change_in("published_at", "corrected_at"), flat=True)

        assert found.get() == last_change(PUBLISHED, corrected_at)
