"""What readers see, and what they must not see."""

import re

import html5lib
import pytest
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from bitsletter.faults import went_wrong
from issues import images, search, sharing
from issues.api import paging
from issues.models import Issue, Section, Tag
from tests.builders import (
    TOMORROW,
    YESTERDAY,
    change,
    forget_pages,
    make_issue,
    make_public,
    make_section,
    picture,
)

pytestmark = pytest.mark.django_db

SECRET = "zebrafish"


def public_urls() -> list[str]:
    """Give every public address that there is with issues 1 to 3 and what they hold."""
    urls = [reverse(f"issues:{name}") for name in ("home", "list", "latest", "tags", "search")]
    urls += [reverse("issues:detail", args=[number]) for number in (1, 2, 3)]
    in_issues = Section.objects.filter(issue__isnull=False).select_related("issue")
    urls += [section.get_absolute_url() for section in in_issues]
    shelves = [tag.get_absolute_url() for tag in Tag.objects.all()]
    urls += [*shelves, *(f"{shelf}all/" for shelf in shelves), "/tags/?by=use"]
    urls += [f"/types/{slug}/" for slug in ("ml-tip", "web-tip", "news", "other")]
    urls += [f"/search/?q={SECRET}", "/search/?q=tip", "/issues/?year=2024", "/nothing/here/"]
    urls += ["/share/2:of-no-signature/", "/subscribe/", "/privacy/"]
    urls += [f"/search/suggest/?q={text}" for text in ("z", SECRET, "hidden", "shared")]
    return urls


def feed_urls() -> list[str]:
    """Give the address of every feed there is; they are public, but no HTML."""
    pages = ["/", *(tag.get_absolute_url() for tag in Tag.objects.all())]
    pages += [f"/types/{slug}/" for slug in ("ml-tip", "web-tip", "news", "other")]
    feeds = [f"{page}feed.{name}" for page in pages for name in ("xml", "json")]
    return [*feeds, "/search/feed.xml?q=hidden", "/search/feed.json?q=hidden"]


def public_files() -> list[str]:
    """Give what is public beside the pages: for programs, and for sites where one shares them."""
    urls = ["/robots.txt", "/share.png", "/sitemap.xml", "/sitemap-lists.xml"]
    kinds = ("issues", "sections", "types", "tags")
    return urls + [f"/sitemap-{kind}-1.xml" for kind in kinds]


def api_urls() -> list[str]:
    """Give the addresses of the same in the API, which answers in JSON."""
    lists = ("", "issues/", "issues/latest/", "sections/", "sections/?full=true", "tags/", "types/")
    words = [f"sections/?q={SECRET}&full=1", "sections/?q=tip", "sections/?tag=shared"]
    urls = [*lists, *words, f"sections/?tag={SECRET}-tag", "openapi.json", "docs", "nothing/"]
    urls += [f"issues/{number}/" for number in (1, 2, 3)]
    for section in Section.objects.select_related("issue"):
        urls.append(f"sections/{section.pk}/")
        if section.issue:
            urls.append(f"issues/{section.issue.number}/sections/{section.slug}/")
    urls += [f"tags/{tag.slug}/" for tag in Tag.objects.all()]
    urls += [f"types/{slug}/" for slug in ("ml-tip", "web-tip", "news", "other")]
    # Cursors that somebody has written, of a moment when all that is scheduled will be public.
    coming = paging.HITS.write(paging.LARGEST - 1, 0)
    urls += [f"sections/?q={word}&cursor={coming}" for word in ("hidden", "tip")]
    return [f"/api/v1/{url}" for url in urls]


class TestLeak:
    @pytest.fixture
    def hidden(self):
        hidden = {
            "title": f"Hidden {SECRET} title",
            "body": f"Hidden {SECRET} body",
            "tags": [f"{SECRET} tag", "shared"],
        }
        make_issue(1, YESTERDAY, [{"title": "An open tip", "tags": ["shared"]}])
        make_issue(2, None, [hidden], summary=f"{SECRET} draft")
        make_issue(3, TOMORROW, [hidden], title=f"{SECRET} scheduled")
        make_section(issue=None, **hidden)

    def test_no_page_shows_a_draft_a_scheduled_issue_or_the_inbox(self, client, hidden):
        for url in (*public_urls(), *feed_urls(), *public_files(), *api_urls()):
            response = client.get(url, follow=True)

            shown = response.content.decode(errors="replace").replace(f'value="{SECRET}"', "")
            shown = shown.replace(f"?q={SECRET}", "")
            shown = shown.replace(f"<title>{SECRET} · Search", "")
            assert SECRET not in shown, url

    def test_the_same_pages_show_the_issue_once_it_is_public(self, client, hidden):
        """Without this, the test above could pass because nothing ever shows the word."""
        for number in (2, 3):
            make_public(Issue.objects.get(number=number))

        urls = (*public_urls(), *feed_urls(), *api_urls())
        shown = [url for url in urls if SECRET in client.get(url).content.decode()]

        expected = ["/", "/issues/", "/issues/2/", "/issues/3/", "/tags/", "/types/ml-tip/"]
        expected += ["/feed.xml", "/types/ml-tip/feed.json", "/tags/shared/feed.xml"]
        expected += [f"/tags/{SECRET}-tag/feed.json", "/search/feed.xml?q=hidden"]
        assert set(expected) <= set(shown)
        files = [url for url in public_files() if SECRET.encode() in client.get(url).content]
        assert files == ["/sitemap-sections-1.xml", "/sitemap-tags-1.xml"]
        assert f"/tags/{SECRET}-tag/" in shown
        assert f"/issues/2/hidden-{SECRET}-title/" in shown
        in_api = {url.removeprefix("/api/v1/") for url in shown if url.startswith("/api/")}
        assert {"issues/", "sections/", "tags/", "issues/2/", "docs"} <= in_api
        assert f"issues/2/sections/hidden-{SECRET}-title/" in in_api
        assert f"sections/?q={SECRET}&full=1" in in_api

    def test_hidden_pages_answer_404(self, client, hidden):
        for url in ("/issues/2/", "/issues/3/", f"/issues/2/hidden-{SECRET}-title/"):
            assert client.get(url).status_code == 404
        assert client.get(f"/tags/{SECRET}-tag/").status_code == 404
        for url in ("/issues/2/", "/issues/3/", f"/issues/2/hidden-{SECRET}-title/"):
            assert client.get(f"{url}share.png").status_code == 404

    def test_counts_leave_the_hidden_out(self, client, hidden):
        assert [(tag.name, tag.count) for tag in Tag.objects.with_public_counts()] == [
            ("shared", 1)
        ]
        assert search.answer(search.Question("hidden")).total == 0
        assert client.get("/tags/shared/").context["shelf"].total == 1

    def test_neighbours_leave_the_hidden_out(self, client, hidden):
        make_issue(4, YESTERDAY * 2, ["An older tip"])

        context = client.get("/issues/1/an-open-tip/").context

        assert (context["newer"], context["older"].title) == (None, "An older tip")

    def test_staff_get_no_exception_on_public_pages(self, desk, hidden):
        assert desk.get("/issues/2/").status_code == 404


class TestConstantQueries:
    URLS = [
        *("/", "/issues/", "/issues/?page=1", "/issues/1/", "/issues/1/tip-1/", "/tags/"),
        *("/tags/common/", "/types/ml-tip/", "/types/news/", "/search/?q=tip", "/issues/latest/"),
        *("/tags/common/all/", "/tags/?by=use"),
        "/search/suggest/?q=tip",
        *("/issues/1/share.png", "/issues/1/tip-1/share.png"),
        *("/api/v1/issues/", "/api/v1/issues/1/", "/api/v1/sections/", "/api/v1/sections/?q=tip"),
        *("/api/v1/sections/?tag=common&full=true", "/api/v1/tags/", "/api/v1/types/"),
        *("/api/v1/tags/common/", "/api/v1/types/ml-tip/", "/api/v1/issues/latest/"),
    ]

    def fill(self, numbers, sections):
        newer = Section.objects.first()
        for number in numbers:
            titles = [
                {
                    "title": f"Tip {place}",
                    "tags": ["common", f"tag {number}"],
                    "type": "news" if (number + place) % 2 else "ml-tip",
                    "superseded_by": newer,
                }
                for place in range(1, sections + 1)
            ]
            make_issue(number, YESTERDAY * number, [*titles, "Untagged"])

    def test_pages_ask_as_often_with_5_as_with_120_issues(
        self, client, django_assert_num_queries, django_assert_max_num_queries
    ):
        self.fill(range(1, 6), sections=2)
        counts = {url: self.count(client, url, django_assert_max_num_queries) for url in self.URLS}
        self.fill(range(6, 121), sections=3)
        make_section(Section.objects.filter(issue__number=1).first().issue, "Tip 9", position=9)

        forget_pages()
        for url, count in counts.items():
            with django_assert_num_queries(count, info=url):
                assert client.get(url).status_code in (200, 302)

    def count(self, client, url, limit) -> int:
        with limit(16, info=url) as queries:
            client.get(url)
        return len(queries)


class TestPages:
    def test_home_shows_the_latest_issue_and_what_is_in_the_earlier_ones(self, client):
        make_issue(1, YESTERDAY * 8, ["Warm up first"])
        make_issue(2, YESTERDAY, ["Load later"], title="Newest of all")

        response = client.get("/")

        assert response.context["latest"].title == "Newest of all"
        assert [issue.number for issue in response.context["issues"]] == [1]
        assert "Warm up first" in response.content.decode()

    def test_home_without_any_issue_says_so(self, client):
        assert "first issue" in client.get("/").content.decode()

    def test_the_archive_has_pages_and_a_page_beyond_the_end_is_404(self, client):
        for number in range(1, 12):
            make_issue(number, YESTERDAY * number)

        assert [issue.number for issue in client.get("/issues/?page=2").context["issues"]] == [11]
        assert client.get("/issues/?page=3").status_code == 404
        assert client.get("/issues/?page=x").status_code == 404

    def test_the_archive_of_a_year_holds_that_year(self, client):
        make_issue(1, published_at="2024-05-01T09:00Z", published=None)
        make_issue(2, published_at="2025-05-07T09:00Z", published=None)

        response = client.get("/issues/?year=2024")

        assert [issue.number for issue in response.context["issues"]] == [1]
        years = [(one["year"], one["count"]) for one in response.context["years"]]
        assert years == [(2025, 1), (2024, 1)]

    def test_the_last_year_of_the_calendar_is_404_everywhere(self, client, settings):
        settings.TIME_ZONE = "America/New_York"

        assert client.get("/issues/?year=9999").status_code == 404

    @pytest.mark.parametrize("year", ["0000", "20", "abcd", "20245", "٢٠٢٤", "-123"])
    def test_an_impossible_year_is_404(self, client, year):
        assert client.get("/issues/", {"year": year}).status_code == 404

    def test_latest_leads_to_the_newest_public_issue(self, client):
        make_issue(1, YESTERDAY)
        make_issue(2, TOMORROW)

        assert client.get("/issues/latest/").url == "/issues/1/"

    def test_latest_without_any_issue_is_404(self, client):
        assert client.get("/issues/latest/").status_code == 404

    def test_a_section_knows_its_neighbours_of_the_same_type(self, client):
        make_issue(1, YESTERDAY * 3, ["First", {"title": "Other kind", "type": "news"}])
        make_issue(2, YESTERDAY * 2, [{"title": "Other news", "type": "news"}, "Second", "Third"])
        make_issue(3, YESTERDAY, ["Fourth"])

        context = client.get("/issues/2/second/").context

        assert (context["older"].title, context["newer"].title) == ("First", "Third")

    def test_neighbours_may_be_far_away_and_stand_at_one_moment(self, client):
        for number in (2, 3, 4, 5):
            make_issue(number, YESTERDAY * (20 - number), [{"title": "News", "type": "news"}])
        far = make_issue(9, YESTERDAY, ["Near", "Far"])
        make_issue(8, None, ["Same moment"], published_at=far.published_at)
        make_issue(1, YESTERDAY * 30, ["Long ago"])

        ago = client.get("/issues/1/long-ago/").context
        near = client.get("/issues/9/near/").context
        same = client.get("/issues/8/same-moment/").context

        assert (ago["older"], ago["newer"].title) == (None, "Same moment")
        assert (near["older"].title, near["newer"].title) == ("Same moment", "Far")
        assert (same["older"].title, same["newer"].title) == ("Long ago", "Near")

    def test_issues_published_at_the_same_moment_are_neighbours_by_number(self, client):
        first = make_issue(1)
        make_issue(2, published_at=first.published_at, published=None)

        assert client.get("/issues/1/").context["newer"].number == 2
        second = client.get("/issues/2/").context
        assert (second["older"].number, second["newer"]) == (1, None)

    def test_only_the_first_picture_of_an_issue_loads_at_once(self, client):
        picture = {"body": "![a](https://example.org/a.png)"}
        make_issue(1, sections=[{"title": "One", **picture}, {"title": "Two", **picture}])

        html = client.get("/issues/1/").content.decode()

        assert html.count('loading="eager" fetchpriority="high" decoding="async"') == 1
        assert html.count('loading="lazy" decoding="async"') == 1
        assert html.index("eager") < html.index('loading="lazy"')

    def test_a_section_page_has_one_h1_and_no_skipped_level(self, client):
        make_issue(1, sections=[{"title": "One", "body": "# Top\n\n## Below"}])

        html = client.get("/issues/1/one/").content.decode()

        assert html.count("<h1") == 1
        assert '<h2 id="one--top">' in html
        assert '<h3 id="one--below">' in html

    def test_numbers_that_no_issue_can_have_are_404(self, client):
        for number in ("0", "007", "9999999999", "-1", "1e3"):
            assert client.get(f"/issues/{number}/").status_code == 404

    def test_public_pages_set_no_cookie_and_do_not_vary_by_one(self, client):
        make_issue(1, sections=[{"title": "One", "tags": ["a"]}])

        for url in ("/", "/issues/", "/issues/1/", "/issues/1/one/", "/tags/a/", "/search/?q=one"):
            response = client.get(url)
            assert not response.cookies
            assert "Cookie" not in response.headers.get("Vary", "")

    def test_no_id_stands_twice_on_a_page(self, client):
        titles = ["Content", "Intro", "Main", "Search", "In this issue", "Warm", "Warm up"]
        body = "# Up\n\n## Why\n\nNote[^1]\n\n[^1]: Well."
        sections = [{"title": title, "body": body} for title in titles]
        make_issue(1, intro=body, sections=sections)

        ids = re.findall(r' id="([^"]+)"', client.get("/issues/1/").content.decode())

        assert len(ids) == len(set(ids))

    def test_titles_are_escaped(self, client):
        make_issue(1, title="<script>alert(1)</script>", sections=["<b>Bold</b>"])

        for url in ("/", "/issues/1/", "/search/?q=bold"):
            html = client.get(url).content.decode()
            assert "<script>alert" not in html
            assert "<b>" not in html

    def test_a_newer_section_is_named_only_once_it_is_public(self, client):
        newer = make_issue(2, None, ["Newer advice"])
        make_issue(1, sections=[{"title": "Old advice", "superseded_by": newer.sections.get()}])
        assert "Newer advice" not in client.get("/issues/1/old-advice/").content.decode()

        make_public(newer)

        assert "Newer advice" in client.get("/issues/1/old-advice/").content.decode()


class TestNotModified:
    def test_who_has_a_page_already_gets_no_other(self, client):
        make_issue(1, sections=["One"])

        for url in ("/", "/issues/1/", "/issues/1/one/", "/types/ml-tip/", "/search/?q=one"):
            known = {"If-None-Match": client.get(url)["ETag"]}
            assert client.get(url, headers=known).status_code == 304, url

    def test_a_changed_page_is_sent(self, client):
        make_issue(1, sections=["One"])
        urls = ("/", "/issues/1/", "/issues/1/one/", "/types/ml-tip/")
        known = {url: {"If-None-Match": client.get(url)["ETag"]} for url in urls}

        change(Section.objects.get(), title="Two")

        for url in urls:
            assert client.get(url, headers=known[url]).status_code == 200, url

    def test_the_desk_and_shared_drafts_are_never_kept(self, desk, editor):
        draft = sharing.address(sharing.make(make_issue(1, None), editor))

        for url in ("/admin/", "/admin/issues/issue/", draft):
            response = desk.get(url)
            assert (response.status_code, "ETag" in response) == (200, False), url

    def test_pictures_are_still_sent_in_pieces(self, client):
        asset = images.store(picture())

        response = client.get(asset.file.url)

        assert response.streaming
        response.close()


class TestOnlyReading:
    def test_nothing_can_be_sent_with_a_token_or_without(self):
        client = Client(enforce_csrf_checks=True)
        make_issue(1, sections=[{"title": "Tip", "tags": ["shared"]}])

        for url in ("/", "/search/", "/feed.xml", "/tags/shared/", "/robots.txt", "/sitemap.xml"):
            for method in ("post", "put", "delete"):
                response = getattr(client, method)(url)
                assert (response.status_code, response["Allow"]) == (405, "GET, HEAD"), url

    def test_the_desk_still_asks_for_a_token(self):
        client = Client(enforce_csrf_checks=True)

        assert client.post("/admin/login/", {"username": "x"}).status_code == 403


class TestErrorPages:
    def test_404_offers_the_search(self, client):
        response = client.get("/nothing/")

        assert response.status_code == 404
        assert 'action="/search/"' in response.content.decode()

    def test_500_needs_nothing_that_could_be_broken(self, rf, django_assert_num_queries):
        with django_assert_num_queries(0):
            response = went_wrong(rf.get("/"))

        assert response.status_code == 500
        assert "Something went wrong on our side" in response.content.decode()

    def test_an_outdated_form_is_said_to_be_one(self, editor):
        client = Client(enforce_csrf_checks=True)
        client.force_login(editor)

        response = client.post("/admin/issues/issue/add/", {"title": "Typed"})

        page = response.content.decode()
        assert "what you typed is still there" in page
        assert 'href="/admin/">to the desk</a>' in page
        assert_refusal_obeys_the_policy(response)

    def test_what_one_may_not_do_is_said_in_words(self, client, author):
        client.force_login(author)

        response = client.get("/admin/auth/user/")

        page = response.content.decode()
        assert "This is not open to you" in page
        assert 'href="/admin/">back to the desk</a>' in page
        assert_refusal_obeys_the_policy(response)

    @pytest.mark.parametrize("name", ["403.html", "403_csrf.html"])
    def test_only_the_desk_leads_to_the_desk(self, rf, name):
        page = get_template(name).render(request=rf.get("/issues/"))

        assert "/admin/" not in page


def assert_refusal_obeys_the_policy(response):
    page = response.content.decode()
    html5lib.HTMLParser(strict=True).parse(page)
    assert response.status_code == 403
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert not re.search(r"<style|<script|\s(?:style|on\w+)=", page)
    assert 'rel="icon"' in page


class TestHTML:
    BODY = (
        "# Heading\n\nText[^1] with ![a picture](/media/a/x.png) and a [link](/tags/).\n\n"
        '![alone](/media/a/y.png "A caption")\n\n|a|b|\n|-|:-:|\n|1|2|\n\n- [x] done\n\n'
        "```python\nx = '<&>'\n```\n\n> quoted\n\n1. one\n2. two\n\n---\n\n[^1]: Note."
    )

    def test_every_page_is_valid(self, client):
        for number in range(1, 23):
            section = {"title": "A & B <tip>", "body": self.BODY, "tags": ["c++", "a & b"]}
            make_issue(number, YESTERDAY * number, [section, {"title": "N", "type": "news"}])

        for url in (*public_urls(), "/issues/?page=2", "/issues/2/n/", "/search/?q=tip&page=2"):
            response = client.get(url, follow=True)
            if response["Content-Type"] == "application/json":
                continue
            html = response.content.decode()
            parser = html5lib.HTMLParser(strict=True)
            parser.parse(html)
            assert html.count("<h1") == 1, url

    def test_the_pages_without_context_are_valid(self):
        for name in ("400.html", "500.html"):
            html5lib.HTMLParser(strict=True).parse(get_template(name).render().strip())
