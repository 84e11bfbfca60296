"""What is recorded of issues and sections, and how two versions compare."""

import pytest
from django.urls import reverse
from reversion.models import Revision, Version

from issues import history
from issues.history.recording import DERIVED, FOLLOWED
from issues.models import Issue, Section, SectionType, Tag
from tests.builders import (
    YESTERDAY,
    change,
    issue_form,
    make_issue,
    make_section,
    newest_revision,
    recorded_issue,
)

pytestmark = pytest.mark.django_db


class TestRecording:
    def test_a_revision_holds_the_issue_with_its_sections_and_tags(self, editor):
        issue = make_issue(7, None, [{"title": "One", "tags": ["git", "C++"]}, "Two"], intro="*Hi*")

        history.record(issue, user=editor, comment="Begun")

        revision = newest_revision(issue)
        assert (revision.user, revision.comment, revision.section_total) == (editor, "Begun", 2)
        then = history.snapshot(revision)
        assert (then.number, then.intro, then.version) == (7, "*Hi*", issue.version)
        found = [(one.title, one.tags, one.type.slug) for one in then.sections]
        assert found == [("One", ["C++", "git"], "ml-tip"), ("Two", [], "ml-tip")]

    def test_what_is_recorded_equals_what_is_there(self):
        newer = make_section(make_issue(9), "Newer")
        section = {"title": "One", "tags": ["git"], "superseded_by": newer}
        issue = recorded_issue(1, YESTERDAY, [section], notes="Mind", planned_at=newer.created_at)

        assert history.snapshot(newest_revision(issue)) == history.current(issue)

    def test_each_column_is_recorded_or_known_to_be_derived(self):
        issue = recorded_issue(1, None, [{"title": "One", "tags": ["git"]}])

        for version in newest_revision(issue).version_set.all():
            model = version.content_type.model_class()
            names = {field.name for field in model._meta.concrete_fields} - {"id"}
            assert version.field_dict.keys() >= {
                model._meta.get_field(name).attname for name in names - DERIVED.get(model, set())
            }
            assert model in FOLLOWED

    def test_nothing_derived_is_recorded(self):
        issue = recorded_issue(1, None, [{"title": "One", "body": "word " * 50}], intro="*Hi*")

        texts = newest_revision(issue).version_set.values_list("serialized_data", flat=True)

        assert not any(name in text for text in texts for name in ("_html", "excerpt"))

    def test_asks_as_often_with_3_as_with_30_sections(
        self, django_assert_num_queries, django_assert_max_num_queries
    ):
        small, large = make_issue(1), make_issue(2)
        for issue, count in ((small, 3), (large, 30)):
            for number in range(count):
                make_section(issue, f"Tip {number}", tags=["a", "b"])
        history.record(small)

        with django_assert_max_num_queries(14) as queries:
            history.record(small)
        with django_assert_num_queries(len(queries)):
            history.record(large)

    def test_a_section_in_an_issue_is_recorded_with_the_issue(self):
        one, two = make_issue(1, None, ["One", "Two"]).sections.all()

        history.record(one, two)

        assert Revision.objects.count() == 1
        assert newest_revision(two) == newest_revision(one.issue)

    def test_a_section_keeps_its_history_from_the_inbox_into_an_issue_and_back(self):
        section, issue = make_section(None, "Found"), make_issue(1, None)
        history.record(section)
        change(section, issue=issue, title="Used")
        history.record(issue)
        change(section, issue=None, title="Kept")
        history.record(issue, section)

        found = [
            history.section_snapshot(revision, section).title
            for revision in history.versions(section)
        ]

        assert found == ["Kept", "Used", "Found"]
        assert [one.section_total for one in history.versions(issue)] == [0, 1]


class TestCatchingUp:
    def test_what_was_never_recorded_is_recorded_as_it_is(self):
        issue = make_issue(1, None, ["As it was"])

        history.catch_up(issue)

        assert [one.title for one in history.snapshot(newest_revision(issue)).sections] == [
            "As it was"
        ]
        assert newest_revision(issue).comment == "As it was before the next change"

    def test_what_is_on_record_is_not_recorded_again(self):
        issue = recorded_issue(1, None, ["One"])

        history.catch_up(issue)

        assert history.versions(issue).count() == 1

    def test_a_change_that_was_not_recorded_is(self):
        issue = recorded_issue(1, None, title="Old")
        change(issue, title="New")

        history.catch_up(issue)

        assert history.snapshot(newest_revision(issue)).title == "New"


class TestVersions:
    def test_the_version_of_a_number_is_found(self):
        issue = recorded_issue(1, None, title="First")
        for version in range(2, 13):
            change(issue, title=f"Title {version}")
            history.record(issue)

        assert history.snapshot_at_version(issue, 1).title == "First"
        assert history.snapshot_at_version(issue, 12).title == "Title 12"
        assert history.snapshot_at_version(issue, 2).title == "Title 2"
        assert history.snapshot_at_version(issue, 13) is None

    def test_a_text_that_looks_like_a_version_is_none(self):
        issue = recorded_issue(1, None, intro='{"version": 9}')

        assert history.snapshot_at_version(issue, 9) is None

    def test_renamed_tags_and_types_have_the_names_of_today(self):
        issue = recorded_issue(1, None, [{"title": "One", "tags": ["pytorch"]}])
        tag = Tag.objects.get()
        tag.name = "tensors"
        tag.save()
        SectionType.objects.filter(slug="ml-tip").update(name="Advice", emoji="")

        (section,) = history.snapshot(newest_revision(issue)).sections

        assert (section.tags, str(section.type)) == (["tensors"], "Advice")
        assert (
            history.compare(history.snapshot(newest_revision(issue)), history.current(issue)) == []
        )

    def test_deleted_tags_and_types_keep_the_names_they_had(self):
        issue = recorded_issue(1, None, [{"title": "One", "tags": ["pytorch"], "type": "tool"}])
        Section.objects.all().delete()
        Tag.objects.all().delete()
        name = SectionType.objects.get(slug="tool").name
        SectionType.objects.filter(slug="tool").delete()

        (section,) = history.snapshot(newest_revision(issue)).sections

        assert (section.tags, section.type.name, section.type.pk) == (["pytorch"], name, None)


class TestDifferences:
    def differences(self, issue) -> dict:
        parts = history.compare(history.snapshot(newest_revision(issue)), history.current(issue))
        return {
            (part.title, str(part.status)): [field.name for field in part.fields] for part in parts
        }

    def test_each_field_that_differs_is_named(self):
        issue = recorded_issue(1, None, [{"title": "One", "body": "Slow", "tags": ["git"]}, "Two"])
        change(issue, title="Other", published_at=issue.created_at)
        one = issue.sections.first()
        change(one, body="Fast")
        one.tags.set(Tag.objects.named(["go"]))

        assert self.differences(issue) == {
            ("", "changed"): ["title", "published_at"],
            ("One", "changed"): ["body", "tags"],
        }

    def test_sections_that_come_and_go_are_shown_whole(self):
        issue = recorded_issue(1, None, ["One", "Two"])
        Section.objects.filter(title="One").delete()
        make_section(issue, "Three", position=3)

        assert self.differences(issue) == {
            ("", "changed"): ["sections"],
            ("One", "removed"): ["type", "title", "slug"],
            ("Three", "added"): ["type", "title", "slug"],
        }

    def test_a_section_that_moves_is_told_once(self):
        issue = recorded_issue(1, None, ["One", "Two", "Three"])
        Section.objects.filter(title="One").update(position=9)

        assert self.differences(issue) == {("", "changed"): ["sections"]}


class TestScreens:
    def save(self, desk, issue, **fields):
        url = reverse("admin:issues_issue_change", args=[issue.pk])
        assert desk.post(url, issue_form(issue=issue, **fields)).status_code == 302

    def test_saving_records_who_did_what_and_first_what_was_there(self, desk, editor):
        issue = make_issue(1, None, title="Old")

        self.save(desk, issue, title="New")

        after, before = history.versions(issue)
        assert [history.snapshot(one).title for one in (after, before)] == ["New", "Old"]
        assert (after.user, after.get_comment()) == (editor, "Changed Title.")

    def test_a_new_issue_is_recorded(self, desk):
        management = {"sections-TOTAL_FORMS": 0, "sections-INITIAL_FORMS": 0}
        desk.post(
            reverse("admin:issues_issue_add"), {"number": 1, "title": "New issue", **management}
        )

        assert newest_revision(Issue.objects.get()).get_comment() == "Added."

    def test_saving_a_section_records_the_issues_it_leaves_and_joins(self, desk):
        one, two = make_issue(1, None, ["Moves"]), make_issue(2, None)
        section = one.sections.get()
        data = {"title": "Moves", "type": section.type_id, "issue": two.pk, "slug": "moves"}
        data["version"] = section.version

        desk.post(reverse("admin:issues_section_change", args=[section.pk]), data)

        assert [revision.section_total for revision in history.versions(one)] == [0, 1]
        assert [revision.section_total for revision in history.versions(two)] == [1]

    def test_a_deleted_issue_is_still_on_record(self, desk):
        issue = make_issue(1, None, ["One"])
        pk = issue.pk

        desk.post(reverse("admin:issues_issue_delete", args=[pk]), {"post": "yes"})

        assert not Issue.objects.exists()
        assert Version.objects.get_for_object_reference(Issue, pk).count() == 1

    def test_a_deleted_section_is_missed_in_the_history_of_its_issue(self, desk, editor):
        issue = make_issue(1, None, ["One", "Two"])
        url = reverse("admin:issues_section_delete", args=[issue.sections.first().pk])

        desk.post(url, {"post": "yes"})

        after, before = history.versions(issue)
        assert [after.section_total, before.section_total] == [1, 2]
        assert (after.user, after.comment) == (editor, "Deleted “One”")

    def test_issues_that_are_deleted_together_are_all_on_record(self, desk):
        issues = [make_issue(1, None, ["One"]), make_issue(2, None)]
        pks = [issue.pk for issue in issues]
        data = {"action": "delete_selected", "_selected_action": pks, "post": "yes"}

        desk.post(reverse("admin:issues_issue_changelist"), data)

        assert not Issue.objects.exists()
        assert history.deleted_issues().count() == 2

    def test_saving_ten_sections_asks_the_history_a_few_times_only(
        self, desk, django_assert_max_num_queries
    ):
        issue = recorded_issue(1, None, title="Old")
        for number in range(10):
            make_section(issue, f"Tip {number}", tags=["a", f"b{number}"])

        with django_assert_max_num_queries(15):
            history.catch_up(issue)
            history.record(issue)
