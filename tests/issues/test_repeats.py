"""The repeat radar: which pages sections link to, and where they were linked before."""

import datetime

import pytest
from django.utils import timezone

from issues import repeats, search
from issues.models import Section, SectionLink
from tests.builders import TOMORROW, make_issue, make_section

PAGE = "https://example.org/a"


def pages(section: Section) -> list[str]:
    return sorted(link.address for link in section.links.all())


def days(count: int) -> datetime.timedelta:
    return datetime.timedelta(days=count)


def numbers(issue_pk=None, number=None) -> list[int]:
    uses = repeats.earlier_uses(["example.org/a"], issue_pk, number)
    return [use.number for use in uses.get("example.org/a", [])]


@pytest.mark.django_db
class TestKeeping:
    def test_link_and_text_are_kept_and_pictures_are_not(self):
        section = make_section(
            link="https://www.example.org/tool/?utm_source=x",
            body="[a](http://example.org/a) ![p](https://example.org/p.png) [b](/here) [a][1]\n\n"
            "[1]: https://example.org/a/",
        )

        assert pages(section) == ["example.org/a", "example.org/tool"]

    def test_a_changed_section_keeps_its_new_links_only(self):
        section = make_section(body=f"[a]({PAGE})")
        section.body = "[b](https://example.org/b)"
        section.save()
        search.index([section])

        assert pages(section) == ["example.org/b"]

    def test_what_is_right_already_is_not_written_again(self):
        section = make_section(body=f"[a]({PAGE})")
        before = SectionLink.objects.get().pk

        search.index([section])

        assert SectionLink.objects.get().pk == before

    def test_links_go_with_their_section(self):
        make_section(body=f"[a]({PAGE})").delete()

        assert not SectionLink.objects.exists()

    def test_indexing_asks_as_often_for_many_as_for_few(
        self, django_assert_max_num_queries, django_assert_num_queries
    ):
        sections = [make_section(title=f"Tip {n}", body=f"[a]({PAGE}/{n})") for n in range(20)]
        SectionLink.objects.all().delete()

        # savepoint; issues and sections, locked; tags, sections; words, titles, entry,
        # spellings; links: read, deleted, inserted; savepoint
        with django_assert_max_num_queries(13) as queries:
            search.index(sections[:2])
        SectionLink.objects.all().delete()
        with django_assert_num_queries(len(queries)):
            search.index(sections)

    def test_check_names_missing_and_stale_links_and_mend_repairs_them(self):
        missing, stale, right = (
            make_section(title=title, body=f"[a]({PAGE})") for title in ("One", "Two", "Three")
        )
        missing.links.all().delete()
        Section.objects.filter(pk=stale.pk).update(link="https://example.org/b")

        assert search.check() == (set(), {missing.pk, stale.pk}, set())
        assert search.mend() == 2
        assert search.check() == (set(), set(), set())
        assert pages(missing) == ["example.org/a"]
        assert pages(stale) == ["example.org/a", "example.org/b"]
        assert pages(right) == ["example.org/a"]


@pytest.mark.django_db
class TestEarlierUses:
    @pytest.fixture
    def archive(self):
        sections = [{"title": "A", "type": "news", "link": PAGE}]
        return {
            number: make_issue(number, published=published, sections=sections)
            for number, published in ((3, days(-21)), (7, days(-7)), (9, TOMORROW), (12, None))
        }

    def test_a_new_issue_sees_everything_with_a_lower_number_the_newest_first(self, archive):
        assert numbers(number=13) == [12, 9, 7, 3]

    def test_without_a_number_it_sees_what_is_public(self, archive):
        assert numbers() == [7, 3]

    def test_an_issue_sees_neither_itself_nor_what_came_later(self, archive):
        assert numbers(archive[7].pk, 7) == [3]
        assert numbers(archive[3].pk, 3) == []
        assert numbers(archive[9].pk, 9) == [7, 3]
        assert numbers(archive[12].pk, 12) == [9, 7, 3]

    def test_a_higher_number_that_went_public_before_is_earlier(self, archive):
        early = make_issue(99, published=days(-30), sections=[{"title": "B", "link": PAGE}])

        assert numbers(archive[3].pk, 3) == [early.number]

    def test_the_inbox_is_no_issue(self):
        make_section(link=PAGE)

        assert numbers(number=99) == []

    def test_is_one_question_for_any_number_of_pages(self, archive, django_assert_num_queries):
        with django_assert_num_queries(1):
            repeats.earlier_uses([f"example.org/{n}" for n in range(500)], archive[12].pk, 12)

    def test_a_use_says_where_and_when(self, archive):
        uses = repeats.earlier_uses(["example.org/a"], number=13)["example.org/a"]

        assert [str(use) for use in uses] == [
            "#12, News, not yet published",
            "#9, News, not yet published",
            "#7, News, one week ago",
            "#3, News, three weeks ago",
        ]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        *((0, "today"), (1, "one day ago"), (6, "six days ago"), (13, "one week ago")),
        *((91, "three months ago"), (364, "12 months ago"), (365, "one year ago")),
        *((800, "two years ago"), (-1, "not yet published")),
    ],
)
def test_ages_are_in_words(count, text):
    now = timezone.make_aware(datetime.datetime(2022, 6, 29, 12))

    assert repeats.age(now - days(count), now) == text


def test_a_draft_has_no_age():
    assert repeats.age(None) == "not yet published"
