"""What feed readers get."""

import datetime
import json
import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import quote, urlsplit

import feedparser
import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import http_date

from issues import rendering, tagging
from issues.models import FormerAddress, Issue, Section, SectionType, Tag
from tests.builders import TOMORROW, YESTERDAY, change, make_issue, make_section

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("/feed", "/types/ml-tip/feed", "/tags/css/feed", "/search/feed")
BODY = (
    "## Why\n\nSee [the tags](/tags/) and [this](#why).[^1]\n\n"
    "![A cat](/media/a/cat.png)\n\n[^1]: Well."
)
# Controls, a non-character, and what would end a CDATA section.
UNPRINTABLE = "Bad \x00\x01\x0b\x1f\x7f\x9f\ufffe ]]> & <b> title"


@pytest.fixture(autouse=True)
def host(settings):
    """Let the site live elsewhere than where the requests go to."""
    settings.SITE_URL = "https://news.example.org"


@pytest.fixture
def issue():
    tip = {
        "title": "Grid & gap",
        "body": BODY,
        "tags": ["CSS"],
        "link": "https://example.com/?a=1&b=2",
    }
    news = {"title": "Other news", "type": "news", "byline": "A. Writer"}
    return make_issue(
        7, YESTERDAY, [tip, news], summary="Of grids.", intro="Hello[^1]\n\n[^1]: You."
    )


def query_of(feed) -> str:
    return "?q=grid" if feed.startswith("/search/") else ""


def read_atom(client, feed, **headers):
    """Give the feed as feedparser reads its bytes; any mistake in it fails the test."""
    response = client.get(f"{feed}.xml{query_of(feed)}", **headers)
    assert response.status_code == 200, feed
    ElementTree.fromstring(response.content)
    parsed = feedparser.parse(response.content)
    assert (parsed.bozo, parsed.version) == (0, "atom10")
    return parsed


def read_json(client, feed):
    response = client.get(f"{feed}.json{query_of(feed)}")
    assert response.status_code == 200, feed
    document = json.loads(response.content)
    check_json_feed(document)
    return document


def check_json_feed(feed):
    """Check every field against https://www.jsonfeed.org/version/1.1/."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert set(feed) <= {
        *("version", "title", "home_page_url", "feed_url", "description", "language"),
        *("authors", "items"),
    }
    assert all(is_whole(feed[name]) for name in ("home_page_url", "feed_url"))
    assert all(author["name"] and is_whole(author["url"]) for author in feed["authors"])
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))
    for item in feed["items"]:
        check_json_item(item)


def check_json_item(item):
    strings = ("id", "url", "external_url", "title", "summary", "content_html")
    assert set(item) <= {*strings, "date_published", "date_modified", "tags"}
    assert all(isinstance(item[name], str) for name in strings if name in item)
    assert item["id"]
    assert item["content_html"]
    assert is_whole(item["url"])
    assert all(isinstance(tag, str) and tag for tag in item.get("tags", []))
    for name in ("date_published", "date_modified"):
        # RFC 3339, section 5.6
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", item[name])


def is_whole(url) -> bool:
    return bool(urlsplit(url).scheme and urlsplit(url).hostname)


def updated(client, feed="/feed") -> list[datetime.datetime]:
    return [parse_datetime(entry.updated) for entry in read_atom(client, feed).entries]


class TestFormats:
    @pytest.mark.parametrize("feed", FEEDS)
    def test_an_atom_feed_is_without_mistakes(self, client, issue, feed):
        parsed = read_atom(client, feed)

        assert len(parsed.entries) == 1
        assert parsed.feed.id.startswith("tag:news.example.org,2026:")
        assert parsed.feed.author_detail.name == "Bitsletter"
        assert parsed.feed.language == "en-gb"
        links = {link.rel: link.href for link in parsed.feed.links}
        page = feed.removesuffix("feed") + query_of(feed)
        assert links == {
            "alternate": f"https://news.example.org{page}",
            "self": f"https://news.example.org{feed}.xml{query_of(feed)}",
        }

    @pytest.mark.parametrize("feed", FEEDS)
    def test_atom_has_all_that_the_standard_asks_for(self, client, issue, feed):
        """RFC 4287, sections 4.1.1 and 4.1.2: exactly one of each."""
        root = ElementTree.fromstring(client.get(f"{feed}.xml{query_of(feed)}").content)

        for element in (root, *root.iter(f"{ATOM}entry")):
            for name in ("id", "title", "updated"):
                assert len(element.findall(ATOM + name)) == 1
        assert root.find(f"{ATOM}author/{ATOM}name").text == "Bitsletter"
        for entry in root.iter(f"{ATOM}entry"):
            assert entry.find(f"{ATOM}content").get("type") == "html"
            assert entry.find(f"{ATOM}link[@rel='alternate']") is not None

    @pytest.mark.parametrize("feed", FEEDS)
    def test_a_json_feed_obeys_the_rules(self, client, issue, feed):
        document = read_json(client, feed)

        assert len(document["items"]) == 1
        page = feed.removesuffix("feed") + query_of(feed)
        assert document["home_page_url"] == f"https://news.example.org{page}"
        assert document["feed_url"] == f"https://news.example.org{feed}.json{query_of(feed)}"

    @pytest.mark.parametrize("feed", FEEDS)
    def test_both_formats_say_the_same(self, client, issue, feed):
        [entry] = read_atom(client, feed).entries
        [item] = read_json(client, feed)["items"]

        assert (entry.id, entry.link, entry.title) == (item["id"], item["url"], item["title"])
        assert entry.summary == item["summary"]
        assert (entry.published, entry.updated) == (item["date_published"], item["date_modified"])
        assert [tag.term for tag in entry.tags] == item["tags"]

    @pytest.mark.parametrize(
        ("extension", "content_type"),
        [
            ("xml", "application/atom+xml; charset=utf-8"),
            ("json", "application/feed+json; charset=utf-8"),
        ],
    )
    def test_headers_let_every_reader_in(self, client, issue, extension, content_type):
        for feed in FEEDS:
            response = client.get(f"{feed}.{extension}{query_of(feed)}")

            assert response["Content-Type"] == content_type
            assert response["Access-Control-Allow-Origin"] == "*"
            assert response["Cache-Control"] == "public, max-age=300"
            assert not response.cookies
            assert "Cookie" not in response.headers.get("Vary", "")

    @pytest.mark.parametrize("feed", ["/feed", "/search/feed"])
    def test_an_empty_archive_has_a_feed_that_never_changes(self, client, feed):
        parsed = read_atom(client, feed)

        assert parsed.entries == []
        assert parsed.feed.updated == "2026-01-01T00:00:00+00:00"
        assert read_json(client, feed)["items"] == []

    def test_feeds_are_only_read(self, client):
        assert client.post("/feed.xml").status_code == 405


class TestContent:
    def test_the_site_gives_whole_issues(self, client, issue):
        [entry] = read_atom(client, "/feed").entries

        html = entry.content[0].value
        assert (entry.title, entry.summary) == ("#7 Issue number 7", "Of grids.")
        for words in ("Hello", "Grid &amp; gap</a></h2>", "See", "Other news", "A. Writer"):
            assert words in html
        assert [tag.term for tag in entry.tags] == ["ML tip", "News", "CSS"]

    def test_a_type_gives_its_sections(self, client, issue):
        [entry] = read_atom(client, "/types/ml-tip/feed").entries

        assert entry.title == "Grid & gap"
        assert "See" in entry.content[0].value
        assert [tag.term for tag in entry.tags] == ["ML tip", "CSS"]
        assert {link.rel: link.href for link in entry.links} == {
            "alternate": "https://news.example.org/issues/7/grid-gap/",
            "related": "https://example.com/?a=1&b=2",
        }

    def test_a_summary_is_plain_text(self, client):
        make_issue(1, summary="Of <b> & &amp;.", sections=["One"])

        [entry] = read_atom(client, "/feed").entries

        assert entry.summary == "Of &lt;b&gt; &amp; &amp;amp;."
        assert read_json(client, "/feed")["items"][0]["summary"] == "Of <b> & &amp;."

    def test_an_issue_without_a_summary_names_its_sections(self, client):
        make_issue(1, sections=["One", "Two"])

        assert read_atom(client, "/feed").entries[0].summary == "One · Two"

    def test_the_newest_come_first_and_twenty_are_enough(self, client):
        for number in range(1, 24):
            make_issue(number, YESTERDAY * number, [{"title": f"Grid {number}", "tags": ["css"]}])

        for feed in FEEDS[1:]:
            entries = read_atom(client, feed).entries
            assert [entry.title for entry in entries] == [f"Grid {n}" for n in range(1, 21)]
        numbers = [item["url"].split("/")[-2] for item in read_json(client, "/feed")["items"]]
        assert numbers == [str(number) for number in range(1, 21)]

    def test_every_address_is_whole(self, client, issue):
        for feed in FEEDS:
            for item in read_json(client, feed)["items"]:
                addresses = re.findall(r'(?:href|src)="([^"]*)"', item["content_html"])
                assert addresses
                assert all(map(is_whole, addresses)), addresses

    def test_footnotes_lead_to_the_page(self, client, issue):
        [section] = read_json(client, "/tags/css/feed")["items"]
        [whole] = read_json(client, "/feed")["items"]

        page = "https://news.example.org/issues/7/"
        assert f'href="{page}grid-gap/#fn' in section["content_html"]
        assert f'href="{page}#fn' in whole["content_html"]
        assert 'src="https://news.example.org/media/a/cat.png"' in whole["content_html"]

    def test_the_host_of_the_request_decides_nothing(self, client, issue, settings):
        settings.ALLOWED_HOSTS = ["evil.example"]

        for feed in FEEDS:
            for extension in ("xml", "json"):
                url = f"{feed}.{extension}{query_of(feed)}"
                assert b"evil" not in client.get(url, headers={"Host": "evil.example"}).content

    def test_a_newer_section_is_named_only_once_it_is_public(self, client):
        newer = make_issue(2, None, ["Newer advice"])
        make_issue(1, sections=[{"title": "Old", "superseded_by": newer.sections.get()}])
        before = [read_json(client, feed)["items"] for feed in FEEDS[:2]]

        newer.publish()

        assert "Newer advice" not in str(before)
        for feed in FEEDS[:2]:
            assert "Newer advice" in read_json(client, feed)["items"][-1]["content_html"]


class TestHidden:
    def test_nothing_hidden_is_in_a_feed(self, client, issue):
        grid = {"title": "Hidden grid", "tags": ["css"]}
        make_issue(8, None, [grid])
        make_issue(9, TOMORROW, [grid])
        make_section(issue=None, **grid)

        for feed in FEEDS:
            assert len(read_atom(client, feed).entries) == 1
            assert "Hidden grid" not in str(read_json(client, feed))

    def test_a_scheduled_issue_appears_at_its_moment(self, client, issue):
        later = make_issue(8, TOMORROW, [{"title": "Later grid", "tags": ["css"]}])
        before = [len(read_atom(client, feed).entries) for feed in FEEDS]

        Issue.objects.filter(pk=later.pk).update(published_at=timezone.now())

        assert before == [1, 1, 1, 1]
        assert [len(read_atom(client, feed).entries) for feed in FEEDS] == [2, 2, 2, 2]

    @pytest.mark.parametrize("path", ["/tags/css/", "/types/ml-tip/"])
    def test_a_topic_without_public_sections_has_no_feed(self, client, path):
        make_issue(8, TOMORROW, [{"title": "Hidden grid", "tags": ["css"]}])

        assert client.get(f"{path}feed.xml").status_code == 404
        assert 'feed.json" title' not in client.get(path).content.decode().replace("/feed", "")

    @pytest.mark.parametrize("feed", ["/tags/none/feed", "/types/none/feed", "/nothing/feed"])
    def test_what_does_not_exist_has_no_feed(self, client, feed):
        assert client.get(f"{feed}.xml").status_code == 404


class TestIds:
    def ids(self, client, tag="css"):
        feeds = ("/feed", "/types/ml-tip/feed", f"/tags/{tag}/feed", "/search/feed")
        return [entry.id for feed in feeds for entry in read_atom(client, feed).entries]

    def test_ids_outlive_every_other_name(self, client, issue):
        section = issue.sections.get(slug="grid-gap")
        before = self.ids(client)

        change(section, title="Grid and gap", slug="grid-and-gap")
        change(issue, title="Another title", number=8)
        Tag.objects.filter(slug="css").update(name="Cascade", slug="cascade")

        assert self.ids(client, "cascade") == before
        assert before[:2] == [
            f"tag:news.example.org,2026:issue/{issue.pk}",
            f"tag:news.example.org,2026:section/{section.pk}",
        ]

    def test_the_id_of_a_feed_outlives_its_name(self, client, issue):
        before = [read_atom(client, feed).feed.id for feed in FEEDS[1:3]]

        SectionType.objects.filter(slug="ml-tip").update(plural="Hints", slug="hint")
        Tag.objects.filter(slug="css").update(name="Cascade", slug="cascade")

        after = [
            read_atom(client, f"/{page}/feed").feed.id for page in ("types/hint", "tags/cascade")
        ]
        assert after == before

    def test_no_two_feeds_have_one_id(self, client, issue):
        ids = [read_atom(client, feed).feed.id for feed in FEEDS]

        assert len(set(ids)) == len(FEEDS)


class TestUpdated:
    """`updated` moves when there is something new to read, and only then."""

    @pytest.fixture
    def section(self, issue):
        return issue.sections.get(slug="grid-gap")

    def test_it_is_at_first_the_moment_of_publication(self, client, issue):
        for feed in FEEDS:
            assert updated(client, feed) == [issue.published_at]

    def test_a_correction_before_publication_does_not_count(self, client):
        issue = make_issue(1, None, ["Grid"])
        change(issue.sections.get(), body="Another text.")

        issue.refresh_from_db()
        issue.publish()

        assert updated(client) == updated(client, "/types/ml-tip/feed") == [issue.published_at]

    def test_a_corrected_section_is_updated_and_so_is_its_issue(self, client, issue, section):
        change(section, body="A better text.")

        section.refresh_from_db()
        assert section.corrected_at > issue.published_at
        for feed in ("/feed", "/types/ml-tip/feed", "/tags/css/feed"):
            assert updated(client, feed) == [section.corrected_at]
        assert updated(client, "/types/news/feed") == [issue.published_at]

    def test_a_corrected_introduction_is_no_news_of_its_sections(self, client, issue):
        change(issue, intro="Good morning.")

        issue.refresh_from_db()
        assert updated(client) == [issue.corrected_at]
        assert updated(client, "/types/ml-tip/feed") == [issue.published_at]

    def test_the_feed_is_as_new_as_its_newest_entry(self, client, section):
        make_issue(1, YESTERDAY * 9, ["Old"])
        change(Section.objects.get(slug="old"), body="Corrected.")

        parsed = read_atom(client, "/feed")

        corrected = Section.objects.get(slug="old").corrected_at
        assert parse_datetime(parsed.feed.updated) == corrected
        assert parsed.entries[1].updated == parsed.feed.updated

    def test_what_is_no_correction_moves_nothing(self, client, issue, section):
        section.save()
        issue.refresh_from_db()
        issue.save()
        change(section, position=9)
        change(issue, notes="For us alone.")
        rendering.rerender(everything=True)
        tagging.touch([section.pk])

        for feed in FEEDS:
            assert updated(client, feed) == [issue.published_at]


class TestNotModified:
    URLS = [
        f"{feed}.{extension}{query_of(feed)}" for feed in FEEDS for extension in ("xml", "json")
    ]

    @pytest.mark.parametrize("method", ["get", "head"])
    @pytest.mark.parametrize("url", URLS)
    def test_who_has_the_feed_gets_304(self, client, issue, url, method):
        first = getattr(client, method)(url)
        known = [
            {"If-None-Match": first["ETag"]},
            {"If-Modified-Since": first["Last-Modified"]},
            {"If-None-Match": first["ETag"], "If-Modified-Since": first["Last-Modified"]},
        ]

        for headers in known:
            response = getattr(client, method)(url, headers=headers)
            assert (response.status_code, response.content) == (304, b"")
            assert response["ETag"] == first["ETag"] == client.get(url)["ETag"]
            assert response["Last-Modified"] == first["Last-Modified"]
            assert response["Access-Control-Allow-Origin"] == "*"
            assert response["Cache-Control"] == first["Cache-Control"]

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_who_has_another_feed_gets_this_one(self, client, issue, method):
        for headers in ({"If-None-Match": '"x"'}, {"If-Modified-Since": "never"}, {}):
            assert getattr(client, method)("/feed.xml", headers=headers).status_code == 200

    @pytest.mark.parametrize("url", URLS)
    def test_a_correction_is_sent(self, client, issue, url):
        long_ago = timezone.now() - datetime.timedelta(hours=1)
        Issue.objects.update(updated_at=long_ago)
        first = client.get(url)

        change(issue.sections.get(slug="grid-gap"), body="Another grid.")

        for name, header in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            assert client.get(url, headers={name: first[header]}).status_code == 200

    @pytest.mark.parametrize("extension", ["xml", "json"])
    @pytest.mark.parametrize("number", [7, 8])  # the older and the newest
    @pytest.mark.parametrize(
        "take_out",
        [Issue.unpublish, Issue.delete, lambda issue: issue.sections.first().delete()],
        ids=["unpublished", "deleted", "without a section"],
    )
    def test_what_is_gone_is_noticed_by_the_date_too(
        self, client, issue, take_out, number, extension
    ):
        make_issue(8, sections=["Newer"])
        first = client.get(f"/feed.{extension}")

        take_out(Issue.objects.get(number=number))

        known = {"If-Modified-Since": first["Last-Modified"]}
        second = client.get(f"/feed.{extension}", headers=known)
        assert second.status_code == 200
        known = {"If-Modified-Since": second["Last-Modified"]}
        assert client.get(f"/feed.{extension}", headers=known).status_code == 304

    def test_two_changes_in_one_second_have_two_dates(self, client, issue):
        dates = []

        for title in ("One", "Two", "Three"):
            change(issue, title=title)
            dates.append(client.get("/feed.xml")["Last-Modified"])

        assert len(set(dates)) == 3

    def test_what_comes_back_has_a_new_date(self, client, issue):
        first = client.get("/feed.xml")
        Issue.objects.update(published_at=None)
        without = client.get("/feed.xml")

        Issue.objects.update(published_at=issue.published_at)

        known = {"If-Modified-Since": without["Last-Modified"]}
        again = client.get("/feed.xml", headers=known)
        assert (again.status_code, again["ETag"]) == (200, first["ETag"])

    def test_a_date_that_another_process_gave_is_not_known(self, client, issue):
        client.get("/feed.xml")
        later = timezone.now() + datetime.timedelta(seconds=30)

        known = {"If-Modified-Since": http_date(later.timestamp())}

        assert client.get("/feed.xml", headers=known).status_code == 200

    def test_work_on_a_draft_changes_no_feed(self, client, issue):
        first = client.get("/feed.xml")
        draft = make_issue(8, None, ["Grid to come"])
        later = timezone.now() + datetime.timedelta(minutes=5)
        Issue.objects.filter(pk=draft.pk).update(updated_at=later)

        for name, header in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            assert client.get("/feed.xml", headers={name: first[header]}).status_code == 304


class TestUnprintable:
    @pytest.fixture
    def broken(self, issue):
        """Write past all that cleans texts."""
        rows = (Issue.objects, Section.objects.filter(type__slug="ml-tip"))
        text = UNPRINTABLE.replace("\x00", "")  # not every database stores it
        for row in rows:
            row.update(title=text)
        Issue.objects.update(summary=text, intro_html=f"<p>{text[:9]}</p>")
        Section.objects.update(excerpt=text, body_html="<p>\x01</p>", byline=text)
        Tag.objects.update(name=text, description=text)
        SectionType.objects.filter(slug="ml-tip").update(name=text, plural=text)

    @pytest.mark.parametrize("feed", FEEDS)
    def test_no_stored_character_breaks_a_feed(self, client, broken, feed):
        [entry] = read_atom(client, feed).entries
        [item] = read_json(client, feed)["items"]

        assert item["title"].endswith("Bad ]]> & <b> title")
        assert entry.tags[0].term == "Bad ]]> & <b> title"

    @pytest.mark.parametrize(
        "text",
        [
            *(
                UNPRINTABLE,
                "\x00",
                "grid\x00",
                "\ud800",
                "%ED%A0%80",
                "%00",
                "9" * 5000,
                "٢",
                "\ufffe",
            ),
            *(
                "<script>",
                "]]>",
                '"',
                "tag:css -tag:css",
                "\n\r\t",
                "🙈",
                "a" * 199 + "\U0001f648" * 3,
            ),
        ],
    )
    @pytest.mark.parametrize("extension", ["xml", "json"])
    def test_no_searched_text_breaks_a_feed(self, client, issue, text, extension):
        query = text if text.startswith("%") else quote(text, errors="surrogatepass")

        response = client.get(f"/search/feed.{extension}?q={query}&q={query}")

        assert response.status_code == 200
        if extension == "xml":
            ElementTree.fromstring(response.content)
            assert not feedparser.parse(response.content).bozo
        else:
            check_json_feed(json.loads(response.content))

    @pytest.mark.parametrize("slug", ["%00", "a" * 3000, "%ED%A0%80", "٢", "%F0%9F%99%88", "a%2Fb"])
    def test_no_address_of_a_feed_is_an_error(self, client, slug):
        for kind in ("types", "tags"):
            assert client.get(f"/{kind}/{slug}/feed.xml").status_code == 404


class TestFormerAddresses:
    def test_the_feed_of_a_renamed_topic_leads_to_its_new_address(self, client, issue):
        kind, tag = SectionType.objects.get(slug="ml-tip"), Tag.objects.get(slug="css")
        FormerAddress.objects.remember("/types/old/", "sectiontype", kind.pk)
        FormerAddress.objects.remember("/tags/old/", "tag", tag.pk)

        for page, there in (("types", "/types/ml-tip/"), ("tags", "/tags/css/")):
            for extension in ("xml", "json"):
                response = client.get(f"/{page}/old/feed.{extension}")
                assert (response.status_code, response.url) == (301, f"{there}feed.{extension}")
                assert response["Access-Control-Allow-Origin"] == "*"


class TestLinks:
    def alternates(self, client, url):
        html = client.get(url).content.decode()
        found = re.findall(
            r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">', html
        )
        return [(kind, href.replace("&amp;", "&")) for kind, href in found]

    def both(self, page, query=""):
        return [
            ("application/atom+xml", f"{page}feed.xml{query}"),
            ("application/feed+json", f"{page}feed.json{query}"),
        ]

    def test_every_page_announces_the_feeds_of_the_site(self, client, issue):
        for url in ("/", "/issues/", "/issues/7/", "/issues/7/grid-gap/", "/tags/", "/search/"):
            assert self.alternates(client, url) == self.both("/")

    @pytest.mark.parametrize("path", ["/types/ml-tip/", "/tags/css/"])
    def test_a_topic_announces_its_own_too(self, client, issue, path):
        assert self.alternates(client, path) == self.both("/") + self.both(path)

    def test_a_search_announces_a_feed_of_what_it_finds(self, client, issue):
        found = self.alternates(client, "/search/?q=c%2B%2B&year=2026")

        assert found == self.both("/") + self.both("/search/", "?q=c%2B%2B&year=2026")

    def test_what_is_announced_exists(self, client, issue):
        for url in ("/", "/types/ml-tip/", "/tags/css/", "/search/?q=grid"):
            for kind, href in self.alternates(client, url):
                response = client.get(href)
                assert (response.status_code, response["Content-Type"].split(";")[0]) == (200, kind)

    def test_people_see_the_feeds_of_the_site_on_every_page(self, client, issue):
        for url in ("/", "/issues/7/", "/tags/css/"):
            html = client.get(url).content.decode()
            assert '<a href="/feed.xml">Atom</a> · <a href="/feed.json">JSON</a>' in html


class TestConstantQueries:
    URLS = TestNotModified.URLS

    def test_feeds_ask_as_often_with_2_as_with_40_issues(
        self, client, django_assert_num_queries, django_assert_max_num_queries
    ):
        self.fill(range(1, 3))
        counts = {url: self.count(client, url, django_assert_max_num_queries) for url in self.URLS}
        self.fill(range(3, 43))

        for url, count in counts.items():
            with django_assert_num_queries(count, info=url):
                assert client.get(url).status_code == 200

    def fill(self, numbers):
        for number in numbers:
            titles = [
                {"title": f"Grid {place}", "tags": ["css", f"tag {number}"]} for place in (1, 2)
            ]
            make_issue(number, YESTERDAY * number, titles)

    def count(self, client, url, limit) -> int:
        with limit(12, info=url) as queries:
            client.get(url)
        return len(queries)


class TestReferences:
    def test_lead_to_what_is_public_and_name_it_as_it_is_called_today(self, client):
        issue = make_issue(1, YESTERDAY * 2, ["Load later", "Hidden"])
        make_issue(2, sections=[{"title": "See", "body": "As [[1/load-later]] and [[9/x]] say"}])
        change(issue.sections.get(title="Load later"), title="Load images later")

        for feed in ("/feed", "/types/ml-tip/feed"):
            content = read_atom(client, feed).entries[0].content[0].value

            link = '<a class="reference" href="https://news.example.org/issues/1/load-later/">'
            assert f"As {link}Load images later</a> and #9 say" in content
