"""What pages say of themselves to search engines, and to sites where somebody shares them."""

import json

import html5lib
import pytest
from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from issues.models import Section
from tests.builders import YESTERDAY, change, make_issue

pytestmark = pytest.mark.django_db

SITE = "https://news.example.org"
MOMENT = "2025-12-03T09:00:00+00:00"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE
    cache.clear()


class Head:
    """What a page has in its head: `meta` by name or property, links by `rel`, and the data."""

    def __init__(self, html: str):
        tree = html5lib.parse(html, namespaceHTMLElements=False)
        self.meta, self.links = {}, {}
        for meta in tree.iterfind("./head/meta"):
            name = meta.get("name") or meta.get("property")
            assert name is None or name == "theme-color" or name not in self.meta, name
            self.meta[name] = meta.get("content")
        for link in tree.iterfind("./head/link"):
            self.links.setdefault(link.get("rel"), link.get("href"))
        scripts = [script.text for script in tree.iterfind("./head/script[@type]")]
        self.data = [json.loads(text) for text in scripts if text]

    def graph(self) -> dict[str, dict]:
        [document] = self.data
        assert document["@context"] == "https://schema.org"
        return {node["@type"]: node for node in document["@graph"]}

    def trail(self) -> list[tuple[str, str]]:
        items = self.graph()["BreadcrumbList"]["itemListElement"]
        assert [item["position"] for item in items] == list(range(1, len(items) + 1))
        return [(item["name"], item["item"].removeprefix(SITE)) for item in items]


def head(client, url: str) -> Head:
    response = client.get(url)
    assert response.status_code == 200
    return Head(response.content.decode())


@pytest.fixture
def issue():
    sections = [
        {"title": "Warm up", "body": "Raise the rate slowly.", "tags": ["training", "rates"]},
        {"title": "Out now", "type": "news", "tags": ["training"]},
    ]
    texts = {"title": "Rates", "summary": "How\nto begin."}
    return make_issue(1, None, sections, published_at=MOMENT, **texts)


class TestEveryPage:
    URLS = [
        *("/", "/issues/", "/issues/?year=2025", "/issues/1/", "/issues/1/warm-up/", "/tags/"),
        *("/tags/training/", "/types/ml-tip/"),
    ]

    @pytest.mark.parametrize("url", URLS)
    def test_says_what_it_is_once(self, client, issue, url):
        page = head(client, url)

        assert page.links["canonical"] == SITE + url
        assert page.meta["og:url"] == SITE + url
        assert page.meta["og:title"]
        assert page.meta["description"] == page.meta["og:description"] != ""
        assert page.meta["og:site_name"] == "Bitsletter"
        assert page.meta["twitter:card"] == "summary_large_image"
        assert (page.meta["og:image:width"], page.meta["og:image:height"]) == ("1200", "630")
        assert page.meta["og:image:alt"]
        assert "robots" not in page.meta

    @pytest.mark.parametrize("url", URLS)
    def test_has_a_picture_of_the_version_that_is_named(self, client, issue, url):
        address = head(client, url).meta["og:image"]

        assert address.startswith(f"{SITE}/")
        path, _, version = address.removeprefix(SITE).partition("?v=")
        assert client.get(path)["ETag"] == f'"{version}"'

    def test_names_no_host_but_its_own(self, client, issue, settings):
        settings.ALLOWED_HOSTS = ["other.example"]

        for url in self.URLS:
            html = client.get(url, headers={"host": "other.example"}).content.decode()
            assert "other.example" not in html

    @pytest.mark.parametrize("url", ["/types/ml-tip/", "/issues/"])
    def test_of_a_list_the_second_is_a_page_of_its_own(self, client, url):
        for number in range(1, 13):
            section = {"title": "Tip", "tags": ["training"]}
            make_issue(number, YESTERDAY * number, [section])

        page = head(client, f"{url}?page=2&utm_source=x")

        assert page.links["canonical"] == page.meta["og:url"] == f"{SITE}{url}?page=2"

    def test_is_named_as_links_and_feeds_name_it(self, client):
        make_issue(1, sections=[{"title": "Tip", "tags": ["日本語"]}])
        address = f"{SITE}/tags/%E6%97%A5%E6%9C%AC%E8%AA%9E/"

        page = head(client, "/tags/日本語/")

        assert page.links["canonical"] == page.meta["og:url"] == address
        assert page.trail()[-1] == ("Tagged 日本語", address.removeprefix(SITE))
        assert head(client, "/tags/日本語/all/").links["canonical"] == address

    def test_is_still_there_when_there_is_no_issue(self, client):
        for url in ("/", "/issues/", "/tags/"):
            assert head(client, url).meta["og:title"]


class TestIssues:
    def test_an_issue_is_a_posting_of_the_site(self, client, issue):
        page = head(client, "/issues/1/")

        posting = page.graph()["BlogPosting"]
        assert (posting["headline"], posting["description"]) == ("Rates", "How to begin.")
        assert posting["mainEntityOfPage"] == f"{SITE}/issues/1/"
        assert posting["datePublished"] == posting["dateModified"] == "2025-12-03T09:00:00Z"
        organization = {"@type": "Organization", "name": "Bitsletter", "url": f"{SITE}/"}
        assert posting["author"] == posting["publisher"] == organization
        assert posting["image"]["url"] == page.meta["og:image"]
        assert posting["keywords"] == ["rates", "training"]
        assert posting["isPartOf"]["url"] == f"{SITE}/"

    def test_it_is_an_article_of_its_day(self, client, issue):
        meta = head(client, "/issues/1/").meta

        assert meta["og:type"] == "article"
        assert meta["article:published_time"] == MOMENT
        assert "article:modified_time" not in meta

    def test_without_a_summary_its_sections_describe_it(self, client):
        make_issue(1, sections=["Warm up", "Cool down"])

        assert head(client, "/issues/1/").meta["description"] == "Warm up · Cool down"

    def test_a_long_summary_is_shortened(self, client):
        make_issue(1, summary="word " * 200)

        description = head(client, "/issues/1/").meta["description"]

        assert len(description) == 300
        assert description.endswith("…")

    def test_its_way_leads_over_the_archive(self, client, issue):
        assert head(client, "/issues/1/").trail() == [
            ("Bitsletter", "/"),
            ("Archive", "/issues/"),
            ("#1 Rates", "/issues/1/"),
        ]


class TestSections:
    def test_a_section_is_a_posting_in_its_issue(self, client, issue):
        page = head(client, "/issues/1/warm-up/")

        posting = page.graph()["BlogPosting"]
        assert posting["headline"] == page.meta["og:title"] == "Warm up"
        assert posting["description"] == page.meta["description"] == "Raise the rate slowly."
        assert posting["keywords"] == ["rates", "training"]
        part_of = {"name": "Rates", "url": f"{SITE}/issues/1/", "issueNumber": 1}
        assert posting["isPartOf"] == {"@type": "PublicationIssue", **part_of}

    def test_without_a_text_its_title_describes_it(self, client, issue):
        assert head(client, "/issues/1/out-now/").meta["description"] == "News: Out now"

    def test_its_way_leads_over_its_issue(self, client, issue):
        assert head(client, "/issues/1/warm-up/").trail() == [
            ("Bitsletter", "/"),
            ("Archive", "/issues/"),
            ("#1 Rates", "/issues/1/"),
            ("Warm up", "/issues/1/warm-up/"),
        ]

    def test_a_correction_is_dated(self, client, issue):
        change(issue.sections.first(), body="Corrected.")
        today = timezone.now().date().isoformat()

        for url in ("/issues/1/", "/issues/1/warm-up/"):
            page = head(client, url)
            assert page.meta["article:modified_time"].startswith(today)
            assert page.graph()["BlogPosting"]["dateModified"].startswith(today)
        assert "article:modified_time" not in head(client, "/issues/1/out-now/").meta

    def test_a_correction_before_the_publication_is_none(self, client, issue):
        Section.objects.update(corrected_at="2025-12-01T09:00Z")

        assert "article:modified_time" not in head(client, "/issues/1/warm-up/").meta


class TestLists:
    def test_home_is_a_site_that_can_be_searched(self, client, issue):
        page = head(client, "/")

        action = page.graph()["WebSite"]["potentialAction"]
        assert action["@type"] == "SearchAction"
        assert action["target"]["urlTemplate"] == f"{SITE}/search/?q={{search_term_string}}"
        assert page.meta["og:type"] == "website"

    @pytest.mark.parametrize(
        ("url", "trail"),
        [
            ("/issues/", [("Archive", "/issues/")]),
            (
                "/issues/?year=2025",
                [("Archive", "/issues/"), ("Archive of 2025", "/issues/?year=2025")],
            ),
            ("/tags/", [("Tags", "/tags/")]),
            ("/tags/rates/", [("Tags", "/tags/"), ("Tagged rates", "/tags/rates/")]),
            ("/types/ml-tip/", [("Archive", "/issues/"), ("ML tips", "/types/ml-tip/")]),
        ],
    )
    def test_lists_say_where_they_stand(self, client, issue, url, trail):
        assert head(client, url).trail() == [("Bitsletter", "/"), *trail]

    def test_a_tag_is_described_in_its_own_words(self, client, issue):
        tag = issue.sections.first().tags.get(name="rates")
        tag.description = "How fast\nit learns."
        tag.save()

        assert head(client, "/tags/rates/").meta["description"] == "How fast it learns."


class TestWhatIsNotForSearchEngines:
    def test_a_draft_that_is_shown_says_nothing_of_itself(self, issue, rf):
        context = {"issue": issue, "sections": list(issue.sections.all()), "preview": True}

        page = Head(render_to_string("issues/issue_detail.html", context, rf.get("/")))

        assert page.meta["robots"] == "noindex, nofollow"
        assert page.data == []
        assert "canonical" not in page.links
        assert not {"description", "twitter:card"} & set(page.meta)
        assert not [name for name in page.meta if name and name.startswith("og:")]

    def test_answers_to_a_question_are_followed_but_not_kept(self, client, issue):
        for query in ("?q=warm", "?tag=training", "?q=warm&page=1"):
            page = head(client, f"{reverse('issues:search')}{query}")
            assert page.meta["robots"] == "noindex,follow"
            assert page.data == []

    def test_the_search_itself_is_a_page_like_others(self, client, issue):
        page = head(client, reverse("issues:search"))

        assert "robots" not in page.meta
        assert page.links["canonical"].endswith("/search/")
        assert "by words, tag, type and year" in page.meta["description"]

    def test_error_pages_are_not_kept(self, client):
        page = Head(client.get("/nothing/").content.decode())

        assert page.meta["robots"] == "noindex"
        assert "og:title" not in page.meta


class TestEscaping:
    NASTY = "</script><script>alert(1)</script> <!-- & \u2028 \" ' \\ {{ x }}"

    def test_no_title_ends_the_data(self, client):
        tags = ["</script> & co"]
        section = {"title": self.NASTY, "body": self.NASTY, "tags": tags, "slug": "tip"}
        make_issue(1, title=self.NASTY, summary=self.NASTY, sections=[section])

        for url in ("/", "/issues/1/", "/issues/1/tip/", "/tags/script-co/"):
            html = client.get(url).content.decode()
            html5lib.HTMLParser(strict=True).parse(html)
            assert html.count("<script") == html.count("</script>")
            assert "<script>alert" not in html
            assert Head(html).graph()

    def test_it_is_read_as_it_was_written(self, client):
        make_issue(1, sections=[{"title": self.NASTY, "slug": "tip"}])
        title = Section.objects.get().title

        page = head(client, "/issues/1/tip/")

        assert page.graph()["BlogPosting"]["headline"] == page.meta["og:title"] == title
