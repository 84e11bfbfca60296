"""Issues that were deleted, and how they come back."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from issues import history, search
from issues.models import Issue, Section
from tests.builders import YESTERDAY, make_issue, newest_revision, recorded_issue

pytestmark = pytest.mark.django_db

DELETED = reverse("desk:deleted")


@pytest.fixture
def gone():
    """An issue that was public and is deleted."""
    section = {"title": "One", "body": "*Slow*", "tags": ["git"]}
    issue = recorded_issue(7, YESTERDAY, [section], title="Warm up")
    revision = newest_revision(issue)
    search.remove([one.pk for one in issue.sections.all()])
    issue.delete()
    return revision


def recover(desk, revision):
    return desk.post(reverse("desk:recover", args=[revision.pk]), follow=True)


class TestRecovering:
    def test_an_issue_comes_back_as_a_draft_with_sections_and_tags(self, desk, gone):
        response = recover(desk, gone)

        issue = Issue.objects.get()
        section = issue.sections.get()
        assert (issue.number, issue.title, issue.state) == (7, "Warm up", "draft")
        assert [tag.name for tag in section.tags.all()] == ["git"]
        assert "<em>Slow</em>" in section.body_html
        assert search.check() == (set(), set(), set())
        assert "#7 is back, as a draft." in response.content.decode()
        assert history.versions(issue).count() == 2

    def test_a_number_that_is_taken_is_left_to_who_has_it(self, desk, gone):
        make_issue(7)

        recover(desk, gone)

        assert sorted(Issue.objects.values_list("number", "title")) == [
            (7, "Issue number 7"),
            (8, "Warm up"),
        ]

    @pytest.mark.parametrize("key", [0, 2**63, 10**30])
    def test_a_key_that_leads_nowhere_recovers_nothing(self, desk, key):
        assert desk.post(reverse("desk:recover", args=[key])).status_code == 404

    def test_a_text_that_can_no_longer_be_rendered_is_said(self, desk):
        issue = recorded_issue(1, None)
        Issue.objects.update(intro=">" * 100 + "deep")
        history.record(issue)
        revision = newest_revision(issue)
        issue.delete()

        page = recover(desk, revision).content.decode()

        assert "It was not brought back: " in page
        assert not Issue.objects.exists()

    def test_what_is_there_is_not_recovered(self, desk):
        issue = recorded_issue(1)

        assert recover(desk, newest_revision(issue)).status_code == 404

    def test_a_section_that_was_in_the_inbox_meanwhile_comes_along(self, desk, editor):
        issue = recorded_issue(1, None, ["One"])
        revision = newest_revision(issue)
        Section.objects.update(issue=None)
        issue.delete()

        history.recover(revision, editor)

        assert Section.objects.get().issue.number == 1


class TestList:
    def test_names_what_was_deleted_and_nothing_else(self, desk, gone):
        recorded_issue(1, title="Still there")

        page = desk.get(DELETED).content.decode()

        assert "#7 Warm up" in page
        assert "Still there" not in page

    def test_asks_as_often_with_1_as_with_30(
        self, desk, gone, django_assert_num_queries, django_assert_max_num_queries
    ):
        desk.get(DELETED)
        with django_assert_max_num_queries(10) as queries:
            desk.get(DELETED)
        for number in range(100, 130):
            recorded_issue(number).delete()

        with django_assert_num_queries(len(queries)):
            assert desk.get(DELETED).content.decode().count("Bring back") == 31


class TestPermission:
    @pytest.mark.parametrize(
        ("names", "status"),
        [
            ([], 403),
            (["add_issue", "change_issue"], 403),
            (["edit_every_draft"], 403),
            (["add_issue", "edit_every_draft"], 302),
        ],
    )
    def test_editors_recover_and_authors_do_not(
        self, client, django_user_model, gone, names, status
    ):
        user = django_user_model.objects.create_user("writer", password="x", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)

        listed = client.get(DELETED).status_code
        recovered = client.post(reverse("desk:recover", args=[gone.pk])).status_code

        assert (listed, recovered) == (200 if status == 302 else status, status)

    def test_strangers_are_sent_to_the_sign_in(self, client, gone):
        assert client.get(DELETED).url.startswith("/admin/login/")
        assert client.post(reverse("desk:recover", args=[gone.pk])).status_code == 302
        assert not Issue.objects.exists()

    def test_a_get_recovers_nothing(self, desk, gone):
        assert desk.get(reverse("desk:recover", args=[gone.pk])).status_code == 405
