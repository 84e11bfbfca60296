"""What search engines are told that there is, and what they may read."""

import re
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.utils import timezone

from issues import sitemaps
from issues.models import Issue, Section, SectionType, Tag
from tests.builders import TOMORROW, YESTERDAY, change, make_issue, make_section

pytestmark = pytest.mark.django_db

SCHEMA = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SITE = "https://news.example.org"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE
    cache.clear()


def entries(client, path: str) -> dict[str, str | None]:
    """Read one file: addresses without the site's own, with their moments."""
    response = client.get(path)
    assert response["Content-Type"] == "application/xml"
    root = ElementTree.fromstring(response.content)
    found = {}
    for entry in root:
        address = entry.find(f"{SCHEMA}loc").text
        assert address.startswith(f"{SITE}/")
        found[address.removeprefix(SITE)] = entry.findtext(f"{SCHEMA}lastmod")
    return found


def all_pages(client) -> dict[str, str | None]:
    """Follow the index to all files, and give what is in them."""
    files = [entries(client, file) for file in entries(client, "/sitemap.xml")]
    return {page: at for file in files for page, at in file.items()}


class TestSitemap:
    def test_every_public_page_is_in_it(self, client):
        make_issue(1, sections=[{"title": "Warm up", "tags": ["c++", "机器学习"]}])
        make_issue(2, sections=[{"title": "Out now", "type": "news", "tags": ["c++"]}])

        pages = all_pages(client)

        assert set(pages) == {
            *("/", "/issues/", "/tags/", "/issues/1/", "/issues/2/", "/issues/1/warm-up/"),
            *("/issues/2/out-now/", "/types/ml-tip/", "/types/news/", "/tags/cpp/"),
            "/tags/%E6%9C%BA%E5%99%A8%E5%AD%A6%E4%B9%A0/",
        }
        assert {client.get(page).status_code for page in pages} == {200}

    def test_what_is_hidden_is_not(self, client):
        hidden = {"title": "Hidden", "type": "news", "tags": ["secret"]}
        make_issue(1, None, [hidden])
        make_issue(2, TOMORROW, [hidden])
        make_section(None, **hidden)

        assert set(all_pages(client)) == {"/", "/issues/", "/tags/"}

    def test_it_is_there_before_the_first_issue(self, client):
        assert entries(client, "/sitemap.xml") == {"/sitemap-lists.xml": None}

    def test_what_goes_public_or_is_taken_back_shows_at_once(self, client):
        issue = make_issue(1, None, ["Warm up"])
        assert "/issues/1/" not in all_pages(client)

        issue.publish()
        assert "/issues/1/" in all_pages(client)

        issue.unpublish()
        assert "/issues/1/" not in all_pages(client)

    @pytest.mark.parametrize(("model", "kind"), [(SectionType, "types"), (Tag, "tags")])
    def test_a_new_slug_shows_at_once(self, client, model, kind):
        make_issue(1, sections=[{"title": "Warm up", "tags": ["css"]}])
        before = all_pages(client)

        for row in model.objects.all():
            row.slug += "-new"
            row.save()

        [old] = [page for page in before if re.fullmatch(f"/{kind}/.+", page)]
        [new] = [page for page in all_pages(client) if re.fullmatch(f"/{kind}/.+", page)]
        assert new == f"{old[:-1]}-new/"

    def test_addresses_are_the_sites_whatever_host_is_asked(self, client, settings):
        settings.ALLOWED_HOSTS = ["other.example"]

        for path in ("/sitemap.xml", "/sitemap-lists.xml", "/robots.txt"):
            text = client.get(path, headers={"host": "other.example"}).content.decode()
            assert SITE in text
            assert "other.example" not in text

    @pytest.mark.parametrize(
        "name", ["issues-1", "issues-0", "issues-999999999", "issues-9999999999", "x-1", "tags-٣"]
    )
    def test_files_that_are_not_there_are_404(self, client, name):
        assert client.get(f"/sitemap-{name}.xml").status_code == 404

    def test_it_may_be_kept_for_a_while(self, client):
        response = client.get("/sitemap.xml")

        assert response["Cache-Control"] == "public, max-age=3600"
        assert not response.cookies


SEARCHES = {"/search/?", "/search/feed.", "/search/suggest/"}


class TestMoments:
    def test_a_page_changed_when_it_was_published(self, client):
        tip = {"title": "Warm up", "tags": ["training"]}
        make_issue(1, None, [tip], published_at="2025-12-02T09:00Z")

        assert set(all_pages(client).values()) == {"2025-12-02T09:00:00+00:00"}

    def test_a_correction_counts_for_all_pages_that_show_it(self, client):
        issue = make_issue(1, YESTERDAY * 9, [{"title": "Warm up", "tags": ["training"]}, "Other"])
        change(issue.sections.first(), body="Corrected.")

        today = timezone.now().date().isoformat()
        changed = {page for page, at in all_pages(client).items() if at.startswith(today)}

        assert {"/issues/1/", "/issues/1/warm-up/", "/tags/training/", "/"} <= changed
        assert "/issues/1/other/" not in changed

    def test_a_correction_of_a_draft_is_older_than_the_publication(self, client):
        make_issue(1, sections=["Warm up"])
        Section.objects.update(corrected_at="2020-01-01T00:00Z")
        Issue.objects.update(corrected_at="2020-01-01T00:00Z")

        found = [*entries(client, "/sitemap-issues-1.xml").values()]
        found += entries(client, "/sitemap-sections-1.xml").values()

        yesterday = (timezone.now() + YESTERDAY).date().isoformat()
        assert [at[:10] for at in found] == [yesterday, yesterday]


class TestFiles:
    def test_large_archives_fill_several(self, client, monkeypatch):
        monkeypatch.setattr(sitemaps, "FILE_SIZE", 4)
        for number in range(1, 10):
            make_issue(number, YESTERDAY * number, [{"title": "Tip", "tags": [f"tag {number}"]}])

        files = [file for file in entries(client, "/sitemap.xml") if "issues" in file]

        assert files == [f"/sitemap-issues-{part}.xml" for part in (1, 2, 3)]
        pages = [list(entries(client, file)) for file in files]
        assert pages == [
            [f"/issues/{number}/" for number in numbers]
            for numbers in ((1, 2, 3), (4, 5, 6, 7), (8, 9))
        ]
        listed = all_pages(client)
        assert len([page for page in listed if re.fullmatch(r"/issues/\d/tip/", page)]) == 9
        assert len([page for page in listed if page.startswith("/tags/tag-")]) == 9

    def test_an_issue_with_a_huge_number_needs_no_files_before_it(self, client):
        make_issue(1)
        make_issue(999_999_999)

        files = [file for file in entries(client, "/sitemap.xml") if "issues" in file]

        assert [list(entries(client, file)) for file in files] == [
            ["/issues/1/"],
            ["/issues/999999999/"],
        ]

    @pytest.mark.parametrize(
        ("name", "queries"),
        [("sitemap", 14), ("sitemap-lists", 5), ("sitemap-sections-1", 6), ("sitemap-tags-1", 9)],
    )
    def test_the_database_is_asked_as_often_for_many_pages(
        self, client, name, queries, django_assert_num_queries
    ):
        for numbers in (range(1, 3), range(3, 30)):
            self.fill(numbers)

            with django_assert_num_queries(queries):
                client.get(f"/{name}.xml")

    def fill(self, numbers):
        for number in numbers:
            make_issue(number, YESTERDAY * number, [{"title": "Tip", "tags": [f"tag {number}"]}])


class TestRobots:
    def test_all_may_read_all_but_what_is_no_page_of_its_own(self, client):
        response = client.get("/robots.txt")

        assert response["Content-Type"] == "text/plain; charset=utf-8"
        lines = response.content.decode().splitlines()
        assert lines[0] == "User-agent: *"
        closed = {line.removeprefix("Disallow: ") for line in lines if "Disallow" in line}
        assert closed == {"/admin/", "/share/", "/api/", *SEARCHES}
        assert lines[-1] == f"Sitemap: {SITE}/sitemap.xml"

    def test_pictures_for_sharing_are_open(self, client):
        robots = RobotFileParser()
        robots.parse(client.get("/robots.txt").content.decode().splitlines())

        assert robots.can_fetch("*", f"{SITE}/share.png")
        assert robots.can_fetch("*", f"{SITE}/issues/1/share.png?v=1")
        assert not robots.can_fetch("*", f"{SITE}/share/token/")

    def test_of_the_api_its_documentation_is_open(self, client):
        robots = RobotFileParser()
        robots.parse(client.get("/robots.txt").content.decode().splitlines())

        assert robots.can_fetch("*", f"{SITE}/api/v1/docs")
        assert not robots.can_fetch("*", f"{SITE}/api/v1/issues/")
        assert "noindex" not in client.get("/api/v1/docs").content.decode()
