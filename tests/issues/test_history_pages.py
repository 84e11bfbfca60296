"""The pages on which editors read, compare and restore versions."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from issues import history
from issues.models import Issue
from tests.builders import (
    YESTERDAY,
    change,
    make_issue,
    make_section,
    newest_revision,
    recorded_issue,
)

pytestmark = pytest.mark.django_db


class TestPages:
    @pytest.fixture
    def issue(self):
        issue = recorded_issue(1, None, [{"title": "One", "body": "Slow is <b>smooth</b>"}])
        one = issue.sections.get()
        change(one, body="Slow is <b>fast</b>")
        history.record(issue)
        return issue

    def test_the_button_of_the_form_leads_to_the_history(self, desk, issue):
        response = desk.get(reverse("admin:issues_issue_history", args=[issue.pk]))

        assert response.url == f"/admin/desk/issues/{issue.pk}/history/"

    @pytest.mark.parametrize("key", ["nonsense", "999", "_2F"])
    def test_the_history_of_what_there_is_not_leads_to_the_start(self, desk, key):
        response = desk.get(f"/admin/issues/issue/{key}/history/")

        assert response.url == reverse("admin:index")

    def test_the_list_names_who_when_and_what(self, desk, editor, issue):
        history.record(issue, user=editor, comment="Imported from 1.md")

        page = desk.get(reverse("desk:history", args=[issue.pk])).content.decode()

        assert "Imported from 1.md" in page
        assert "<td>editor</td>" in page
        assert page.count('name="from"') == 3

    def test_two_versions_are_shown_with_the_words_marked_that_differ(self, desk, issue):
        new, old = (revision.pk for revision in history.versions(issue))

        url = reverse("desk:compare", args=[issue.pk])
        page = desk.get(url, {"from": new, "to": old}).content.decode()

        assert "Slow is &lt;b&gt;<del>smooth</del>&lt;/b&gt;" in page
        assert "Slow is &lt;b&gt;<ins>fast</ins>&lt;/b&gt;" in page

    def test_a_version_is_compared_with_what_is_there_now(self, desk, issue):
        url = reverse("desk:compare", args=[issue.pk])

        response = desk.get(url, {"from": newest_revision(issue).pk})

        assert "There is no difference." in response.content.decode()
        assert response.context["new"].label == "Now"

    def test_restoring_asks_first_and_then_acts(self, desk, issue):
        url = reverse("desk:restore", args=[issue.pk, history.versions(issue).last().pk])

        page = desk.get(url)
        assert "<ins>smooth</ins>" in page.content.decode()
        assert "fast" in issue.sections.get().body

        version = page.context["row"].version
        response = desk.post(url, {"version": version}, follow=True)
        assert "smooth" in issue.sections.get().body
        assert "is restored." in response.content.decode()

    def test_the_restore_page_says_what_becomes_of_whole_sections(self, desk, issue):
        make_section(issue, "Later")
        change(issue.sections.get(title="One"), issue=make_issue(2))
        url = reverse("desk:restore", args=[issue.pk, history.versions(issue).last().pk])

        response = desk.get(url)

        page = response.content.decode()
        assert "“Later” came later: it goes to the inbox." in page
        assert "“One” is in #2 now, and stays there." in page
        assert [part.title for part in response.context["parts"]] == ["", "Later"]
        version = Issue.objects.get(pk=issue.pk).version
        told = desk.post(url, {"version": version}, follow=True).content.decode()
        assert "waits in the inbox now: “Later”" in told
        assert "somewhere else now and stayed there: “One”" in told

    @pytest.mark.parametrize("version", ["0", "", "x", "9" * 400])
    def test_a_page_that_is_out_of_date_restores_nothing(self, desk, issue, version):
        url = reverse("desk:restore", args=[issue.pk, history.versions(issue).last().pk])

        response = desk.post(url, {"version": version}, follow=True)

        assert "Nothing was restored" in response.content.decode()
        assert "fast" in issue.sections.get().body

    def test_a_section_has_a_history_of_its_own(self, desk, issue):
        one = issue.sections.get()
        new, old = history.versions(one)

        listed = desk.get(reverse("desk:section_history", args=[one.pk]))
        shown = desk.get(reverse("desk:section_compare", args=[one.pk]), {"from": old.pk})
        url = reverse("desk:section_restore", args=[one.pk, old.pk])
        version = desk.get(url).context["row"].version
        desk.post(url, {"version": version})

        assert listed.status_code == 200
        assert "<del>smooth</del>" in shown.content.decode()
        assert "smooth" in issue.sections.get().body

    @pytest.mark.parametrize(
        "query", [{}, {"from": "x"}, {"from": "1", "to": "-1"}, {"from": "9" * 99}]
    )
    def test_an_impossible_choice_is_said(self, desk, issue, query):
        response = desk.get(reverse("desk:compare", args=[issue.pk]), query)

        assert response.status_code == 400
        assert "Choose two versions to compare." in response.content.decode()

    @pytest.mark.parametrize("pk", [999, 10**30])
    def test_what_is_not_there_is_not_found(self, desk, issue, pk):
        other = recorded_issue(2)
        for url in (
            reverse("desk:history", args=[pk]),
            reverse("desk:restore", args=[issue.pk, pk]),
            reverse("desk:restore", args=[issue.pk, newest_revision(other).pk]),
            reverse("desk:compare", args=[issue.pk]) + f"?from={newest_revision(other).pk}",
        ):
            assert desk.get(url).status_code == 404

    def test_the_list_asks_as_often_with_2_as_with_50_versions(
        self, desk, editor, issue, django_assert_num_queries, django_assert_max_num_queries
    ):
        url = reverse("desk:history", args=[issue.pk])
        desk.get(url)
        with django_assert_max_num_queries(12) as queries:
            desk.get(url)
        for _ in range(50):
            history.record(issue, user=editor)

        with django_assert_num_queries(len(queries)):
            page = desk.get(url)
        assert page.content.decode().count('name="from"') == 50
        assert desk.get(url + "?page=2").content.decode().count('name="from"') == 2

    def test_comparing_asks_as_often_with_3_as_with_30_sections(
        self, desk, django_assert_num_queries, django_assert_max_num_queries
    ):
        small, large = make_issue(11, None), make_issue(12, None)
        newer = make_section(make_issue(13))
        for issue, count in ((small, 3), (large, 30)):
            for number in range(count):
                make_section(issue, f"Tip {number}", tags=["a", "b"], superseded_by=newer)
            history.record(issue)

        def url(issue):
            return f"{reverse('desk:compare', args=[issue.pk])}?from={newest_revision(issue).pk}"

        urls = url(small), url(large)
        desk.get(urls[0])
        with django_assert_max_num_queries(25) as queries:
            desk.get(urls[0])
        with django_assert_num_queries(len(queries)):
            assert desk.get(urls[1]).status_code == 200


class TestPermission:
    @pytest.fixture
    def writer(self, client, django_user_model):
        """Somebody with the rights of an Author."""
        user = django_user_model.objects.create_user("writer", password="x", is_staff=True)
        names = ["view_issue", "change_issue", "view_section", "change_section"]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
        return user

    def statuses(self, client, issue) -> tuple[int, int, int, int]:
        """Ask for list and comparison, and ask and try to restore."""
        revision = newest_revision(issue)
        restoring = reverse("desk:restore", args=[issue.pk, revision.pk])
        return (
            client.get(reverse("desk:history", args=[issue.pk])).status_code,
            client.get(reverse("desk:compare", args=[issue.pk]), {"from": revision.pk}).status_code,
            client.get(restoring).status_code,
            client.post(restoring, {"version": issue.version}).status_code,
        )

    def test_strangers_are_sent_to_the_sign_in(self, client):
        issue = recorded_issue(1, None)

        assert self.statuses(client, issue) == (302, 302, 302, 302)
        response = client.get(reverse("desk:history", args=[issue.pk]))
        assert response.url.startswith("/admin/login/")

    def test_staff_without_rights_are_refused(self, client, django_user_model):
        user = django_user_model.objects.create_user("colleague", password="x", is_staff=True)
        client.force_login(user)

        assert self.statuses(client, recorded_issue(1)) == (403, 403, 403, 403)

    def test_authors_restore_drafts_of_their_own_only(self, client, writer):
        theirs = recorded_issue(1, None, author=writer)
        draft = recorded_issue(2, None)
        public = recorded_issue(3, YESTERDAY, author=writer)

        assert self.statuses(client, theirs) == (200, 200, 200, 302)
        assert self.statuses(client, draft) == (403, 403, 403, 403)
        assert self.statuses(client, public) == (200, 200, 403, 403)
        assert history.versions(theirs).count() == 2
        assert history.versions(public).count() == 1

    def test_sections_follow_the_rules_of_sections(self, client, writer):
        theirs = make_section(None, author=writer)
        other = make_section(None)
        history.record(theirs, other)

        def status(section):
            return client.get(reverse("desk:section_history", args=[section.pk])).status_code

        assert (status(theirs), status(other)) == (200, 403)

    def test_a_get_restores_nothing_and_other_methods_are_refused(self, desk):
        issue = recorded_issue(1, None)
        url = reverse("desk:restore", args=[issue.pk, newest_revision(issue).pk])

        desk.get(url)

        assert history.versions(issue).count() == 1
        assert desk.put(url).status_code == 405
        assert desk.post(reverse("desk:history", args=[issue.pk])).status_code == 405
