"""The shelf of a tag, what stands on it, and all of it on one page."""

import re

import html5lib
import pytest
from django.test import Client

from issues import shelf
from issues.models import SectionType, Tag
from tests.builders import TOMORROW, YESTERDAY, forget_pages, make_issue, make_section

pytestmark = pytest.mark.django_db


def tip(title, *tags, **fields) -> dict:
    return {"title": title, "tags": ["css", *tags], **fields}


def shelf_page(client, slug="css"):
    return client.get(f"/tags/{slug}/")


class TestGroups:
    def test_sections_stand_under_their_types_in_the_order_of_those(self, client):
        sections = [tip("Grid", type="news"), tip("Flex"), {"title": "Untagged"}]
        make_issue(1, YESTERDAY * 2, [tip("Old", type="news")])
        make_issue(2, YESTERDAY, sections)

        groups = shelf_page(client).context["groups"]

        assert [(group.type.slug, group.count) for group in groups] == [("ml-tip", 1), ("news", 2)]
        assert [section.title for section in groups[1].sections] == ["Grid", "Old"]

    def test_an_editor_may_change_the_order_of_types_at_once(self, client):
        make_issue(1, sections=[tip("Flex"), tip("Grid", type="news")])
        shelf_page(client)

        news = SectionType.objects.get(slug="news")
        news.position, news.plural = 0, "Latest"
        news.save()

        assert [group.type.plural for group in shelf_page(client).context["groups"]] == [
            *("Latest", "ML tips")
        ]

    def test_a_group_shows_the_newest_and_leads_to_the_others(self, client):
        make_issue(1, sections=[tip(f"Tip {place}") for place in range(1, 8)])

        page = shelf_page(client)

        assert [section.title for section in page.context["groups"][0].sections] == [
            *("Tip 1", "Tip 2", "Tip 3", "Tip 4", "Tip 5")
        ]
        html = page.content.decode()
        assert 'href="/search/?tag=css&amp;type=ml-tip">All 7 ML tips tagged css</a>' in html

    def test_a_group_that_shows_all_leads_nowhere(self, client):
        make_issue(1, sections=[tip("Flex")])

        assert "/search/?tag=" not in shelf_page(client).content.decode()

    def test_the_address_in_the_search_is_quoted(self, client):
        make_issue(1, sections=[{"title": f"Tip {n}", "tags": ["機械"]} for n in range(6)])

        html = client.get("/tags/機械/").content.decode()

        assert "?tag=%E6%A9%9F%E6%A2%B0&amp;type=ml-tip" in html

    def test_hidden_sections_are_neither_shown_nor_counted(self, client):
        make_issue(1, YESTERDAY, [tip("Open")])
        make_issue(2, None, [tip("Draft")])
        make_issue(3, TOMORROW, [tip("Scheduled", type="news")])
        make_section(None, **tip("Inbox"))

        context = shelf_page(client).context

        assert context["shelf"].total == 1
        assert [group.type.slug for group in context["groups"]] == ["ml-tip"]

    def test_a_tag_of_hidden_sections_does_not_exist(self, client):
        make_issue(1, None, [tip("Draft")])

        assert shelf_page(client).status_code == 404
        assert client.get("/tags/css/all/").status_code == 404

    def test_a_page_of_the_long_list_that_was_here_leads_to_the_shelf(self, client):
        make_issue(1, sections=[tip("Flex")])

        response = client.get("/tags/css/?page=2")

        assert response.status_code == 200
        assert 'rel="canonical" href="http://127.0.0.1:8000/tags/css/"' in response.content.decode()

    def test_description_and_feeds_are_on_the_shelf(self, client):
        make_issue(1, sections=[tip("Flex")])
        Tag.objects.update(description="Style <sheets>.")

        html = shelf_page(client).content.decode()

        assert "Style &lt;sheets&gt;." in html
        assert 'href="feed.xml"' in html
        assert 'href="feed.json"' in html


class TestCapitals:
    @pytest.mark.parametrize(
        ("path", "target"),
        [
            ("/tags/CSS/", "/tags/css/"),
            ("/tags/Css/all/", "/tags/css/all/"),
            ("/tags/%C3%89COUTE/", "/tags/%C3%A9coute/"),
        ],
    )
    def test_a_slug_in_capitals_leads_to_the_tag(self, client, path, target):
        make_issue(1, sections=[tip("Flex", "Écoute")])

        response = client.get(path)

        assert (response.status_code, response["Location"]) == (301, target)

    def test_it_leads_to_nothing_that_is_hidden(self, client):
        make_issue(1, None, [tip("Draft")])

        for slug in ("CSS", "NOTHING", "İ" * 100):
            assert client.get(f"/tags/{slug}/").status_code == 404

    def test_a_tag_whose_slug_has_capitals_is_itself(self, client):
        make_issue(1, sections=[tip("Flex", "Grid")])
        Tag.objects.filter(slug="grid").update(slug="CSS")

        assert client.get("/tags/CSS/").context["tag"].name == "Grid"

    def test_it_costs_the_same_in_any_archive(self, client, django_assert_num_queries):
        make_issue(1, sections=[tip("Flex")])
        client.get("/tags/CSS/")

        with django_assert_num_queries(7):
            client.get("/tags/CSS/")
        for number in range(2, 20):
            make_issue(number, YESTERDAY * number, [tip("A", "grid")])
        client.get("/tags/CSS/")
        with django_assert_num_queries(7):
            client.get("/tags/CSS/")


class TestRelated:
    def related(self, name="css") -> list[str]:
        return [
            Tag.objects.get(pk=pk).name for pk in shelf.gather(Tag.objects.get(name=name)).related
        ]

    def test_tags_that_are_often_given_together_are_related(self):
        sections = [tip("A", "grid"), tip("B", "grid"), tip("C", "colour"), {"title": "D"}]
        make_issue(1, sections=sections)

        assert self.related() == ["grid"]
        assert self.related("grid") == ["css"]

    def test_a_tag_that_is_everywhere_is_near_to_none(self):
        sections = [tip("A", "grid", "web"), tip("B", "grid", "web")]
        sections += [{"title": f"Other {number}", "tags": ["web"]} for number in range(10)]
        make_issue(1, sections=sections)

        assert self.related() == ["grid"]

    def test_the_rarer_of_two_stands_first(self):
        both = [tip("A", "broad", "rare"), tip("B", "broad", "rare")]
        others = [{"title": f"Other {number}", "tags": ["broad"]} for number in range(3)]
        bare = [{"title": f"Bare {number}"} for number in range(20)]
        make_issue(1, sections=[*both, *others, *bare])

        assert self.related() == ["rare", "broad"]

    def test_there_are_at_most_eight_and_their_order_is_stable(self):
        names = [f"tag {number}" for number in range(12)]
        make_issue(1, sections=[tip("A", *names), tip("B", *reversed(names)), {"title": "C"}])

        first = self.related()

        assert len(first) == 8
        assert self.related() == first

    def test_what_only_drafts_share_is_not_related(self):
        make_issue(1, YESTERDAY, [tip("A", "grid"), {"title": "B"}])
        make_issue(2, None, [tip("A", "grid"), tip("B", "secret"), tip("C", "secret")])

        assert self.related() == []

    def test_a_renamed_tag_is_shown_by_its_new_name(self, client):
        make_issue(1, sections=[tip("A", "grid"), tip("B", "grid"), {"title": "C"}])
        shelf_page(client)

        tag = Tag.objects.get(name="grid")
        tag.name = "Raster"
        tag.save()

        assert [tag.name for tag in shelf_page(client).context["related"]] == ["Raster"]


class TestEverything:
    BODY = '# Why\n\nA note[^1] about `<p id="x">`, and id="y".\n\n[^1]: Well.'

    def test_the_full_texts_are_there_the_newest_first(self, client):
        make_issue(1, YESTERDAY * 2, [tip("Old", body="Old **words**")])
        make_issue(2, YESTERDAY, [tip("New"), {"title": "Untagged", "body": "elsewhere"}])
        make_issue(3, TOMORROW, [tip("Coming")])

        response = client.get("/tags/css/all/")

        assert [section.title for section in response.context["sections"]] == ["New", "Old"]
        assert "Old <strong>words</strong>" in response.content.decode()
        assert "elsewhere" not in response.content.decode()

    def test_references_lead_to_what_is_public(self, client):
        body = "See [[2/flex]] and [[3/secret]]."
        make_issue(1, YESTERDAY, [tip("Grid", body=body)])
        make_issue(2, YESTERDAY * 2, ["Flex"])
        make_issue(3, None, ["Secret"])

        html = client.get("/tags/css/all/").content.decode()

        assert '<a class="reference" href="/issues/2/flex/">Flex</a>' in html
        assert "/issues/3/" not in html
        assert "Secret" not in html

    def test_search_engines_are_led_to_the_shelf(self, client):
        make_issue(1, sections=[tip("Flex")])

        html = client.get("/tags/css/all/").content.decode()

        assert '<meta name="robots" content="noindex">' in html
        assert 'rel="canonical" href="http://127.0.0.1:8000/tags/css/"' in html

    def test_beyond_what_a_page_holds_it_says_so(self, client, monkeypatch):
        monkeypatch.setattr(shelf, "MOST", 2)
        monkeypatch.setattr("issues.tag_pages.MOST", 2)
        make_issue(1, sections=[tip("A"), tip("B"), tip("C")])

        response = client.get("/tags/css/all/")

        assert [section.title for section in response.context["sections"]] == ["A", "B"]
        assert "The newest 2 of 3 are on this page." in response.content.decode()

    def test_ids_are_those_of_one_section_each(self, client):
        for number in (1, 2):
            make_issue(number, YESTERDAY * number, [tip("Same", body=self.BODY)])

        html = client.get("/tags/css/all/").content.decode()

        html5lib.HTMLParser(strict=True).parse(html)
        tags = "".join(re.findall(r"<[^>]+>", html))
        ids = re.findall(r' id="([^"]+)"', tags)
        assert len(ids) == len(set(ids))
        assert {"1-same", "2-same", "1-same--why", "2-same--why"} <= set(ids)
        assert set(re.findall(r'href="#([^"]+)"', tags)) <= set(ids)
        assert 'and id="y".' in html

    def test_neither_page_asks_who_reads(self):
        make_issue(1, sections=[tip("Flex")])

        for url in ("/tags/css/", "/tags/css/all/", "/tags/?by=use"):
            response = Client().get(url)
            assert not response.cookies
            assert "Cookie" not in response.headers.get("Vary", "")


class TestCost:
    def test_a_warm_shelf_asks_the_same_of_any_archive(self, client, django_assert_num_queries):
        make_issue(1, sections=[tip("A", "grid"), tip("B", "grid"), {"title": "C"}])
        shelf_page(client)
        forget_pages()

        with django_assert_num_queries(7):
            shelf_page(client)
        for number in range(2, 30):
            make_issue(number, YESTERDAY * number, [tip("A", "grid"), tip("B", type="news")])
        shelf_page(client)
        forget_pages()
        with django_assert_num_queries(7):
            shelf_page(client)

    @pytest.mark.parametrize("query", ["page=x", "page=%00", "by=%00", "page=1&page=2", "a=%ED%A0"])
    def test_any_query_is_fine(self, client, query):
        make_issue(1, sections=[tip("Flex")])

        for path in ("/tags/css/", "/tags/css/all/", "/tags/"):
            assert client.get(f"{path}?{query}").status_code == 200

    @pytest.mark.parametrize("slug", ["%00", "%ED%A0%80", "x" * 101, "nothing", "٣", "a%2Fb"])
    def test_any_other_slug_is_404(self, client, slug):
        assert client.get(f"/tags/{slug}/").status_code == 404
        assert client.get(f"/tags/{slug}/all/").status_code == 404
