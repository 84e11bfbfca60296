"""The index of tags, by letter and by use."""

import pytest

from issues.models import Tag
from issues.tag_index import by_letter, letter_of
from tests.builders import TOMORROW, YESTERDAY, make_issue

pytestmark = pytest.mark.django_db


def index(client, query=""):
    return client.get(f"/tags/{query}")


class TestLetters:
    @pytest.mark.parametrize(
        ("name", "letter"),
        [
            *(("css", "C"), ("Ärger", "A"), ("Øresund", "Ø"), ("ßharp", "S")),
            *(("3D", "#"), (".NET", "#"), ("٣", "#"), ("🎉 party", "#"), ("C++", "C")),
            *(("Ёлка", "Ё"), ("Άνθος", "Α"), ("機械学習", "機"), ("ガラス", "ガ"), ("한국", "한")),
            *(("ａｂｃ", "A"), ("ﬁne", "F"), ("e\u0301tude", "E")),
        ],
    )
    def test_a_name_stands_under_its_first_letter(self, name, letter):
        assert letter_of(name) == letter

    def test_names_without_a_letter_come_last_and_accents_do_not_part_names(self):
        tags = [Tag(name=name) for name in ("3D", "Zebra", "ärger", "Arm", "Яблоко", "Ast")]

        letters = by_letter(tags)

        assert [(one.name, [tag.name for tag in one.tags]) for one in letters] == [
            ("A", ["ärger", "Arm", "Ast"]),
            ("Z", ["Zebra"]),
            ("Я", ["Яблоко"]),
            ("#", ["3D"]),
        ]

    def test_each_letter_can_be_jumped_to(self, client):
        make_issue(1, sections=[{"title": "A", "tags": ["css", "3D", "Ästhetik", "機械"]}])

        html = index(client).content.decode()

        for anchor, name in (("a", "A"), ("c", "C"), ("機", "機"), ("other", "#")):
            assert f'<a href="#letter-{anchor}">{name}</a>' in html
            assert f'<h2 id="letter-{anchor}">{name}</h2>' in html


class TestUse:
    def test_the_most_used_come_first_and_equals_by_name(self, client):
        make_issue(1, sections=[{"title": "A", "tags": ["b", "c"]}, {"title": "B", "tags": ["c"]}])
        make_issue(2, sections=[{"title": "C", "tags": ["a"]}])

        response = index(client, "?by=use")

        shown = [(tag.name, tag.count) for tag in response.context["tags"]]
        assert shown == [("c", 2), ("a", 1), ("b", 1)]
        html = response.content.decode()
        assert '<a href="/tags/?by=use" aria-current="page">By use</a>' in html
        assert 'rel="canonical" href="http://127.0.0.1:8000/tags/"' in html

    def test_any_other_order_is_that_of_the_letters(self, client):
        make_issue(1, sections=[{"title": "A", "tags": ["b"]}])

        html = index(client, "?by=nonsense").content.decode()

        assert '<a href="/tags/" aria-current="page">By letter</a>' in html


class TestPublicUse:
    def test_only_public_sections_count(self, client):
        make_issue(1, YESTERDAY, [{"title": "A", "tags": ["open"]}])
        make_issue(2, None, [{"title": "A", "tags": ["open", "secret"]}])
        make_issue(3, TOMORROW, [{"title": "A", "tags": ["open", "coming"]}])

        for query in ("", "?by=use"):
            tags = index(client, query).context["tags"]
            assert [(tag.name, tag.count) for tag in tags] == [("open", 1)]

    def test_an_index_of_nothing_says_so(self, client):
        assert "There is none yet." in index(client).content.decode()
