"""Related sections: what shares rare tags, and what readers must not see of it."""

import pytest

from issues import related
from issues.models import Issue, Section
from tests.builders import TOMORROW, YESTERDAY, make_issue, make_section

pytestmark = pytest.mark.django_db

SECRET = "zebrafish"


def tip(title, *tags, **fields) -> dict:
    return {"title": title, "tags": tags, **fields}


def titles(title: str, **options) -> list[str]:
    section = Section.objects.published().for_page().get(title=title)
    return [one.title for one in related.related_to(section, **options)]


class TestOrder:
    def test_a_rare_tag_tells_more_than_a_common_one(self):
        make_issue(1, YESTERDAY * 9, [tip("Rare", "fonts"), tip("Asked", "fonts", "css")])
        make_issue(2, YESTERDAY, [tip(f"Common {n}", "css") for n in range(4)])

        assert titles("Asked") == ["Rare", "Common 3", "Common 2"]

    def test_two_shared_tags_tell_more_than_one_of_them(self):
        make_issue(1, YESTERDAY * 9, [tip("Both", "a", "b"), tip("Asked", "a", "b")])
        make_issue(2, YESTERDAY, [tip("One", "a"), tip("Other", "b")])

        assert titles("Asked") == ["Both", "Other", "One"]

    def test_among_equals_the_newest_comes_first(self):
        make_issue(3, YESTERDAY * 9, [tip("Old", "a")])
        make_issue(1, YESTERDAY, [tip("New", "a")])
        make_issue(2, YESTERDAY * 5, [tip("Asked", "a"), tip("Middle", "a")])

        assert titles("Asked") == ["New", "Middle", "Old"]

    def test_there_are_at_most_three(self):
        make_issue(1, sections=[tip(f"Tip {n}", "a") for n in range(9)])

        assert len(titles("Tip 4")) == 3

    def test_rare_words_of_the_title_fill_up_what_tags_leave_open(self):
        make_issue(1, YESTERDAY * 9, [tip("By tag", "fonts")])
        make_issue(
            2,
            YESTERDAY,
            [
                tip("Asked: lazy carousels", "fonts"),
                tip("More", body="Carousels are lazy and heavy"),
                tip("Less", body="Where carousels are gone, nobody misses them at all"),
                tip("Nothing of the kind"),
            ],
        )

        assert titles("Asked: lazy carousels") == ["By tag", "More", "Less"]

    def test_a_word_alone_leads_to_nothing_hidden_and_not_to_itself(self):
        make_issue(1, sections=[tip(f"About {SECRET}")])
        make_issue(2, None, [tip(f"Draft of {SECRET}")])
        make_issue(3, TOMORROW, [tip(f"Plan of {SECRET}")])
        make_section(issue=None, title=f"Idea of {SECRET}")

        assert titles(f"About {SECRET}") == []

    def test_without_tags_or_with_one_that_nobody_shares_there_is_none(self):
        make_issue(1, sections=[tip("Bare"), tip("Alone", "alone"), tip("Other", "a")])

        assert (titles("Bare"), titles("Alone")) == ([], [])


class TestLeftOut:
    def test_itself_what_it_replaces_and_what_replaces_it(self, client):
        issue = make_issue(1, sections=[tip("Newer", "a"), tip("Other", "a")])
        make_section(issue, "Asked", tags=["a"], superseded_by=issue.sections.get(title="Newer"))
        old = make_section(issue, "Older", tags=["a"])
        Section.objects.filter(pk=old.pk).update(superseded_by=Section.objects.get(title="Asked"))

        shown = client.get("/issues/1/asked/").context["related"]

        assert [one.title for one in shown] == ["Other"]

    def test_what_is_hidden(self, client):
        hidden = tip(f"Hidden {SECRET}", "a", SECRET)
        make_issue(1, YESTERDAY, [tip("Asked", "a", SECRET)])
        make_issue(2, None, [hidden])
        make_issue(3, TOMORROW, [hidden])
        make_section(**hidden)

        html = client.get("/issues/1/asked/").content.decode()

        assert "Related" not in html
        assert "Hidden" not in html

    def test_what_is_unpublished_at_once(self, client):
        make_issue(1, YESTERDAY, [tip("Asked", "a")])
        issue = make_issue(2, YESTERDAY, [tip("Shown", "a")])
        assert "Shown" in client.get("/issues/1/asked/").content.decode()

        Issue.objects.get(pk=issue.pk).unpublish()

        assert "Shown" not in client.get("/issues/1/asked/").content.decode()


class TestCost:
    def test_is_the_same_for_many_sections_and_many_tags(self, django_assert_num_queries):
        tags = [f"tag {number}" for number in range(20)]
        make_issue(1, sections=[tip(f"Tip {n}", *tags) for n in range(4)])
        self.ask(django_assert_num_queries)
        make_issue(2, sections=[tip(f"More {n}", *tags) for n in range(150)])

        self.ask(django_assert_num_queries)

    def ask(self, django_assert_num_queries):
        section = Section.objects.published().for_page().get(title="Tip 1")

        # age of the archive (2), counts of tags (2), what has them, its facts, what is shown
        with django_assert_num_queries(7):
            shown = [(one.type.name, one.get_absolute_url()) for one in related.related_to(section)]
        assert len(shown) == 3

        with django_assert_num_queries(5):
            related.related_to(section)

    def test_only_the_newest_of_a_tag_are_looked_at(self, monkeypatch):
        monkeypatch.setattr(related, "NEWEST", 2)
        make_issue(1, sections=[tip(name, "a") for name in ("One", "Two", "Three", "Asked")])

        assert titles("Asked") == ["Three"]
