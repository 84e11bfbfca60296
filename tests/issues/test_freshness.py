"""What is kept of the archive is thrown away as soon as readers would see something else."""

import datetime
import itertools

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from issues import freshness, history, inbox, publishing, shelf, tagging
from issues.counts import tag_counts, type_counts, year_counts
from issues.models import Issue, Section, SectionType, Tag
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    forget_pages,
    issue_form,
    make_issue,
    make_ready_issue,
    make_section,
    newest_revision,
    recorded_issue,
    row,
)

pytestmark = pytest.mark.django_db


def counted(name: str) -> int:
    """Say how many public sections have the tag of this name, by what is kept."""
    tag = Tag.objects.filter(name=name).first()
    totals = tag_counts()
    if tag is None:
        return 0
    assert shelf.shelf_of(tag).total == totals.get(tag.pk, 0)
    return shelf.shelf_of(tag).total


class TestKept:
    def test_nothing_is_counted_twice_while_nothing_changes(self):
        make_issue(1)
        made = []

        for _ in range(3):
            assert freshness.kept("test", lambda: made.append(1) or len(made)) == 1

    def test_a_change_lets_it_be_counted_again(self):
        issue = make_issue(1)
        freshness.kept("test", lambda: "before")

        Issue.objects.filter(pk=issue.pk).touch()

        assert freshness.kept("test", lambda: "after") == "after"

    def test_nothing_is_kept_too(self):
        make_issue(1)
        freshness.kept("test", lambda: None)

        assert freshness.kept("test", lambda: "something") is None

    def test_the_age_of_an_empty_archive_has_a_name_too(self):
        assert freshness.content_version() == freshness.content_version()

    def test_work_on_drafts_lets_nothing_be_counted_again(self):
        make_issue(1)
        freshness.kept("test", lambda: "before")

        draft = make_issue(2, None, ["Grid"])
        make_issue(3, TOMORROW)
        draft.title = "Another title"
        draft.save()
        draft.delete()

        assert freshness.kept("test", lambda: "after") == "before"

    def test_the_age_is_read_without_counting_sections(self, django_assert_num_queries):
        make_issue(1, sections=["One", "Two"])

        with django_assert_num_queries(2) as queries:
            freshness.content_version()

        assert not [one for one in queries.captured_queries if "issues_section" in one["sql"]]


class TestTime:
    def test_a_scheduled_issue_counts_from_its_moment_on(self):
        make_issue(1, YESTERDAY, [{"title": "Open", "tags": ["css"]}])
        coming = make_issue(2, TOMORROW, [{"title": "Coming", "tags": ["css"]}])
        assert counted("css") == 1

        # The clock reaches the moment: the row changes in nothing else.
        Issue.objects.filter(pk=coming.pk).update(published_at=timezone.now())

        assert counted("css") == 2

    def test_of_two_that_are_scheduled_each_counts_from_its_own_moment_on(self):
        sections = [{"title": "Coming", "tags": ["css"]}]
        coming = [make_issue(number, TOMORROW * number, sections) for number in (1, 2)]
        counts = [counted("css")]

        for issue, minutes in zip(coming, (2, 1), strict=True):
            moment = timezone.now() - datetime.timedelta(minutes=minutes)
            Issue.objects.filter(pk=issue.pk).update(published_at=moment)
            counts.append(counted("css"))

        assert counts == [0, 1, 2]

    @pytest.fixture
    def clock(self, monkeypatch):
        """Let a second pass whenever somebody asks what time it is; gives the next moment."""
        start = timezone.now()
        moments = (start + datetime.timedelta(seconds=passed) for passed in itertools.count(1))
        monkeypatch.setattr(timezone, "now", lambda: next(moments))
        return start

    @pytest.mark.parametrize("seconds", range(8))
    def test_what_is_counted_in_the_moment_itself_is_right_afterwards(self, clock, seconds):
        """Whichever question the moment comes between: no earlier answer may be kept."""
        moment = clock + datetime.timedelta(seconds=seconds + 30.5)
        make_issue(1, None, [{"title": "Grid", "tags": ["css"]}], published_at=moment)
        while timezone.now() < clock + datetime.timedelta(seconds=29):
            pass

        year_counts()
        while timezone.now() < moment:
            pass

        assert [one["count"] for one in year_counts()] == [1]


class TestOvertaken:
    def test_a_slower_unpublishing_is_noticed_behind_a_quicker_change(self):
        """Its moment was taken first, but it was stored last."""
        for number in (1, 2):
            make_issue(number, YESTERDAY * (3 - number), [{"title": "Grid", "tags": ["css"]}])
        slow, quick = Issue.objects.order_by("number")
        began_at = timezone.now()
        Issue.objects.filter(pk=quick.pk).touch()
        assert counted("css") == 2

        Issue.objects.filter(pk=slow.pk).update(published_at=None, updated_at=began_at)

        assert counted("css") == 1


class TestIssues:
    def test_publishing_scheduling_and_taking_back(self):
        issue = make_ready_issue(1)
        counts = [counted("training")]

        publishing.publish(issue, None)
        counts.append(counted("training"))
        publishing.unpublish(issue, None)
        counts.append(counted("training"))
        publishing.schedule(issue, timezone.now() + TOMORROW, None)
        counts.append(counted("training"))

        assert counts == [0, 1, 0, 0]

    def test_deleting_and_recovering(self, desk, editor):
        make_issue(1, YESTERDAY * 2, [{"title": "Grid", "tags": ["training"]}])
        issue = make_ready_issue(2, YESTERDAY)
        history.record(issue)
        revision, counts = newest_revision(issue), [counted("training")]

        desk.post(reverse("admin:issues_issue_delete", args=[issue.pk]), {"post": "yes"})
        counts.append(counted("training"))
        publishing.publish(history.recover(revision, editor), editor)
        counts.append(counted("training"))

        assert counts == [2, 1, 2]

    def test_deleting_many_at_once(self):
        for number in (1, 2, 3):
            make_issue(number, YESTERDAY * number, [{"title": "Grid", "tags": ["css"]}])
        assert counted("css") == 3

        Issue.objects.filter(number__lt=3).delete()

        assert counted("css") == 1

    def test_restoring_an_earlier_version(self, editor):
        issue = recorded_issue(1, YESTERDAY, [{"title": "Grid", "tags": ["css"]}])
        issue.sections.get().tags.clear()
        Issue.objects.filter(pk=issue.pk).touch()
        assert counted("css") == 0

        history.restore(Issue.objects.get(), history.versions(issue).last(), editor)

        assert counted("css") == 1


class TestSections:
    @pytest.fixture
    def issue(self):
        return make_issue(1, YESTERDAY, [{"title": "Grid", "tags": ["css"]}])

    def test_adding_and_removing_in_the_form_of_an_issue(self, desk, issue):
        address = reverse("admin:issues_issue_change", args=[issue.pk])
        counts, grid = [counted("css")], issue.sections.get()

        new = {"title": "Flex", "tags": "css", "position": 2, "body": "Text"}
        desk.post(address, issue_form(row(grid), new, issue=Issue.objects.get()))
        counts.append(counted("css"))
        grid.refresh_from_db()
        rows = [row(grid, DELETE="on"), row(Section.objects.get(title="Flex"))]
        desk.post(address, issue_form(*rows, issue=Issue.objects.get()))
        counts.append(counted("css"))

        assert counts == [1, 2, 1]

    def test_changing_only_the_tags_in_the_form_of_an_issue(self, desk, issue):
        address = reverse("admin:issues_issue_change", args=[issue.pk])
        assert counted("css") == 1

        desk.post(address, issue_form(row(issue.sections.get(), tags="layout"), issue=issue))

        assert (counted("css"), counted("layout")) == (0, 1)

    def test_changing_the_tags_on_the_screen_of_a_section(self, desk, issue):
        section = issue.sections.get()
        counts = [counted("css")]

        values = {"title": "Grid", "slug": "grid", "type": section.type_id, "issue": issue.pk}
        values |= {"position": 1, "tags": "layout", "version": section.version}
        desk.post(reverse("admin:issues_section_change", args=[section.pk]), values)
        counts += [counted("css"), counted("layout")]

        assert counts == [1, 0, 1]

    def test_changing_the_type(self, desk, issue):
        news = SectionType.objects.get(slug="news")
        assert type_counts().get(news.pk, 0) == 0

        changed = row(issue.sections.get(), type=news.pk)
        address = reverse("admin:issues_issue_change", args=[issue.pk])
        desk.post(address, issue_form(changed, issue=issue))

        assert type_counts()[news.pk] == 1

    def test_pulling_from_the_inbox_and_pushing_back(self, editor, issue):
        section = make_section(None, "Waiting", tags=["css"])
        counts = [counted("css")]

        inbox.pull(section, Issue.objects.get(), editor)
        counts.append(counted("css"))
        inbox.push_back(Section.objects.get(pk=section.pk), editor)
        counts.append(counted("css"))

        assert counts == [1, 2, 1]

    def test_moving_into_a_draft(self, desk, issue):
        draft, section = make_issue(2, None), issue.sections.get()
        assert counted("css") == 1

        values = {"title": "Grid", "slug": "grid", "type": section.type_id, "issue": draft.pk}
        values |= {"position": 1, "tags": "css", "version": section.version}
        desk.post(reverse("admin:issues_section_change", args=[section.pk]), values)

        assert counted("css") == 0

    def test_deleting(self, desk, issue):
        assert counted("css") == 1

        section = issue.sections.get()
        desk.post(reverse("admin:issues_section_delete", args=[section.pk]), {"post": "yes"})

        assert counted("css") == 0


class TestTags:
    @pytest.fixture(autouse=True)
    def issue(self):
        sections = [{"title": "Grid", "tags": ["css", "style"]}, {"title": "Flex"}]
        return make_issue(1, YESTERDAY, sections)

    def test_giving_and_taking_many(self):
        counts = [counted("css")]
        sections = Section.objects.values_list("pk", flat=True)

        tagging.add(sections, ["css"])
        counts.append(counted("css"))
        tagging.remove(sections, Tag.objects.filter(name="css"))
        counts.append(counted("css"))

        assert counts == [1, 2, 0]

    def test_merging(self):
        tagging.add([Section.objects.get(title="Flex").pk], ["style"])
        counts = [counted("css"), counted("style")]

        tagging.merge(Tag.objects.filter(name="style"), Tag.objects.get(name="css"))
        counts.append(counted("css"))

        assert counts == [1, 2, 2]

    def test_renaming(self, desk, client):
        tag = Tag.objects.get(name="style")
        before = freshness.content_version()

        values = {"name": "Styles", "slug": "style", "description": ""}
        desk.post(reverse("admin:issues_tag_change", args=[tag.pk]), values)

        assert freshness.content_version() != before
        assert ">Styles</a>" in client.get("/tags/").content.decode()

    def test_deleting(self, desk, client):
        tag = Tag.objects.get(name="css")
        assert [one.name for one in client.get("/tags/").context["tags"]] == ["css", "style"]

        desk.post(reverse("admin:issues_tag_delete", args=[tag.pk]), {"post": "yes"})

        assert [one.name for one in client.get("/tags/").context["tags"]] == ["style"]


class TestImporting:
    LETTER = "---\ntitle: Mine\nnumber: 7\ndate: 2025-05-07\n---\n\n## Tip\ntags: {}\n\nText.\n"

    def test_a_file_that_comes_again_with_other_tags(self, tmp_path):
        path = tmp_path / "letter.md"
        counts = []

        for tags in ("css", "css, layout", "layout"):
            path.write_text(self.LETTER.format(tags))
            call_command("import_issues", str(path), update=True, verbosity=0)
            counts.append((counted("css"), counted("layout")))

        assert counts == [(1, 0), (1, 1), (0, 1)]


class TestPages:
    def test_years_and_types_follow(self, client):
        make_issue(1, None, ["Grid"], published_at="2024-05-01T09:00Z")
        years = [client.get("/issues/").context["years"]]
        types = [client.get("/types/news/").status_code]

        issue = make_issue(2, None, [{"title": "News", "type": "news"}])
        issue.publish(datetime.datetime(2025, 5, 7, tzinfo=datetime.UTC))
        years.append(client.get("/issues/").context["years"])
        types.append(client.get("/types/news/").status_code)

        assert [[one["year"] for one in some] for some in years] == [[2024], [2025, 2024]]
        assert types == [404, 200]

    def test_what_is_kept_and_no_longer_public_is_not_shown(self, client):
        """The shelf is kept as keys: what they lead to is asked for at the public door."""
        make_issue(1, sections=[{"title": "Grid", "tags": ["css"]}])
        assert "Grid" in client.get("/tags/css/").content.decode()

        Section.objects.update(issue=None)  # behind the back of everything
        forget_pages()

        assert "Grid" not in client.get("/tags/css/").content.decode()
        assert "Grid" not in client.get("/tags/css/all/").content.decode()

    def test_a_tag_that_is_not_counted_yet_is_no_error(self, client):
        section = make_issue(1, sections=["Grid"]).sections.get()
        assert tag_counts() == {}

        section.tags.set(Tag.objects.named(["css"]))  # behind the back of everything

        assert client.get(section.get_absolute_url()).status_code == 200

    def test_what_goes_between_two_questions_is_not_shown(self, client):
        going = make_issue(1, YESTERDAY * 2, ["Grid"])
        make_issue(2, YESTERDAY, ["Flex"])

        def unpublish(execute, sql, params, many, context):
            answer = execute(sql, params, many, context)
            if "issues_searchentry" in sql and "ORDER BY" in sql:  # the keys of the page
                Issue.objects.filter(pk=going.pk).update(published_at=None)
            return answer

        with connection.execute_wrapper(unpublish):
            response = client.get("/types/ml-tip/")

        assert response.status_code == 200
        assert [one.title for one in response.context["sections"]] == ["Flex"]
