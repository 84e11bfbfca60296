"""Mentioned in: which public sections lead to a section."""

import pytest

from issues import backlinks, repeats, search
from issues.models import FormerAddress, Issue, Section, SectionLink
from tests.builders import TOMORROW, YESTERDAY, issue_form, make_issue, make_section, row

pytestmark = pytest.mark.django_db

SECRET = "zebrafish"


@pytest.fixture
def target():
    return make_issue(2, YESTERDAY * 30, ["Load later"]).sections.get()


def mention(number, body="[[2/load-later]]", published=None, **fields) -> Section:
    published = published or YESTERDAY * (30 - number)
    section = {"title": f"Reader {number}", "body": body, **fields}
    return make_issue(number, published, [section]).sections.get()


def titles(target) -> list[str]:
    return [section.title for section in backlinks.mentions_of(target)]


class TestMentions:
    @pytest.mark.parametrize(
        "body",
        [
            *("[[2/load-later]]", "[[2/load-later|words]]", "[words](/issues/2/load-later/)"),
            *("[words](/issues/2/load-later?utm_source=x#part)", "[words](/issues/2/load-later)"),
            "[words](https://news.example.org/issues/2/load-later/)",
        ],
    )
    def test_are_references_and_links_of_any_kind(self, settings, target, body):
        settings.SITE_URL = "https://news.example.org"

        mention(3, body)

        assert titles(target) == ["Reader 3"]

    def test_may_be_the_link_of_a_section(self, settings, target):
        mention(3, "", link=f"{settings.SITE_URL}/issues/2/load-later/")

        assert titles(target) == ["Reader 3"]

    @pytest.mark.parametrize(
        "body",
        [
            *("`[[2/load-later]]`", "[a](//issues/2/load-later/)", "[a](/tags/load-later/)"),
            *("[a](https://elsewhere.example/issues/2/load-later/)", "[[2]]", "[[2/load]]"),
            *("[a](/issues/02/load-later/)", f"[a](/issues/2/{'x' * 600}/)", "[a](/%00/)"),
            "![a](/issues/2/load-later/)",
        ],
    )
    def test_are_nothing_else(self, target, body):
        mention(3, body)

        assert titles(target) == []

    def test_stand_with_the_newest_first_and_only_once(self, target):
        for number in (3, 5, 4):
            mention(number, "[[2/load-later]] [a](/issues/2/load-later/) [b](/issues/2/old/)")
        FormerAddress.objects.remember("/issues/2/old/", "section", target.pk)

        assert titles(target) == ["Reader 5", "Reader 4", "Reader 3"]

    def test_of_itself_do_not_count(self, target):
        target.body = "[[2/load-later]]"
        target.save()
        search.index([target])

        assert titles(target) == []

    def test_are_at_most_ten_in_as_many_questions(self, target, django_assert_num_queries):
        for number in range(3, 16):
            mention(number)

        # former addresses, sections
        with django_assert_num_queries(2):
            found = [section.type.name for section in backlinks.mentions_of(target)]

        assert len(found) == 10

    def test_stay_when_the_section_is_renamed(self, desk, target):
        mention(3)
        form = issue_form(row(target, slug="lazy"), issue=target.issue, number=2)

        desk.post(f"/admin/issues/issue/{target.issue_id}/change/", form)

        html = desk.get("/issues/2/lazy/").content.decode()
        assert "Mentioned in" in html
        assert '<a href="/issues/3/reader-3/">Reader 3</a>' in html


class TestLeak:
    def test_drafts_and_the_inbox_are_no_mentions(self, client, target):
        body = "[[2/load-later]]"
        make_issue(4, None, [{"title": f"Draft {SECRET}", "body": body}])
        make_issue(5, TOMORROW, [{"title": f"Scheduled {SECRET}", "body": body}])
        make_section(title=f"Inbox {SECRET}", body=body)

        html = client.get("/issues/2/load-later/").content.decode()

        assert "Mentioned in" not in html
        assert SECRET not in html

    def test_unpublishing_takes_a_mention_away_at_once(self, client, target):
        mention(3)
        assert "Reader 3" in client.get("/issues/2/load-later/").content.decode()

        Issue.objects.get(number=3).unpublish()

        assert "Reader 3" not in client.get("/issues/2/load-later/").content.decode()


class TestIndex:
    def test_check_and_mend_know_the_paths(self, target):
        section = mention(3)
        assert search.check() == (set(), set(), set())

        SectionLink.objects.all().delete()
        assert search.check().stale == {section.pk}
        assert search.mend() == 1
        assert [link.address for link in section.links.all()] == ["/issues/2/load-later/"]

    def test_the_repeat_radar_sees_no_paths(self, settings, target):
        mention(3, f"[[2/load-later]] [a]({settings.SITE_URL}/issues/2/load-later/)")

        assert repeats.earlier_uses(["/issues/2/load-later"], number=9) == {}
