"""The page of the search: filters, operators, what it offers, and any text in any parameter."""

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from issues import search
from issues.models import FormerAddress, SectionType, Tag
from issues.models.former_address import public_addresses
from issues.search import Question
from tests.builders import TOMORROW, YESTERDAY, make_issue, make_section

pytestmark = pytest.mark.django_db


def titles(client, query: str) -> list[str]:
    answer = client.get(f"/search/?{query}").context["answer"]
    return [hit.section.title for hit in answer.hits]


class TestQuestion:
    @pytest.mark.parametrize(
        ("query", "question"),
        [
            ("q=lazy+images", Question("lazy images")),
            ("q=lazy+tag:css+images", Question("lazy images", tags=("css",))),
            ('q=tag:"machine+learning"', Question(tags=("machine learning",))),
            ("q=a+-TAG:react&tag=css", Question("a", tags=("css",), without=("react",))),
            ("q=Type:news+year:2025", Question(type="news", year="2025")),
            ("tag=css&tag=react&tag=css", Question(tags=("css", "react"))),
            ("type=news&q=type:ml-tip", Question(type="ml-tip")),
            ("sort=date&q=a", Question("a", sort="date")),
            ("sort=size&page=2&utm=x", Question()),
            ("q=mytag:css+-type:news", Question("mytag:css -type:news")),
            ("q=%00a%0Ab", Question("a b")),
        ],
    )
    def test_is_read_from_parameters_and_operators(self, query, question):
        assert Question.from_query(QueryDict(query)) == question

    def test_its_address_leads_to_itself(self):
        question = Question("lazy", ("css", "c++"), ("react",), "news", "2025", "date")

        assert Question.from_query(QueryDict(question.urlencode())) == question


class TestFilters:
    @pytest.fixture(autouse=True)
    def archive(self):
        make_issue(
            1,
            None,
            [
                {"title": "Grid first", "tags": ["css", "layout"], "type": "web-tip"},
                {"title": "Warm up first", "tags": ["training"]},
            ],
            published_at="2024-05-01T09:00Z",
        )
        make_issue(
            2,
            None,
            [
                {"title": "Flex first", "tags": ["css", "C++"], "type": "web-tip"},
                {"title": "A release first", "tags": ["css"], "type": "news"},
            ],
            published_at="2025-05-07T09:00Z",
        )

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=first&tag=css&tag=layout", ["Grid first"]),
            ("tag=css&without=layout", ["Flex first", "A release first"]),
            ("q=first+tag:C%2B%2B", ["Flex first"]),
            ("q=first+type:news", ["A release first"]),
            ("q=year:2024", ["Grid first", "Warm up first"]),
            ("type=web-tip&year=2024", ["Grid first"]),
            ("q=first&tag=css&sort=date", ["Flex first", "A release first", "Grid first"]),
            ("q=first+tag:nothing", []),
            ("q=first&type=nothing", []),
            ("q=first&year=24", []),
        ],
    )
    def test_narrow_what_is_found(self, client, query, found):
        assert titles(client, query) == found

    def test_each_can_be_taken_back(self, client):
        page = client.get("/search/?q=first&tag=css&without=layout&type=web-tip&year=2025")

        assert {chip.label: chip.url for chip in page.context["chips"]} == {
            "tag: css": "/search/?q=first&without=layout&type=web-tip&year=2025",
            "not tagged: layout": "/search/?q=first&tag=css&type=web-tip&year=2025",
            "type: Web tip": "/search/?q=first&tag=css&without=layout&year=2025",
            "year: 2025": "/search/?q=first&tag=css&without=layout&type=web-tip",
        }

    def test_stay_when_the_words_change(self, client):
        html = client.get("/search/?q=first+tag:css&type=news").content.decode()

        assert '<input type="hidden" name="tag" value="css">' in html
        assert '<input type="hidden" name="type" value="news">' in html
        assert 'name="q" maxlength="200" value="first"' in html

    def test_pages_keep_them(self, client):
        make_issue(3, YESTERDAY, [{"title": f"Tip {n} first", "tags": ["css"]} for n in range(12)])

        html = client.get("/search/?q=first+tag:css").content.decode()

        assert "page=2" in html
        assert len(titles(client, "q=first+tag:css&page=2")) == 5


class TestZeroResults:
    def test_the_nearest_spelling_is_offered(self, client):
        make_issue(1, sections=[{"title": "Lazy loading", "body": "Accessibility matters"}])

        nearest = client.get("/search/?q=acessibillity").context["nearest"]

        assert (nearest.label, nearest.url) == ("accessibility", "/search/?q=accessibility")

    def test_only_the_unknown_word_changes_and_the_filters_stay(self, client):
        make_issue(1, sections=[{"title": "Lazy loading", "tags": ["css"]}])

        nearest = client.get("/search/?q=lazy+laoding&tag=css").context["nearest"]

        assert nearest.url == "/search/?q=lazy+loading&tag=css"

    @pytest.mark.parametrize("typed", ["qqqq", "x", "+++", "12", "zebrafich", "zebrafishs"])
    def test_nothing_is_offered_that_is_far_or_not_public(self, client, typed):
        make_issue(1, sections=["Warm up first"])
        make_issue(2, None, [{"title": "Zebrafish", "tags": ["zebrafishes"]}])
        make_section(issue=None, title="Zebrafishing")

        page = client.get("/search/", {"q": typed})

        assert page.context["nearest"] is None
        assert "ebrafish" not in page.content.decode().lower().replace(typed, "")

    def test_the_nearest_tag_and_type_are_offered(self, client):
        make_issue(1, sections=[{"title": "Grid", "tags": ["css", "python"], "type": "web-tip"}])
        make_issue(2, None, [{"title": "Draft", "tags": ["cssx"]}])

        for query, url in (
            ("q=tag:ccs", "/search/?tag=css"),
            ("q=grid+tag:pyhton", "/search/?q=grid&tag=python"),
            ("type=webtip", "/search/?type=web-tip"),
        ):
            assert client.get(f"/search/?{query}").context["nearest"].url == url

    def test_what_macs_write_in_two_characters_is_spelled_too(self, client):
        make_issue(1, sections=["Café lighting"])

        nearest = client.get("/search/", {"q": "cafe\u0301 lihgting"}).context["nearest"]

        assert nearest.label == "café lighting"

    def test_nonsense_of_any_length_asks_as_often(self, client, django_assert_max_num_queries):
        make_issue(1, sections=["Warm up"])

        with django_assert_max_num_queries(160):
            client.get("/search/", {"q": " ".join(f"w{n}x" for n in range(60))})
        with django_assert_max_num_queries(30):
            client.get("/search/", {"q": "wram upp downn"})

    def test_a_form_that_only_drafts_have_is_not_shown(self, client):
        make_issue(1, sections=["The optimiser"])
        make_issue(2, None, ["All optimisers"])

        nearest = client.get("/search/?q=optimisrs").context["nearest"]

        assert nearest is None or nearest.label == "optimiser"

    def test_the_same_words_without_filters_are_offered(self, client):
        make_issue(1, sections=[{"title": "Lazy loading", "tags": ["css"], "type": "web-tip"}])

        wider = client.get("/search/?q=lazy&type=news&tag=css").context["wider"]

        assert (wider.count, wider.url) == (1, "/search/?q=lazy")


class TestHelp:
    @pytest.mark.parametrize("query", ["", "q=grid", "q=nothingness", "tag=nothing"])
    def test_how_to_ask_is_said_whatever_was_found(self, client, query):
        make_issue(1, sections=["Grid"])

        page = client.get(f"/search/?{query}").content.decode()

        assert page.count('<dl class="search-help">') == 1
        assert ("How to ask exactly" in page) == (query == "q=grid")

    def test_a_filter_that_can_be_turned_round_says_so(self):
        choice = {"label": "css", "url": "?tag=css", "count": 2, "without_url": "?without=css"}

        html = render_to_string("issues/_facet.html", {"title": "Tags", "choices": [choice]})

        without = '<a class="without" href="?without=css" rel="nofollow">'
        assert f'{without}without<span class="hidden"> css</span></a>' in html


class TestOrder:
    def test_what_is_superseded_stands_behind_its_successor(self, client):
        new = make_section(make_issue(2), "Load images later", body="on lazy loading, at length")
        old = make_section(make_issue(1, YESTERDAY * 2), "Lazy loading", superseded_by=new)
        make_section(old.issue, "Aside", body="a word about lazy loading " + "and others " * 40)

        assert titles(client, "q=lazy+loading") == ["Load images later", "Lazy loading", "Aside"]

    def test_a_chain_of_successors_stands_in_its_order(self, client):
        third = make_section(make_issue(3), "Third", body="says something of lazy loading")
        second = make_section(make_issue(2), "Lazy loading twice", superseded_by=third)
        make_section(make_issue(1), "Lazy loading", superseded_by=second)

        assert titles(client, "q=lazy+loading") == ["Third", "Lazy loading twice", "Lazy loading"]

    def test_a_successor_that_is_not_found_or_not_public_moves_nothing(self, client):
        draft = make_section(make_issue(2, None), "Lazy loading again")
        make_issue(1, sections=[{"title": "Lazy loading", "superseded_by": draft}, "Lazy"])

        assert titles(client, "q=lazy+loading") == ["Lazy loading"]

    def test_the_last_word_also_finds_longer_ones(self, client):
        make_issue(1, sections=["LightGBM tips", "A light touch", "Lightly done", "Slight"])

        assert set(titles(client, "q=light")) == {"LightGBM tips", "A light touch", "Lightly done"}
        assert titles(client, "q=light+touch") == ["A light touch"]
        assert titles(client, "q=light*+tips") == ["LightGBM tips"]
        assert set(titles(client, 'q="light"')) == {"A light touch", "Lightly done"}

    @pytest.mark.parametrize(
        ("title", "typed"),
        [
            ("Evaluation", ["eval", "evaluat", "evaluatio", "evaluations"]),
            ("Security", ["secu", "securi", "securit"]),
            ("Running loading", ["runnin", "running loadin"]),
            ("numpy.linalg", ["numpy.lin", "numpy.linal", "numpylinalg"]),
            ("--ffast-math", ["--ffast", "--ffast-ma"]),
            ("std::vector", ["std::ve", "std::vec"]),
            ("Łódź", ["lodz", "łódź", "ŁÓD*"]),
            ("Smørrebrød", ["smorrebrod", "smørrebr"]),
        ],
    )
    def test_half_a_word_finds_what_the_whole_one_does(self, client, title, typed):
        make_issue(1, sections=[title, "Another"])

        for text in typed:
            assert search.answer(Question(text)).total == 1, text

    def test_a_word_with_a_suggestion_half_typed(self, client):
        make_issue(1, sections=["Lazy loading"])

        for text in ("laz", "lazy loadi", "lazy loadin", "loaded lazy"):
            assert search.suggest(text).sections, text


class TestMarks:
    def test_the_tag_that_is_why_something_is_found_is_marked(self, client):
        make_issue(1, sections=[{"title": "Grid", "tags": ["css", "layout"]}])

        html = client.get("/search/?q=layout").content.decode()

        assert "><mark>layout</mark></a>" in html
        assert "><mark>css" not in html

    def test_a_name_that_is_found_without_its_dot_is_marked(self):
        make_issue(1, sections=[{"title": "Use Node.js", "body": "With node.js and C++, now"}])

        [hit] = search.answer(Question("nodejs")).hits

        assert hit.title == "Use <mark>Node.js</mark>"
        assert "<mark>node.js</mark> and C++" in hit.snippet


class TestFormerSlugs:
    def test_an_address_of_a_search_holds_when_a_tag_or_a_type_is_renamed(self, client, desk):
        make_issue(1, sections=[{"title": "Grid", "tags": ["css"], "type": "web-tip"}, "Other"])
        tag, kind = Tag.objects.get(), SectionType.objects.get(slug="web-tip")
        for row, slug in ((tag, "stylesheets"), (kind, "web-advice")):
            before = public_addresses([row])
            type(row).objects.filter(pk=row.pk).update(slug=slug)
            FormerAddress.objects.keep(before, [type(row).objects.get(pk=row.pk)])

        for query in ("tag=css", "q=tag:css", "type=web-tip", "q=type:web-tip"):
            assert titles(client, query) == ["Grid"], query
        assert titles(client, "q=without&without=css") == []
        assert titles(client, "without=css") == ["Other"]


class TestCapped:
    def test_says_so_where_more_sections_hold_a_word_than_are_looked_at(self, client, monkeypatch):
        make_issue(1, sections=[f"Tip {number}" for number in range(5)])
        monkeypatch.setattr(search.matching, "MOST_MATCHES", 3)

        page = client.get("/search/?q=tip")

        assert page.context["answer"].total == 3
        assert "there are more" in page.content.decode()


class TestPublic:
    def test_a_section_that_moved_to_a_draft_behind_the_index_is_not_shown(self, client):
        issue = make_issue(1, sections=["Public tip"])
        draft = make_issue(2, None)
        issue.sections.update(issue=draft)

        assert titles(client, "q=tip") == []

    def test_a_scheduled_issue_is_found_once_its_moment_has_come(self, client):
        issue = make_issue(1, TOMORROW, [{"title": "Later tip", "tags": ["later"]}])
        assert titles(client, "q=tip") == titles(client, "tag=later") == []

        type(issue).objects.update(published_at="2024-01-01T00:00Z")

        assert titles(client, "q=tip") == ["Later tip"]


# One character that folds to many, to syntax, or to none that counts.
ODD = "ﷺ½ﱞ⑴ŉͺ⁄"
TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(ODD).map(lambda one: one * 200),
    st.sampled_from(ODD).map(lambda one: f"tip {one}x {one}"),
)


class TestAnything(HypothesisTestCase):
    @classmethod
    def setUpTestData(cls):
        make_issue(1, sections=[{"title": "Tip", "tags": ["css", "c++"], "body": "学習 C++"}])
        make_issue(2, sections=[{"title": f"Odd {ODD}", "body": ODD * 200, "tags": [ODD]}])

    @given(
        st.dictionaries(
            st.sampled_from(["q", "tag", "without", "type", "year", "sort", "page"]),
            st.lists(TEXTS, max_size=3),
        )
    )
    @settings(max_examples=150, deadline=None)
    def test_answers_200_or_404(self, parameters):
        for address in ("/search/", "/search/suggest/", "/search/feed.xml", "/search/feed.json"):
            assert self.client.get(address, parameters).status_code in (200, 404)

    @given(TEXTS)
    @settings(max_examples=60, deadline=None)
    def test_no_operator_is_an_error(self, text):
        for operator in ("tag:", "-tag:", "type:", "year:", 'tag:"', '"'):
            assert self.client.get("/search/", {"q": f"tip {operator}{text}"}).status_code == 200
