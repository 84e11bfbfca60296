"""Links that show a draft to somebody without an account."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.core.signing import Signer
from django.urls import reverse
from django.utils import timezone

from issues import sharing
from issues.models import Issue, ShareLink
from tests.builders import TOMORROW, YESTERDAY, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return make_issue(1, None, ["Not yet public"])


@pytest.fixture
def link(draft, editor) -> ShareLink:
    return sharing.make(draft, editor)


def token(link: ShareLink) -> str:
    return sharing.address(link).split("/")[2]


class TestOpening:
    def test_a_reviewer_without_an_account_reads_the_draft(self, client, link):
        response = client.get(sharing.address(link))

        html = response.content.decode()
        assert response.status_code == 200
        assert "Not yet public" in html
        day = f"{timezone.localtime(link.expires_at):%-d %B}"
        assert f"shown to you by a share link until {day}; please do not pass it on" in html
        assert "only editors see this page" not in html

    def test_it_is_found_kept_and_followed_by_nobody(self, client, link):
        response = client.get(sharing.address(link))

        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["Cache-Control"] == "no-store"
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")
        assert 'rel="canonical"' not in response.content.decode()

    def test_it_asks_as_often_with_1_as_with_30_sections(
        self, client, editor, django_assert_num_queries, django_assert_max_num_queries
    ):
        small, large = (
            sharing.make(make_issue(number, None, ["Tip"] * count), editor)
            for number, count in ((1, 1), (2, 30))
        )

        with django_assert_max_num_queries(5) as queries:
            client.get(sharing.address(small))
        with django_assert_num_queries(len(queries)):
            assert client.get(sharing.address(large)).status_code == 200

    def test_a_scheduled_issue_is_shown_with_its_date(self, client, editor):
        issue = make_issue(1, TOMORROW, ["Not yet public"])

        html = client.get(sharing.address(sharing.make(issue, editor))).content.decode()

        assert "Scheduled: the public will see this from" in html
        assert "shown to you by a share link" in html

    def test_once_the_issue_is_public_it_leads_there(self, client, link):
        Issue.objects.get().publish()

        response = client.get(sharing.address(link))

        assert (response.status_code, response.url) == (302, "/issues/1/")
        assert response["Referrer-Policy"] == "no-referrer"

    def test_nothing_else_becomes_public(self, client, link):
        client.get(sharing.address(link))

        assert client.get("/issues/1/").status_code == 404
        assert client.get("/issues/1/not-yet-public/").status_code == 404

    def test_only_reading_is_possible(self, client, link):
        assert client.post(sharing.address(link)).status_code == 405


class TestClosed:
    def test_wrong_expired_and_revoked_links_answer_alike(self, client, draft, editor):
        expired, revoked, deleted = (sharing.make(draft, editor) for _ in range(3))
        ShareLink.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
        sharing.revoke(revoked, editor)
        addresses = [sharing.address(one) for one in (expired, revoked, deleted)]
        deleted.delete()
        addresses += ["/share/1:abc/", "/share/x/", "/share/:/", "/share/%C3%A9:%F0%9F%A7%A0/"]

        responses = [client.get(address) for address in addresses]

        assert {response.status_code for response in responses} == {404}
        assert len({response.content for response in responses}) == 1
        assert "There is no such page" in responses[0].content.decode()
        assert 'content="noindex"' in responses[0].content.decode()

    def test_a_token_that_was_signed_for_something_else_does_not_open(self, link):
        for signer in (Signer(), Signer(salt="confirm")):
            assert sharing.open_link(signer.sign(link.pk)) is None

    def test_the_key_of_another_link_cannot_be_put_in(self, link, draft, editor):
        other = sharing.make(draft, editor)
        _key, signature = token(link).split(":")

        assert sharing.open_link(f"{other.pk}:{signature}") is None

    def test_it_opens_until_the_moment_of_its_end(self, link):
        second = datetime.timedelta(seconds=1)

        assert sharing.open_link(token(link), link.expires_at - second) == link
        assert sharing.open_link(token(link), link.expires_at) is None


class TestOnThePublishingPage:
    def page(self, issue) -> str:
        return reverse("desk:publishing", args=[issue.pk])

    def test_a_link_is_made_for_some_days_and_shown_with_who_made_it(self, desk, draft, settings):
        settings.SITE_URL = "https://news.example.org"

        html = desk.post(self.page(draft), {"do": "share", "days": 3}, follow=True).content.decode()

        link = ShareLink.objects.get()
        assert f'readonly value="https://news.example.org{sharing.address(link)}"' in html
        assert "Made by editor" in html
        remaining = link.expires_at - timezone.now()
        assert datetime.timedelta(days=2.9) < remaining <= datetime.timedelta(days=3)

    @pytest.mark.parametrize("days", ["0", "61", "-1", "x", "", "9" * 40])
    def test_days_that_are_not_from_1_to_60_are_refused(self, desk, draft, days):
        response = desk.post(self.page(draft), {"do": "share", "days": days})

        assert response.context["share_form"].errors["days"]
        assert not ShareLink.objects.exists()

    def test_a_link_is_taken_back_and_listed_no_more(self, desk, client, draft, link):
        address = sharing.address(link)

        page = desk.post(self.page(draft), {"do": "revoke", "link": link.pk}, follow=True)

        assert address not in page.content.decode()
        assert "The link opens no more." in page.content.decode()
        assert client.get(address).status_code == 404

    @pytest.mark.parametrize("pk", ["", "x", "999999", "9" * 40])
    def test_a_link_that_there_is_not_is_404(self, desk, draft, link, pk):
        assert desk.post(self.page(draft), {"do": "revoke", "link": pk}).status_code == 404

    def test_a_link_of_another_issue_is_not_taken_back_here(self, desk, link):
        other = make_issue(2, None)

        assert desk.post(self.page(other), {"do": "revoke", "link": link.pk}).status_code == 404
        assert ShareLink.objects.valid().get() == link

    def test_a_public_issue_has_nothing_to_share(self, desk):
        html = desk.get(self.page(make_issue(1, YESTERDAY))).content.decode()

        assert "Share this draft" not in html


class TestPermission:
    def test_only_who_may_edit_the_issue_makes_a_link(self, draft, author):
        with pytest.raises(PermissionDenied):
            sharing.make(draft, author)

        Issue.objects.update(author=author)
        draft.refresh_from_db()
        assert sharing.make(draft, author).author == author

    def test_whoever_made_a_link_takes_it_back_although_the_issue_is_scheduled(self, author):
        draft = make_issue(1, None, author=author)
        link = sharing.make(draft, author)
        draft.publish(timezone.now() + TOMORROW)

        sharing.revoke(link, author)

        assert not ShareLink.objects.valid().exists()

    def test_others_do_not(self, link, author):
        with pytest.raises(PermissionDenied):
            sharing.revoke(link, author)
        assert ShareLink.objects.valid().get() == link
