"""Finding sections by words, on whichever database the tests run."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from issues import search
from issues.models import Section
from issues.search import analysis, query
from tests.builders import make_issue, make_section


def titles(text: str) -> list[str]:
    return [hit.section.title for hit in answer(text).hits]


def answer(text: str, **options) -> search.Answer:
    return search.answer(search.Question(text), **options)


class TestAnalysis:
    @pytest.mark.parametrize(
        ("text", "terms"),
        [
            ("C++ and C++20, g++", ["cplusplus", "and", "cplusplus", "20", "gplusplus"]),
            ("C# F# a#b", ["csharp", "fsharp", "a", "b"]),
            (".NET, ASP.NET", ["dotnet", "asp", "dotnet", "aspnet"]),
            ("a+b c+ +++", ["a", "b", "c"]),
            ("node.js", ["node", "js", "nodej"]),
            ("Weights weighted", ["weight", "weight"]),
            ("Ärger naïve Straße", ["arger", "naiv", "strass"]),
            ("snake_case --dry-run", ["snake", "case", "dri", "run"]),
            ("使う", ["使う", "う"]),
            ("ｆｕｌｌ", ["full"]),
            ("", []),
        ],
    )
    def test_terms_of_a_text(self, text, terms):
        assert analysis.analyse(text).terms == terms

    def test_a_query_for_part_of_a_run_of_characters_is_open(self):
        assert query.parse("学") == [query.Clause(("学",), opening="学")]
        assert query.parse("学習") == [query.Clause(("学習",))]


@pytest.mark.django_db
class TestFinding:
    @pytest.mark.parametrize(
        ("body", "text"),
        [
            ("We rewrote it in C++ last year", "c++"),
            ("A C# record", "C#"),
            ("The .NET runtime", ".net"),
            ("With ASP.NET Core", "asp.net"),
            ("Run node.js here", "node.js"),
            ("Run node.js here", "nodejs"),
            ("Run node.js here", "node"),
            ("Tokens of 機械学習を使う text", "学習"),
            ("Tokens of 機械学習を使う text", "機"),
            ("Tokens of 機械学習を使う text", "使う"),
            ("中文分词很难", "分词"),
            ("Une idée naïve", "idee naive"),
            ("Lazy loading images", "load image"),
            ("It doesn’t matter", "doesn't"),
        ],
    )
    def test_finds_what_is_written(self, body, text):
        make_issue(1, sections=[{"title": "The one", "body": body}, "Another"])

        assert titles(text) == ["The one"]

    @pytest.mark.parametrize("text", ["c", "c++ c#", '"images lazy"', "absent", "学機"])
    def test_finds_no_more_than_that(self, text):
        make_issue(1, sections=[{"title": "The one", "body": "C++, lazy images, 機械学習"}])

        assert titles(text) == []

    def test_every_word_must_be_found_in_title_tags_or_text(self):
        make_issue(
            1,
            sections=[
                {"title": "Warm up", "tags": ["optimisers"], "body": "Start with small steps"},
                {"title": "Warm beer", "body": "Never"},
            ],
        )

        assert titles("warm optimisers small") == ["Warm up"]

    def test_a_title_weighs_more_than_a_tag_and_a_tag_more_than_the_text(self):
        make_issue(
            1,
            sections=[
                {"title": "In the text", "body": "something on caching in the middle of a text"},
                {"title": "In a tag", "body": "something else entirely", "tags": ["caching"]},
                {"title": "Caching in the title", "body": "something else entirely, not that"},
            ],
        )

        assert titles("caching") == ["Caching in the title", "In a tag", "In the text"]

    def test_pages_go_on_where_the_last_one_ended(self):
        make_issue(1, sections=[f"Tip {number}" for number in range(5)])

        first = answer("tip", start=0, size=3)
        second = answer("tip", start=3, size=3)

        assert (first.total, second.total) == (5, 5)
        found = {hit.section.title for hit in first.hits + second.hits}
        assert found == {f"Tip {number}" for number in range(5)}

    def test_the_words_are_marked_and_the_rest_is_escaped(self):
        make_issue(1, sections=[{"title": "Use <b>node.js</b>", "body": "a & " * 90 + "node.js."}])

        [hit] = answer("node.js").hits

        assert hit.title == "Use &lt;b&gt;<mark>node.js</mark>&lt;/b&gt;"
        assert hit.snippet.startswith("… ")
        assert hit.snippet.endswith("a &amp; <mark>node.js</mark>.")

    def test_the_snippet_shows_the_place_with_the_most_words(self):
        body = "alpha " + "filler " * 100 + "Here stand alpha and beta together. " + "end " * 100
        make_issue(1, sections=[{"title": "T", "body": body}])

        [hit] = answer("alpha beta").hits

        assert "<mark>alpha</mark> and <mark>beta</mark>" in hit.snippet
        assert len(hit.snippet) < 320


@pytest.mark.django_db
class TestManyHits:
    def test_a_word_that_is_everywhere_is_shown_at_once(self):
        make_issue(1, sections=[{"title": "Often", "body": "word " * 8000}])

        [hit] = answer("word").hits

        assert "<mark>word</mark>" in hit.snippet


@pytest.mark.django_db
class TestIndex:
    def test_a_changed_section_is_found_by_its_new_words_only(self):
        section = make_section(make_issue(1), body="before")
        section.body = "after"
        section.save()
        search.index([section])

        assert titles("before") == []
        assert titles("after") == ["A tip"]

    def test_check_names_what_differs_and_rebuild_mends_it(self):
        issue = make_issue(1, sections=["One", "Two", "Three"])
        one, two, three = issue.sections.all()
        search.remove([one.pk])
        Section.objects.filter(pk=two.pk).update(title="Changed")
        Section.objects.filter(pk=three.pk).delete()

        difference = search.check()
        search.rebuild()

        assert difference == ({one.pk}, {two.pk}, {three.pk})
        assert search.check() == (set(), set(), set())
        assert titles("changed") == ["Changed"]

    def test_mend_indexes_only_what_differs(self):
        issue = make_issue(1, sections=["One", "Two", "Three"])
        one, two, three = issue.sections.all()
        search.remove([one.pk])
        Section.objects.filter(pk=three.pk).delete()

        assert search.mend() == 2
        assert search.mend() == 0
        assert titles("two") == ["Two"]

    def test_a_word_of_any_length_can_be_saved(self):
        make_issue(1, sections=[{"title": "Dump", "body": "ab" * 20_000 + " C" * 9 + "++"}])

        assert titles("dump") == ["Dump"]

    def test_a_long_text_is_indexed_to_its_end(self):
        body = " ".join(f"word{number}" for number in range(20_000)) + " finale"
        make_issue(1, sections=[{"title": "Long", "body": body}])

        assert titles("finale") == ["Long"]


class TestAnyText(HypothesisTestCase):
    @classmethod
    def setUpTestData(cls):
        make_issue(1, sections=[{"title": "Tip", "body": "quotes \" and \\ and ' and 学習 C++"}])

    @given(st.text(max_size=250))
    @settings(max_examples=200, deadline=None)
    def test_any_text_answers_200(self, text):
        assert self.client.get("/search/", {"q": text}).status_code == 200

    def test_what_is_syntax_elsewhere_is_text_here(self):
        syntax = [
            *('"', "'", "*", "(", "AND", "NOT", "NEAR(", "a:b", "^a", "a*", '"open', "-", "--"),
            *(
                "+++",
                "a & b",
                "!a",
                "a <-> b",
                ":*",
                "\\",
                "%s",
                "%",
                "\x00",
                "\ud800",
                "{title}:a",
            ),
        ]
        for text in syntax:
            total = answer(text).total
            assert total in (0, 1), text
