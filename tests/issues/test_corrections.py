"""When what readers see was last another, in feeds, in the sitemap and in the head of pages."""

import datetime

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from issues import history, inbox
from issues.models import Issue, Section
from issues.models.corrected import last_change, last_change_in, last_correction
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    issue_form,
    make_issue,
    make_section,
    newest_revision,
    recorded_issue,
    row,
)

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


def corrected(number=1) -> bool:
    """Say whether feeds call the issue of this number updated."""
    issue = Issue.objects.get(number=number)
    return last_correction(issue.published_at or timezone.now(), issue.corrected_at) is not None


def save_section(desk, section: Section, **changes) -> None:
    """Send the screen of a section as it is, but for the changes."""
    names = ("title", "slug", "position", "version")
    values = {name: getattr(section, name) for name in names}
    values |= {"type": section.type_id, "issue": section.issue_id or "", **changes}
    response = desk.post(reverse("admin:issues_section_change", args=[section.pk]), values)
    assert response.status_code == 302


@pytest.mark.django_db
class TestContents:
    """A section that comes into a public issue or leaves it changes what its readers find."""

    @pytest.fixture(autouse=True)
    def issue(self):
        return recorded_issue(1, YESTERDAY, ["Grid", "Flex"])

    @pytest.fixture
    def grid(self):
        return Section.objects.get(title="Grid")

    @pytest.fixture
    def save(self, desk, issue):
        """Send the form of the issue with these rows."""

        def send(*rows):
            address = reverse("admin:issues_issue_change", args=[issue.pk])
            form = issue_form(*rows, issue=Issue.objects.get(number=1), title=issue.title)
            assert desk.post(address, form).status_code == 302

        return send

    def rows(self, **changes) -> list[dict]:
        first, second = Section.objects.filter(issue__number=1)
        return [row(first, **changes), row(second)]

    def test_a_new_row_in_the_form(self, save):
        save(*self.rows(), {"title": "New", "position": 3})

        assert corrected()

    def test_a_row_that_is_deleted(self, save):
        save(*self.rows(DELETE="on"))

        assert corrected()

    def test_a_row_that_goes_to_the_inbox(self, save):
        save(*self.rows(to_inbox="on"))

        assert corrected()

    def test_another_order_is_none(self, save):
        save(*self.rows(position=9))

        assert [one.title for one in Section.objects.filter(issue__number=1)] == ["Flex", "Grid"]
        assert not corrected()

    def test_pulling_from_the_inbox(self, issue, editor):
        inbox.pull(make_section(None, "Waiting"), issue, editor)
        issue.save()  # the one in hand knows it, too

        assert corrected()

    def test_pushing_back_into_the_inbox(self, grid, editor):
        inbox.push_back(grid, editor)

        assert corrected()

    def test_moving_on_the_screen_of_a_section(self, desk, grid):
        other = make_issue(2, YESTERDAY)

        save_section(desk, grid, issue=other.pk)

        assert corrected(1)
        assert corrected(2)

    def test_what_stays_on_the_screen_of_a_section(self, desk, grid):
        save_section(desk, grid, tags="css")

        assert not corrected()

    def test_deleting_on_the_screen_of_a_section(self, desk, grid):
        desk.post(reverse("admin:issues_section_delete", args=[grid.pk]), {"post": "yes"})

        assert corrected()

    def test_restoring_a_version_with_other_sections(self, issue, grid, editor):
        revision = newest_revision(issue)
        grid.delete()

        history.restore(Issue.objects.get(), revision, editor)

        assert corrected()

    def test_restoring_a_version_with_the_same_sections(self, issue, editor):
        history.restore(Issue.objects.get(), newest_revision(issue), editor)

        assert not corrected()

    @pytest.mark.parametrize("published", [None, TOMORROW])
    def test_what_is_hidden_has_no_readers_yet(self, published, editor):
        draft = make_issue(2, published)

        inbox.pull(make_section(None, "Waiting"), draft, editor)

        assert Issue.objects.get(number=2).corrected_at is None


@pytest.mark.django_db
class TestImporting:
    LETTER = "---\ntitle: Mine\nnumber: 7\ndate: {}\n---\n\n## Tip\n\nText.\n"
    DATE = "2025-05-07"

    @pytest.fixture
    def read(self, tmp_path):
        def read(text: str):
            path = tmp_path / "letter.md"
            path.write_text(text)
            call_command("import_issues", str(path), update=True, verbosity=0)

        return read

    def test_the_first_import_is_no_correction(self, read):
        read(self.LETTER.format(self.DATE))

        assert not corrected(7)

    def test_one_that_makes_a_draft_public_is_none(self, read):
        make_issue(7, None, ["Old"], title="Mine")

        read(self.LETTER.format(self.DATE))

        assert Issue.objects.get().is_published
        assert not corrected(7)

    def test_another_section_is_one(self, read):
        read(self.LETTER.format(self.DATE))

        read(self.LETTER.format(self.DATE) + "\n## Tool\n\nMore.\n")

        assert corrected(7)
