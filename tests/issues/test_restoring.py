"""Bringing back former versions of issues and sections."""

import pytest
from django.contrib.auth.models import Permission

from issues import history, inbox, roles, search
from issues.models import FormerAddress, Issue, Section, SectionType, StaleVersion, Tag
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    change,
    found,
    make_issue,
    make_section,
    newest_revision,
    recorded_issue,
)

pytestmark = pytest.mark.django_db

NOTHING = (set(), set(), set())


def restore(issue, revision, user) -> history.Plan:
    return history.restore(Issue.objects.get(pk=issue.pk), revision, user)


def titles(issue) -> list[str]:
    return [section.title for section in issue.sections.all()]


def tags(section) -> list[str]:
    return [tag.name for tag in section.tags.all()]


class TestRestoring:
    def test_brings_back_words_and_tags_and_renders_and_indexes_them(self, editor):
        section = {"title": "One", "body": "*Slow*", "tags": ["git", "go"]}
        issue = recorded_issue(1, None, [section], intro="*Old*")
        change(issue, title="Other", intro="New")
        one = issue.sections.get()
        change(one, title="Uno", body="Fast")
        one.tags.set(Tag.objects.named(["rust"]))
        search.index([one])

        restore(issue, newest_revision(issue), editor)

        issue.refresh_from_db()
        one.refresh_from_db()
        assert (issue.title, issue.intro) == ("Issue number 1", "*Old*")
        assert "<em>Old</em>" in issue.intro_html
        assert (one.title, tags(one)) == ("One", ["git", "go"])
        assert "<em>Slow</em>" in one.body_html
        assert search.check() == NOTHING
        assert len(found("git")) == 1

    def test_an_author_finds_in_the_inbox_what_a_restore_has_sent_there(self, author):
        issue = recorded_issue(1, None, ["One"], author=author)
        later = make_section(issue, "Later", position=2)

        restore(issue, newest_revision(issue), author)

        assert list(roles.editable_sections(author).in_inbox()) == [later]

    def test_brings_back_a_tag_and_a_type_that_were_deleted_meanwhile(self, editor):
        section = {"title": "One", "tags": ["pytorch"], "type": "tool"}
        issue = recorded_issue(1, None, [section, {**section, "title": "Two"}])
        Section.objects.all().delete()
        Tag.objects.all().delete()
        SectionType.objects.filter(slug="tool").delete()

        restore(issue, newest_revision(issue), editor)

        found = [(one.title, tags(one), one.type.slug) for one in issue.sections.all()]
        assert found == [("One", ["pytorch"], "tool"), ("Two", ["pytorch"], "tool")]

    def test_brings_back_a_deleted_section_in_its_place_and_under_its_key(self, editor):
        issue = recorded_issue(1, None, ["One", {"title": "Two", "tags": ["git"]}, "Three"])
        two = issue.sections.get(title="Two")
        Section.objects.filter(pk=two.pk).delete()
        search.remove([two.pk])

        plan = restore(issue, newest_revision(issue), editor)

        assert titles(issue) == ["One", "Two", "Three"]
        assert tags(Section.objects.get(pk=two.pk)) == ["git"]
        assert [section.title for section in plan.returning] == ["Two"]
        assert search.check() == NOTHING

    def test_what_came_later_goes_to_the_inbox_with_its_tags(self, editor):
        issue = recorded_issue(1, None, ["One"])
        later = make_section(issue, "Later", tags=["git"], position=2)
        issue_touched = Issue.objects.filter(pk=issue.pk).touch()

        plan = restore(issue, newest_revision(issue), editor)

        later.refresh_from_db()
        assert issue_touched == 1
        assert (later.issue, tags(later), plan.leaving) == (None, ["git"], [later])
        assert titles(issue) == ["One"]
        assert history.section_snapshot(newest_revision(later), later).issue_pk is None

    def test_a_section_that_went_to_the_inbox_comes_back(self, editor):
        issue = recorded_issue(1, None, ["One", "Two"])
        two = issue.sections.get(title="Two")
        change(two, issue=None, body="Words of the inbox")

        restore(issue, history.versions(issue).last(), editor)

        assert titles(issue) == ["One", "Two"]
        assert any(
            history.section_snapshot(revision, two).body == "Words of the inbox"
            for revision in history.versions(two)
        )

    def test_a_section_that_is_in_another_issue_stays_there(self, editor):
        issue, other = recorded_issue(1, None, ["One", "Two"]), make_issue(2)
        two = issue.sections.get(title="Two")
        change(two, issue=other)

        plan = restore(issue, history.versions(issue).last(), editor)

        assert (titles(issue), titles(other)) == (["One"], ["Two"])
        assert plan.elsewhere == [two]

    def test_positions_come_back(self, editor):
        issue = recorded_issue(1, None, ["One", "Two", "Three"])
        Section.objects.filter(title="One").update(position=9)

        restore(issue, newest_revision(issue), editor)

        assert [(one.position, one.title) for one in issue.sections.all()] == [
            (1, "One"),
            (2, "Two"),
            (3, "Three"),
        ]

    def test_slugs_that_were_swapped_or_taken_come_back(self, editor):
        issue = recorded_issue(1, YESTERDAY, ["One", "Two"])
        one, two = issue.sections.all()
        Section.objects.filter(pk=one.pk).update(slug="free")
        Section.objects.filter(pk=two.pk).update(slug="one")
        make_section(issue, "Taker", slug="two", position=3)

        restore(issue, newest_revision(issue), editor)

        assert [section.slug for section in issue.sections.all()] == ["one", "two"]
        assert FormerAddress.objects.target("/issues/1/free/") == one

    def test_the_address_of_what_leaves_leads_to_it_wherever_it_is_public_next(
        self, client, editor
    ):
        issue = recorded_issue(1, YESTERDAY, ["One"])
        later = make_section(issue, "Later", position=2)
        restore(issue, newest_revision(issue), editor)
        later.refresh_from_db()

        inbox.pull(later, make_issue(2), editor)

        assert client.get("/issues/1/later/").url == "/issues/2/later/"

    @pytest.mark.parametrize("now", [None, YESTERDAY, TOMORROW])
    @pytest.mark.parametrize("then", [None, YESTERDAY])
    def test_state_number_and_dates_stay(self, editor, then, now):
        issue = recorded_issue(1, then)
        moment = make_issue(2, now).published_at
        change(issue, published_at=moment, number=5, planned_at=issue.created_at)

        restore(issue, newest_revision(issue), editor)

        found = Issue.objects.get(pk=issue.pk)
        assert (found.published_at, found.number) == (moment, 5)
        assert found.planned_at == issue.created_at

    def test_what_was_there_before_and_the_restored_version_are_recorded(self, editor):
        issue = recorded_issue(1, None, title="First")
        change(issue, title="Never recorded")

        restore(issue, newest_revision(issue), editor)

        found = [history.snapshot(one).title for one in history.versions(issue)]
        assert found == ["First", "Never recorded", "First"]
        assert newest_revision(issue).user == editor
        assert newest_revision(issue).comment.startswith("Restored the version of ")
        assert newest_revision(issue).section_total == 0

    def test_a_version_that_is_not_the_present_one_is_refused(self, editor):
        issue = recorded_issue(1, None, ["One"], title="First")
        change(issue, title="Second")

        with pytest.raises(StaleVersion):
            history.restore(issue, newest_revision(issue), editor)

        assert Issue.objects.get().title == "Second"
        assert history.versions(issue).count() == 1

    def test_a_section_in_the_inbox_of_somebody_else_is_not_taken(self, editor, django_user_model):
        writer = django_user_model.objects.create_user("writer")
        writer.user_permissions.add(Permission.objects.get(codename="change_section"))
        issue = recorded_issue(1, None, ["One", "Two"], author=writer)
        two = issue.sections.get(title="Two")
        change(two, issue=None, author=editor)

        plan = restore(issue, history.versions(issue).last(), writer)

        assert titles(issue) == ["One"]
        assert plan.elsewhere == [two]


class TestRestoringASection:
    def test_brings_back_words_and_tags_where_it_is(self, editor):
        issue = recorded_issue(1, YESTERDAY, [{"title": "One", "body": "*Slow*", "tags": ["git"]}])
        one = issue.sections.get()
        change(one, title="Uno", slug="uno", body="Fast")
        one.tags.clear()
        make_section(issue, "Taker", slug="one", position=2)

        history.restore_section(Section.objects.get(pk=one.pk), newest_revision(one), editor)

        one = Section.objects.get(pk=one.pk)
        assert (one.title, one.slug, tags(one), one.issue) == ("One", "one-2", ["git"], issue)
        assert search.check() == NOTHING
        assert FormerAddress.objects.target("/issues/1/uno/") == one
        assert newest_revision(one).comment.startswith("Restored “One” of ")
