"""The archive as JSON: what it answers, in which pages, and how it refuses."""

import datetime
import json
import re

import pytest
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from issues.api import paging
from issues.api.answers import open_answers
from issues.models import FormerAddress, Issue, Section, SectionType, Tag
from tests.answers import headers_of
from tests.builders import TOMORROW, YESTERDAY, change, forget_pages, make_issue, make_section

pytestmark = pytest.mark.django_db

FRESH = "public, max-age=60, stale-while-revalidate=300"


def ask(client, path="", **query):
    """Give what the API answers with 200."""
    response = client.get(f"/api/v1/{path}", query)
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json; charset=utf-8"
    return response.json()


def titles(answer) -> list[str]:
    return [one["title"] for one in answer["results"]]


def walk(client, path, **query):
    """Yield the answers of all pages, following `next`."""
    answer = ask(client, path, **query)
    yield answer
    while answer["next"]:
        answer = client.get(answer["next"]).json()
        yield answer


class TestBeginning:
    def test_it_says_what_there_is(self, client):
        make_issue(1)

        answer = ask(client)

        assert answer.pop("name") == "Bitsletter"
        for url in answer.values():
            assert client.get(url).status_code == 200, url

    def test_nothing_asks_for_a_session_or_sets_a_cookie(self, client):
        make_issue(1, sections=["One"])

        for path in ("", "issues/", "sections/?q=one", "docs", "nothing/"):
            response = client.get(f"/api/v1/{path}")
            assert not response.cookies
            assert "Cookie" not in response.headers.get("Vary", "")


class TestIssues:
    def test_the_list_says_what_is_in_each_the_newest_first(self, client):
        make_issue(1, YESTERDAY * 2)
        make_issue(2, YESTERDAY, ["One", {"title": "Two", "type": "news"}])
        make_issue(3, TOMORROW)

        answer = ask(client, "issues/")

        assert (answer["total"], answer["next"]) == (2, None)
        assert [issue["number"] for issue in answer["results"]] == [2, 1]
        assert [one["title"] for one in answer["results"][0]["sections"]] == ["One", "Two"]

    def test_one_issue_is_whole(self, client):
        moment = "2025-05-07T09:00:00Z"
        body = "A *tip* with a [link](/tags/)."
        make_issue(
            7,
            sections=[{"title": "One", "body": body}],
            published_at=moment,
            published=None,
            intro="Hello.",
            summary="In short.",
        )

        answer = ask(client, "issues/7/")

        assert answer["published_at"] == moment
        assert answer["html_url"] == "http://127.0.0.1:8000/issues/7/"
        assert (answer["summary"], answer["intro_html"].strip()) == ("In short.", "<p>Hello.</p>")
        assert answer["sections"][0]["body"] == body
        assert 'href="http://127.0.0.1:8000/tags/"' in answer["sections"][0]["body_html"]

    def test_latest_is_the_newest_public_one(self, client):
        make_issue(1, YESTERDAY)
        make_issue(2, TOMORROW)

        assert ask(client, "issues/latest/")["number"] == 1

    def test_latest_without_any_issue_says_so(self, client):
        response = client.get("/api/v1/issues/latest/")

        assert (response.status_code, response.json()) == (
            404,
            {"detail": "There is no issue yet."},
        )


class TestSections:
    @pytest.fixture
    def archive(self):
        make_issue(
            1,
            published_at="2024-05-01T09:00Z",
            published=None,
            sections=[{"title": "Lazy pictures", "type": "web-tip", "tags": ["css", "speed"]}],
        )
        make_issue(
            2,
            published_at="2025-05-07T09:00Z",
            published=None,
            sections=[
                {"title": "Lazy frames", "type": "tool", "tags": ["speed"], "body": "Say *lazy*."},
                {"title": "Quick frames", "type": "tool", "link": "https://example.org/"},
            ],
        )

    def test_without_a_question_all_come_the_newest_issue_first(self, client, archive):
        answer = ask(client, "sections/")

        assert titles(answer) == ["Lazy frames", "Quick frames", "Lazy pictures"]
        assert answer["total"] == 3

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "lazy", "type": "web-tip"}, ["Lazy pictures"]),
            ({"q": "lazy", "year": 2025}, ["Lazy frames"]),
            ({"tag": ["css", "speed"]}, ["Lazy pictures"]),
            ({"tag": "speed", "without": "css"}, ["Lazy frames"]),
            ({"type": "tool", "year": "2025"}, ["Lazy frames", "Quick frames"]),
            ({"q": "frames", "without": "speed"}, ["Quick frames"]),
            ({"tag": "unknown"}, []),
            ({"q": "+++"}, []),
            ({"year": 2023}, []),
        ],
    )
    def test_filters_are_those_of_the_search(self, client, archive, query, found):
        answer = ask(client, "sections/", **query)

        assert titles(answer) == found
        assert answer["total"] == len(found)

    def test_facets_count_all_that_was_found(self, client, archive):
        answer = ask(client, "sections/", q="lazy", limit=1)

        assert answer["total"] == 2
        assert answer["facets"]["tags"] == [
            {"slug": "speed", "name": "speed", "count": 2},
            {"slug": "css", "name": "css", "count": 1},
        ]
        assert {one["slug"]: one["count"] for one in answer["facets"]["types"]} == {
            "tool": 1,
            "web-tip": 1,
        }
        assert answer["facets"]["years"] == [
            {"year": 2025, "count": 1},
            {"year": 2024, "count": 1},
        ]

    def test_facets_without_words_count_too(self, client, archive):
        facets = ask(client, "sections/", tag="speed")["facets"]

        assert {one["slug"]: one["count"] for one in facets["tags"]} == {"css": 1}
        assert [one["year"] for one in facets["years"]] == [2025, 2024]

    def test_a_hit_shows_its_place_and_its_issue(self, client, archive):
        [hit] = ask(client, "sections/", q="lazy", type="tool")["results"]

        assert hit["snippet"] == "Say <mark>lazy</mark>."
        assert hit["excerpt"] == "Say lazy."
        assert (hit["type"], hit["tags"], hit["link"]) == ("tool", ["speed"], None)
        assert (hit["issue"]["number"], hit["issue"]["published_at"]) == (2, "2025-05-07T09:00:00Z")
        assert hit["html_url"] == "http://127.0.0.1:8000/issues/2/lazy-frames/"
        assert "body" not in hit

    def test_a_list_has_whole_texts_when_asked(self, client, archive):
        for query in ({"q": "lazy", "type": "tool"}, {}):
            first = ask(client, "sections/", full="true", **query)["results"][0]
            assert first["body_html"].startswith("<p>")

    def test_one_section_is_at_its_number_and_at_its_slug(self, client, archive):
        by_number = ask(client, f"sections/{Section.objects.get(slug='quick-frames').pk}/")

        assert by_number == ask(client, "issues/2/sections/quick-frames/")
        assert by_number["link"] == "https://example.org/"

    def test_newer_advice_is_named_only_once_it_is_public(self, client):
        newer = make_issue(2, None, ["Newer advice"])
        make_issue(1, sections=[{"title": "Old advice", "superseded_by": newer.sections.get()}])
        assert ask(client, "issues/1/sections/old-advice/")["superseded_by"] is None

        newer.publish()

        found = ask(client, "issues/1/sections/old-advice/")["superseded_by"]
        assert found["title"] == "Newer advice"

    def test_newer_advice_in_the_inbox_is_not_named(self, client):
        waiting = make_section(title="Newer advice")
        make_issue(1, sections=[{"title": "Old advice", "superseded_by": waiting}])

        assert ask(client, "issues/1/sections/old-advice/")["superseded_by"] is None


class TestCorrections:
    @pytest.fixture
    def section(self):
        return make_issue(1, YESTERDAY, ["One"], intro="Hello.").sections.get()

    def corrections(self, client) -> set:
        """Give each moment at which an issue or a section of it is said to be corrected."""
        lists = (ask(client, "sections/"), ask(client, "issues/"))
        rows = [row for answer in lists for row in answer["results"]]
        whole = ask(client, "issues/1/")
        return {row["corrected_at"] for row in (*rows, whole, *whole["sections"])}

    def test_are_null_until_there_is_one(self, client, section):
        assert self.corrections(client) == {None}

    def test_of_a_draft_are_none(self, client, section):
        written_at = section.issue.published_at - datetime.timedelta(hours=1)
        Section.objects.update(corrected_at=written_at)
        Issue.objects.update(corrected_at=written_at)

        assert self.corrections(client) == {None}

    def test_of_what_is_public_say_when(self, client, section):
        moment = section.issue.published_at.replace(microsecond=0) + datetime.timedelta(hours=1)
        Section.objects.update(corrected_at=moment)
        Issue.objects.update(corrected_at=moment)

        assert self.corrections(client) == {moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


class TestTagsAndTypes:
    def test_tags_come_by_name_with_their_counts(self, client):
        make_issue(1, sections=[{"title": "One", "tags": ["CSS", "C++"]}])
        make_issue(2, sections=[{"title": "Two", "tags": ["css"]}])
        make_issue(3, None, [{"title": "Hidden", "tags": ["hidden", "css"]}])

        answer = ask(client, "tags/")

        assert [(tag["slug"], tag["name"], tag["count"]) for tag in answer["results"]] == [
            ("cpp", "C++", 1),
            ("css", "CSS", 2),
        ]
        assert ask(client, "tags/css/") == answer["results"][1]
        assert client.get(answer["results"][1]["sections_url"]).json()["total"] == 2
        assert client.get("/api/v1/tags/hidden/").status_code == 404

    def test_types_come_in_their_order_if_they_are_used(self, client):
        make_issue(1, sections=[{"title": "One", "type": "news"}, "Two", "Three"])
        make_issue(2, None, [{"title": "Hidden", "type": "tool"}])

        answer = ask(client, "types/")

        assert [(one["slug"], one["count"]) for one in answer["results"]] == [
            ("ml-tip", 2),
            ("news", 1),
        ]
        assert ask(client, "types/news/") == answer["results"][1]
        assert client.get("/api/v1/types/tool/").status_code == 404

    @pytest.mark.parametrize("path", ["tags/tag-0/", "types/", "types/ml-tip/"])
    def test_cost_three_questions_whatever_there_is(self, client, path, django_assert_num_queries):
        for number in range(1, 5):
            make_issue(number, sections=[{"title": "One", "tags": [f"tag {n}" for n in range(9)]}])
        ask(client, path)
        forget_pages()

        # the row or the rows, and twice how old the archive is
        with django_assert_num_queries(5) as captured:
            ask(client, path)

        # None of them sends all the keys that there are.
        assert not any(re.search(r" IN \(\d", one["sql"]) for one in captured.captured_queries)


class TestPages:
    @pytest.mark.parametrize(
        "query", [{}, {"tag": "common"}, {"q": "tip"}, {"q": "tip", "sort": "date"}]
    )
    def test_a_walk_meets_each_section_once_though_an_issue_appears(self, client, query):
        tip = {"title": "A tip", "tags": ["common"]}
        for number in range(1, 5):
            make_issue(number + 10, YESTERDAY * number, [tip, tip])
        expected = set(Section.objects.published().values_list("pk", flat=True))

        met = []
        for place, answer in enumerate(walk(client, "sections/", limit=3, **query)):
            met += [one["id"] for one in answer["results"]]
            make_issue(100 + place, YESTERDAY / 100, [tip])

        assert sorted(met) == sorted(expected)

    def test_sections_of_one_moment_are_walked_once(self, client):
        first = make_issue(1, sections=["One", "Two", "Three"])
        same = {"published_at": first.published_at, "published": None}
        make_issue(2, sections=["Four", "Five"], **same)

        walked = [title for page in walk(client, "sections/", limit=1) for title in titles(page)]

        assert walked == ["One", "Two", "Three", "Four", "Five"]

    def test_issues_and_tags_are_walked_once(self, client):
        moment = make_issue(1).published_at
        for number in range(2, 8):
            tags = [f"tag {number}", f"Tag {number}.5"]
            sections = [{"title": "One", "tags": tags}]
            make_issue(number, published_at=moment, published=None, sections=sections)

        issues = [i["number"] for page in walk(client, "issues/", limit=2) for i in page["results"]]
        tags = [tag["name"] for page in walk(client, "tags/", limit=5) for tag in page["results"]]

        assert issues == [7, 6, 5, 4, 3, 2, 1]
        assert tags == [name for n in range(2, 8) for name in (f"tag {n}", f"Tag {n}.5")]

    def test_pages_that_hold_all_have_no_next(self, client):
        make_issue(1, sections=["One", "Two"])

        assert ask(client, "sections/", limit=2)["next"] is None
        assert ask(client, "sections/", limit=2, q="one")["next"] is None
        assert ask(client, "sections/", limit=1)["next"] is not None

    @pytest.mark.parametrize("path", ["issues/", "sections/", "tags/"])
    @pytest.mark.parametrize("limit", ["101", "0", "-1", "x", "1e3", "", "9" * 400])
    def test_a_limit_beyond_the_most_is_refused_with_a_reason(self, client, path, limit):
        response = client.get(f"/api/v1/{path}", {"limit": limit})

        assert response.status_code == 422
        assert response.json()["detail"].startswith("limit: Input should be ")

    @pytest.mark.parametrize(
        "cursor",
        [
            *("x", "é", "W10", "bnVsbA", "e30", "WyJzZWN0aW9ucyJd", "W1tbW1s", "=" * 9),
            "WyJzZWN0aW9ucyIsMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMCwxLDEsMV0",  # huge
            "WyJzZWN0aW9ucyIsLTEsMSwxLDFd",  # negative
            "WyJpc3N1ZXMiLDE3OTQ5OTI0MDAwMDAwMDAsMTEwXQ",  # of another list
        ],
    )
    def test_a_wrong_cursor_is_refused_with_a_reason(self, client, cursor):
        for query in ({}, {"q": "tip"}):
            response = client.get("/api/v1/sections/", {"cursor": cursor, **query})

            assert response.status_code == 422
            assert response.json()["detail"].startswith("cursor: ")


class TestForgedCursors:
    """Anybody can write a cursor: what it says is only ever a place among what is public."""

    @pytest.mark.parametrize("sort", ["relevance", "date"])
    @pytest.mark.parametrize("full", ["true", "false"])
    def test_of_a_moment_to_come_open_nothing(self, client, sort, full):
        make_issue(1, YESTERDAY, [{"title": "A tip", "tags": ["shared"]}])
        hidden = {"title": "A coming tip", "tags": ["shared", "coming"], "type": "tool"}
        make_issue(2, TOMORROW, [hidden])
        moments = [paging.in_numbers(timezone.now() + TOMORROW * 2), paging.LARGEST - 1]
        query = {"q": "tip", "sort": sort, "full": full}
        honest = ask(client, "sections/", **query)

        forged = [
            ask(client, "sections/", cursor=paging.HITS.write(moment, 0), **query)
            for moment in moments
        ]

        assert honest["total"] == 1
        assert forged == [honest, honest]

    def test_of_a_moment_long_ago_find_what_was_public_then(self, client):
        make_issue(1, YESTERDAY, ["A tip"])

        answer = ask(client, "sections/", q="tip", cursor=paging.HITS.write(0, 0))

        assert (answer["total"], answer["results"], answer["next"]) == (0, [], None)

    def test_of_a_place_behind_all_find_no_more(self, client):
        make_issue(1, YESTERDAY, ["A tip"])
        now = paging.in_numbers(timezone.now())
        cursor = paging.HITS.write(now, paging.LARGEST - 1)

        answer = ask(client, "sections/", q="tip", cursor=cursor)

        assert (answer["total"], answer["results"], answer["next"]) == (1, [], None)


class TestRefusals:
    def test_unknown_addresses_are_json(self, client):
        for path in (
            "/api/",
            "/api/v1/nothing/",
            "/api/v2/",
            "/api/v1/issues/0/",
            "/api/v1/x\x00/",
        ):
            response = client.get(path, follow=True)

            assert response.status_code == 404
            assert response["Content-Type"] == "application/json"
            assert "nothing at this address" in response.json()["detail"]

    def test_an_address_without_its_slash_leads_on(self, client):
        response = client.get("/api/v1/tags?limit=1")

        assert (response.status_code, response["Location"]) == (301, "/api/v1/tags/?limit=1")
        assert response.json()["detail"].endswith("/api/v1/tags/?limit=1")

    @pytest.mark.parametrize("path", ["tags/", "tags", "nothing/", "docs", "openapi.json"])
    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
    def test_it_can_only_be_read(self, path, method):
        client = Client(enforce_csrf_checks=True)

        response = getattr(client, method)(f"/api/v1/{path}")

        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert "only be read" in response.json()["detail"]

    def test_more_parameters_than_are_read_are_refused(self, client):
        response = client.get("/api/v1/sections/?" + "&".join("tag=x" for _ in range(6000)))

        assert (response.status_code, response.json()) == (400, {"detail": "Bad Request"})

    def test_what_goes_wrong_on_our_side_is_said_in_json(self, rf):
        answer = open_answers(lambda request: HttpResponse("<h1>Sorry</h1>", status=500))

        response = answer(rf.get("/api/v1/issues/"))

        assert json.loads(response.content) == {"detail": "Something went wrong on our side."}
        assert response["Access-Control-Allow-Origin"] == "*"

    @pytest.mark.parametrize(
        ("path", "known"),
        [
            ("sections/", "q, tag, without, type, year, sort, full, limit, cursor"),
            *((path, "limit, cursor") for path in ("issues/", "tags/")),
            *((path, "none") for path in ("", "types/", "issues/1/", "sections/9/", "tags/x/")),
        ],
    )
    @pytest.mark.parametrize("name", ["typ", "Q", "utm_source", "", "é\x00", "x" * 999])
    def test_an_unknown_parameter_is_named_with_those_that_there_are(
        self, client, path, known, name
    ):
        response = client.get(f"/api/v1/{path}", {name: "web-tip"})

        reason = f"{name[:50]}: There is no such parameter; here are {known}."
        assert (response.status_code, response.json()) == (422, {"detail": reason})

    def test_a_refused_parameter_is_named(self, client):
        wrong = {"year": "12345", "sort": "price", "q": "x" * 201, "full": "y?", "tag": "x" * 101}
        for name, value in wrong.items():
            response = client.get("/api/v1/sections/", {name: value})

            assert response.status_code == 422
            assert response.json()["detail"].startswith(f"{name}: ")


class TestFormerAddresses:
    def test_they_lead_to_the_new_ones(self, client):
        issue = make_issue(1, sections=[{"title": "One", "tags": ["old"], "type": "news"}])
        section = issue.sections.get()
        tag, kind = Tag.objects.get(), SectionType.objects.get(slug="news")
        for path, row in (("/tags/before/", tag), ("/types/before/", kind)):
            FormerAddress.objects.remember(path, row._meta.model_name, row.pk)
        FormerAddress.objects.remember("/issues/9/", "issue", issue.pk)
        FormerAddress.objects.remember("/issues/1/before/", "section", section.pk)

        moved = {
            path: client.get(f"/api/v1/{path}")
            for path in ("tags/before/", "types/before/", "issues/9/", "issues/1/sections/before/")
        }

        assert {path: response.status_code for path, response in moved.items()} == dict.fromkeys(
            moved, 301
        )
        assert [response["Location"] for response in moved.values()] == [
            "/api/v1/tags/old/",
            "/api/v1/types/news/",
            "/api/v1/issues/1/",
            f"/api/v1/sections/{section.pk}/",
        ]
        assert all(response.json()["detail"] for response in moved.values())

    def test_what_is_hidden_now_is_404(self, client):
        issue = make_issue(1, sections=["One"])
        section = issue.sections.get()
        change(section, slug="two")
        FormerAddress.objects.remember("/issues/1/one/", "section", section.pk)
        change(issue, published_at=None)

        assert client.get("/api/v1/issues/1/sections/one/").status_code == 404


class TestOpenness:
    @pytest.mark.parametrize("path", ["", "tags/", "nothing/", "tags/?limit=x", "docs", "tags"])
    def test_every_site_may_read_the_refusals_too(self, client, path):
        response = client.get(f"/api/v1/{path}", headers={"Origin": "https://example.org"})

        assert response["Access-Control-Allow-Origin"] == "*"

    def test_a_preflight_is_answered(self, client):
        headers = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}

        response = client.options("/api/v1/sections/", headers=headers)

        assert (response.status_code, response.content) == (204, b"")
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "GET" in response["Access-Control-Allow-Methods"]

    def test_other_pages_are_not_opened(self, client):
        assert "Access-Control-Allow-Origin" not in client.get("/issues/").headers

    def test_answers_may_be_kept_for_a_short_while(self, client):
        assert client.get("/api/v1/tags/")["Cache-Control"] == FRESH
        assert "Cache-Control" not in client.get("/api/v1/tags/x/").headers

    @pytest.mark.parametrize("path", ["tags/", "nothing/", "tags", "tags/?limit=x", "docs"])
    def test_head_is_answered_as_get_is_without_text(self, rf, path):
        answer = get_wsgi_application()  # the test client would take the text away itself

        full = answer.get_response(rf.get(f"/api/v1/{path}"))
        response = answer.get_response(rf.head(f"/api/v1/{path}"))

        assert full.content
        assert not response.content
        assert response.status_code == full.status_code
        assert headers_of(response) == headers_of(full)
        assert int(response["Content-Length"]) == len(full.content)

    def test_what_has_not_changed_is_304_and_still_open(self, client):
        make_issue(1, sections=["One", "Two"])
        urls = ["/api/v1/sections/?q=one", "/api/v1/sections/?q=one&limit=1", "/api/v1/issues/1/"]

        for url in urls:
            tag = client.get(url)["ETag"]
            response = client.get(url, headers={"If-None-Match": tag})
            assert response.status_code == 304
            assert response["Access-Control-Allow-Origin"] == "*"
            assert response["Cache-Control"] == FRESH


class TestReferences:
    def test_lead_to_what_is_public_and_name_it_as_it_is_called_today(self, client):
        issue = make_issue(1, YESTERDAY * 2, ["Load later", "Hidden"])
        make_issue(2, sections=[{"title": "See", "body": "As [[1/load-later]] and [[9/x]] say"}])
        change(issue.sections.get(title="Load later"), title="Load images later")
        section = Section.objects.get(title="See")

        for path in (f"sections/{section.pk}/", "issues/2/sections/see/", "sections/?full=true"):
            answer = client.get(f"/api/v1/{path}").json()
            html = answer.get("body_html") or answer["results"][0]["body_html"]

            assert "/issues/1/load-later/" in html
            assert ">Load images later</a> and #9 say" in html
