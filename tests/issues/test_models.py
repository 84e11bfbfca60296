"""Issues, sections and tags as the database keeps them."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from issues.markdown import RENDERER_VERSION
from issues.models import Issue, Section, SectionType, Tag
from issues.models.tag import join_names, split_names
from tests.builders import TOMORROW, YESTERDAY, make_issue, make_section

pytestmark = pytest.mark.django_db


class TestPublished:
    def test_the_state_follows_from_the_one_date(self):
        draft, scheduled, public = (
            make_issue(1, None),
            make_issue(2, TOMORROW),
            make_issue(3, YESTERDAY),
        )

        states = [issue.state for issue in (draft, scheduled, public)]

        assert states == ["draft", "scheduled", "published"]
        assert list(Issue.objects.published()) == [public]
        assert list(Issue.objects.scheduled()) == [scheduled]
        assert list(Issue.objects.drafts()) == [draft]

    def test_the_clock_is_an_argument_and_the_moment_itself_is_public(self):
        issue = make_issue(1, TOMORROW, ["Tip"])
        moment = issue.published_at

        for at, expected in ((moment, 1), (moment - datetime.timedelta(microseconds=1), 0)):
            assert Issue.objects.published(at).count() == expected
            assert Section.objects.published(at).count() == expected
            assert (issue.state_at(at) == Issue.State.PUBLISHED) is bool(expected)

    def test_a_section_without_an_issue_is_not_public(self):
        make_section(issue=None)

        assert Section.objects.published().count() == 0
        assert Section.objects.count() == 1

    def test_publish_and_unpublish(self):
        issue = make_issue(1, None)

        issue.publish()
        assert Issue.objects.published().get() == issue
        issue.unpublish()
        assert Issue.objects.published().count() == 0


class TestDerived:
    def test_saving_renders_once_and_says_with_which_renderer(self):
        section = make_section(make_issue(1), body="*Hi* [there](https://example.org)")

        stored = Section.objects.get()

        assert stored.body_html.startswith("<p><em>Hi</em> <a href=")
        assert stored.body_text == "Hi there"
        assert stored.render_version == RENDERER_VERSION
        assert section.version == 1

    def test_update_fields_takes_what_is_derived_along(self):
        section = make_section(make_issue(1), body="old")
        section.body = "new"
        section.save(update_fields=["body"])

        assert Section.objects.get().body_text == "new"
        assert Section.objects.get().version == 2

    def test_publishing_does_not_write_other_fields(self):
        issue = make_issue(1, None, title="Mine")
        Issue.objects.update(title="Somebody else's")

        issue.publish()

        assert Issue.objects.get().title == "Somebody else's"

    def test_characters_that_are_no_text_are_dropped(self):
        make_section(make_issue(1), title="A\x00 ti\ud800tle\u0007", body="b\x0bo\uffffdy\r\n")

        assert (Section.objects.get().title, Section.objects.get().body) == ("A title", "body\n")

    def test_slugs_come_from_titles_and_are_unique_in_their_issue(self):
        sections = ["Same!", "Same?", "学習", "Same"]
        issue = make_issue(1, sections=[{"title": title} for title in sections])

        slugs = [section.slug for section in issue.sections.all()]

        assert slugs == ["same", "same-2", "section", "same-3"]

    def test_a_long_title_gets_a_slug_that_fits(self):
        issue = make_issue(1, sections=["word " * 50, "word " * 50])

        slugs = [section.slug for section in issue.sections.all()]

        assert len(set(slugs)) == 2
        assert max(map(len, slugs)) <= 80

    def test_code_is_searched_for_but_does_not_stand_in_the_excerpt(self):
        section = make_section(body="Wait:\n\n```\nsetTimeout(done)\n```\n\nThen go on.")

        assert section.excerpt == "Wait: Then go on."
        assert "setTimeout(done)" in section.body_text


class TestConstraints:
    def test_a_section_cannot_supersede_itself(self):
        section = make_section(make_issue(1))
        section.superseded_by = section

        with pytest.raises(ValidationError, match="cannot supersede itself"):
            section.full_clean()

    def test_a_slug_stands_once_in_an_issue(self):
        issue = make_issue(1, sections=[{"title": "A", "slug": "a"}])

        with pytest.raises(IntegrityError), transaction.atomic():
            make_section(issue, slug="a")

    @pytest.mark.parametrize("number", [0, 1_000_000_000])
    def test_an_impossible_number_is_refused(self, number):
        with pytest.raises(ValidationError, match="number"):
            Issue(number=number, title="A").full_clean()

    def test_a_recipe_must_be_possible(self):
        section_type = SectionType.objects.get(slug="news")
        section_type.min_per_issue, section_type.max_per_issue = 3, 2

        with pytest.raises(ValidationError, match="cannot be less"):
            section_type.full_clean()

    def test_an_unreadable_text_is_a_form_error(self):
        with pytest.raises(ValidationError, match="at most 200 KB"):
            Issue(number=1, title="A", intro="a" * 300_000).full_clean()


class TestRecipe:
    def test_the_types_of_bitsletter_are_installed_in_order(self):
        fields = ("emoji", "name", "slug", "min_per_issue", "max_per_issue")

        assert list(SectionType.objects.values_list(*fields)) == [
            ("🧠", "ML tip", "ml-tip", 1, 1),
            ("🌐", "Web tip", "web-tip", 1, 1),
            ("👩‍🔬", "Research paper", "research-paper", 1, 1),
            ("🛠", "Tool", "tool", 0, 1),
            ("📰", "News", "news", 1, 5),
            ("", "Other", "other", 0, None),
        ]


class TestTags:
    @pytest.mark.parametrize(
        ("name", "slug"),
        [
            ("C", "c"),
            ("C++", "cpp"),
            ("C#", "c-sharp"),
            ("F#", "f-sharp"),
            ("g++", "g-plus-plus"),
            (".NET", "dotnet"),
            ("ASP.NET", "asp-net"),
            ("node.js", "node-js"),
            ("Machine Learning", "machine-learning"),
            ("机器学习", "机器学习"),
            ("!!!", "tag"),
        ],
    )
    def test_slugs_say_the_signs(self, name, slug):
        assert Tag.objects.create(name=name).slug == slug

    def test_a_name_counts_once_whatever_its_case(self):
        [git] = Tag.objects.named(["Git"])

        assert Tag.objects.named(["git", "GIT"]) == [git]
        with pytest.raises(IntegrityError), transaction.atomic():
            Tag.objects.create(name="gIT")

    @pytest.mark.parametrize("name", ["Éducation", "Straße", "ΛΟΓΟΣ"])
    def test_case_is_folded_beyond_ascii(self, name):
        [tag] = Tag.objects.named([name])

        same = Tag.objects.named([name.upper(), name.lower(), name])

        assert same == [tag]

    def test_composed_and_decomposed_letters_are_the_same(self):
        section = make_section(make_issue(1))
        section.tags.set(["\u00e9a", "e\u0301a", "\u00c9A"])

        assert Tag.objects.count() == 1

    def test_a_slug_always_fits_its_column_and_its_address(self):
        tag = Tag.objects.create(name="C# " * 30)

        assert len(tag.slug) <= 100
        assert tag.get_absolute_url()

    @pytest.mark.parametrize("name", ["a, b", "GIT"])
    def test_an_impossible_name_is_a_form_error(self, name):
        Tag.objects.create(name="git")

        with pytest.raises(ValidationError, match="Commas|already"):
            Tag(name=name, slug="x").full_clean()

    def test_a_name_that_is_too_long_makes_no_tag(self):
        with pytest.raises(ValidationError, match="at most 100"):
            Tag.objects.named(["x" * 101])

    def test_only_commas_separate_names(self):
        names = split_names(" machine learning, C++ ,, Machine  Learning,git ")

        assert names == ["machine learning", "C++", "git"]
        assert join_names([Tag(name="a b"), Tag(name="c")]) == "a b, c"

    def test_the_assigned_clock_decides_about_public_use(self):
        make_issue(1, TOMORROW, [{"title": "Tip", "tags": ["early"]}])

        assert Tag.objects.with_public_counts() == []
        later = timezone.now() + TOMORROW * 2
        assert [tag.count for tag in Tag.objects.with_public_counts(later)] == [1]
