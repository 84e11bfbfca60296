"""What the search box suggests."""

import pytest

from tests.builders import TOMORROW, YESTERDAY, make_issue, make_public, make_section

pytestmark = pytest.mark.django_db

URL = "/search/suggest/"


def ask(client, text: str) -> dict:
    response = client.get(URL, {"q": text})
    assert response.status_code == 200, repr(text[:20])
    return response.json()


class TestSuggestions:
    def test_a_tag_is_suggested_from_its_first_letter_with_its_count(self, client):
        make_issue(1, sections=[{"title": "One", "tags": ["CSS"]}, {"title": "2", "tags": ["css"]}])

        assert ask(client, "c")["tags"] == [{"name": "CSS", "url": "/tags/css/", "count": 2}]

    def test_a_section_is_suggested_with_what_its_line_shows(self, client):
        section = {"title": "Load later", "type": "web-tip", "tags": ["images"]}
        make_issue(7, None, [section], published_at="2025-03-05T09:00Z")

        answer = ask(client, "load")

        assert answer["tags"] == []
        assert answer["sections"] == [
            {
                "title": "Load later",
                "url": "/issues/7/load-later/",
                "type": "Web tip",
                "emoji": "🌐",
                "issue": 7,
                "date": "5 Mar 2025",
            }
        ]

    def test_the_date_is_that_of_the_site(self, client, settings):
        settings.TIME_ZONE = "Pacific/Auckland"
        make_issue(7, None, ["Load later"], published_at="2025-03-05T12:00Z")

        assert ask(client, "load")["sections"][0]["date"] == "6 Mar 2025"

    @pytest.mark.parametrize(
        ("titles", "said"),
        [([], "No suggestions"), (["Tip"], "1 suggestion"), (["Tip", "Tip 2"], "2 suggestions")],
    )
    def test_it_is_said_how_many_there_are(self, client, titles, said):
        make_issue(1, sections=titles)

        assert ask(client, "tip")["said"] == said

    @pytest.mark.parametrize("text", ["", " ", "+++", '"', "zzz"])
    def test_nothing_is_suggested_for_what_is_the_beginning_of_nothing(self, client, text):
        make_issue(1, sections=[{"title": "One", "tags": ["css"]}])

        assert ask(client, text) == {"tags": [], "sections": [], "said": "No suggestions"}


class TestAnswer:
    def test_may_be_kept_for_a_minute_and_is_not_indexed(self, client):
        response = client.get(URL, {"q": "a"})

        assert response["Cache-Control"] == "public, max-age=60"
        assert response["X-Robots-Tag"] == "noindex"
        assert response["Content-Type"] == "application/json"
        assert "Cookie" not in response.headers.get("Vary", "")
        assert not response.cookies

    def test_no_text_is_an_error(self, client):
        make_issue(1, sections=[{"title": "One", "tags": ["css"]}])

        for text in ("\x00", "a\x00b", "x" * 10_000, "%", "tag:", "-tag:\x00", "😀", "\n\t", "c++"):
            ask(client, text)

    @pytest.mark.parametrize("query", ["", "q", "q=%00", "q=%ED%A0%80", "q=%ff", "q=a&q=%00"])
    def test_no_query_is_an_error(self, client, query):
        assert client.get(f"{URL}?{query}").status_code == 200

    def test_only_reading_is_possible(self, client):
        assert client.head(URL).status_code == 200
        assert client.post(URL).status_code == 405


class TestLeak:
    def test_the_hidden_is_not_suggested(self, client):
        hidden = {"title": "Hidden zebrafish", "tags": ["zebrafish"]}
        make_issue(1, YESTERDAY, ["An open tip"])
        make_issue(2, None, [hidden])
        make_issue(3, TOMORROW, [hidden])
        make_section(issue=None, **hidden)

        for text in ("z", "zebrafish", "zebra", "hid", "hidden"):
            assert ask(client, text)["said"] == "No suggestions", text

    def test_the_same_is_suggested_once_it_is_public(self, client):
        issue = make_issue(2, None, [{"title": "Hidden zebrafish", "tags": ["zebrafish"]}])
        make_public(issue)

        assert ask(client, "zebrafish")["said"] == "2 suggestions"
