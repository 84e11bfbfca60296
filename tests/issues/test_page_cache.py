"""Pages that are kept as they are sent: what is kept, for whom, and until when."""

import datetime
import gzip
import secrets
from collections.abc import Callable
from typing import TypeVar

import brotli
import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bitsletter import commits
from bitsletter.release import release
from issues import search
from issues.models import Issue, Section, SectionType, Tag
from issues.page_cache import accepted_coding
from tests.answers import headers_of
from tests.builders import TOMORROW, YESTERDAY, change, make_issue, make_picture

pytestmark = pytest.mark.django_db

T = TypeVar("T")

PAGES = (
    *("/", "/issues/", "/issues/1/", "/issues/1/grid/", "/tags/", "/tags/css/", "/types/ml-tip/"),
    *("/tags/css/all/", "/search/", "/search/?q=grid", "/feed.xml", "/tags/css/feed.json"),
    *("/sitemap.xml", "/robots.txt", "/search/suggest/?q=gr", "/api/v1/sections/"),
    *("/subscribe/", "/privacy/"),
)
CONTROL = "public, max-age=60, stale-while-revalidate=300"


@pytest.fixture(autouse=True)
def known_release():
    yield
    release.cache_clear()


@pytest.fixture
def issue():
    return make_issue(1, sections=[{"title": "Grid", "tags": ["css"]}])


def text_of(response) -> str:
    """Give the text as a browser has it."""
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}
    return decode[response.headers.get("Content-Encoding", "")](response.content).decode()


class TestKeeping:
    @pytest.mark.parametrize("path", PAGES)
    def test_the_second_answer_is_the_first_and_asks_only_how_old_it_is(
        self, client, issue, path, django_assert_num_queries
    ):
        first = client.get(path)

        with django_assert_num_queries(2):
            second = client.get(path)

        assert first.status_code == 200
        assert second.content == first.content
        assert headers_of(second) == headers_of(first)

    @pytest.mark.parametrize(
        "path", ["/nothing/", "/issues/latest/", "/issues/2/", "/admin/login/", "/share.png"]
    )
    def test_other_answers_are_not_kept(self, client, issue, path):
        client.get(path)

        assert kept() == (0, 0)

    def test_nothing_is_kept_for_who_works_on_the_templates(self, client, issue, settings):
        settings.DEBUG = True

        client.get("/")

        assert kept() == (0, 0)

    def test_questions_have_no_place_among_the_pages(self, client, issue):
        client.get("/")
        for number in range(300):
            assert client.get(f"/?utm={number}").status_code == 200

        pages, questions = kept()
        assert pages == 1
        assert 0 < questions <= 200

    def test_a_page_of_another_host_is_refused_be_it_kept_or_not(self, client, issue):
        client.get("/")

        for path in ("/", "/issues/"):
            assert client.get(path, headers={"host": "other.example"}).status_code == 400

    def test_a_very_large_page_is_kept_among_few(self, client, django_assert_num_queries):
        section = make_issue(1, sections=["Long"]).sections.get()
        client.get("/issues/1/")  # small as yet
        section.body = " ".join(secrets.token_hex(9) for _ in range(9_000))
        section.save()

        first = client.get("/issues/1/")

        assert kept() == (0, 0)
        with django_assert_num_queries(2):
            assert client.get("/issues/1/").content == first.content

    def test_a_kept_page_is_no_way_around_https(self, client, issue, settings):
        settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60

        for _ in range(2):
            assert client.get("/").status_code == 301
            answer = client.get("/", secure=True)
            assert answer.status_code == 200
            assert answer["Strict-Transport-Security"] == "max-age=60"

    def test_another_release_finds_nothing_of_this_one(self, client, issue, settings):
        assert "Bitsletter" in text_of(client.get("/"))
        settings.SITE_NAME = "Tidings"
        release.cache_clear()

        assert "Tidings" in text_of(client.get("/"))

    def test_a_page_without_a_cookie_differs_for_nobody(self, client, issue, editor):
        client.force_login(editor)
        assert text_of(client.get("/")) == text_of(client.get("/", headers={"cookie": ""}))

    def test_an_editor_asks_each_time(self, client, issue, editor):
        assert client.get("/")["Cache-Control"] == CONTROL
        client.force_login(editor)

        assert client.get("/")["Cache-Control"] == "no-cache"

    def test_a_page_says_how_long_it_may_be_used(self, client, issue):
        response = client.get("/issues/1/")

        assert response["Cache-Control"] == CONTROL
        assert response["Vary"] == "Accept-Encoding"
        assert "Set-Cookie" not in response.headers


class TestCodings:
    def test_every_coding_holds_the_same_text(self, client, issue):
        plain = client.get("/issues/1/")
        texts = {
            coding: client.get("/issues/1/", headers={"accept-encoding": coding})
            for coding in ("br", "gzip")
        }

        assert "Content-Encoding" not in plain.headers
        for coding, response in texts.items():
            assert response["Content-Encoding"] == coding
            assert response["Content-Length"] == str(len(response.content))
            assert response["ETag"] == plain["ETag"]
            assert text_of(response) == text_of(plain)
            assert len(response.content) < len(plain.content) / 2

    @pytest.mark.parametrize(
        ("header", "coding"),
        [
            ("gzip, deflate, br, zstd", "br"),
            ("GZIP", "gzip"),
            ("br;q=0, gzip;q=0.5", "gzip"),
            ("br; q=0.0, gzip; q=0", ""),
            ("identity", ""),
            ("", ""),
            ("bread, gzipped, x-br", ""),
            ("br;q=0.01", "br"),
            ("br;q=0.1, gzip;q=1.0", "gzip"),
            ("*", "br"),
            ("*, br;q=0", "gzip"),
            ("br;q=nan, gzip;q=1.5, identity", ""),
            (";;,q=,\x00", ""),
        ],
    )
    def test_the_best_that_is_taken_is_sent(self, header, coding):
        assert accepted_coding(header) == coding


class TestConditions:
    def test_who_has_the_page_gets_304(self, client, issue):
        known = {"If-None-Match": client.get("/issues/1/")["ETag"]}

        response = client.get("/issues/1/", headers=known)

        assert (response.status_code, response.content) == (304, b"")
        assert response["Cache-Control"] == CONTROL

    def test_who_asks_so_first_lets_the_page_be_kept(self, client, issue):
        response = client.get("/issues/1/", headers={"If-None-Match": '"other"'})

        assert response.status_code == 200
        assert kept() == (1, 0)

    def test_the_mark_of_a_text_counts_more_than_a_date(self, client, issue):
        first = client.get("/feed.xml")
        later = "Fri, 01 Jan 2100 00:00:00 GMT"

        known = {"If-None-Match": first["ETag"], "If-Modified-Since": later}
        assert client.get("/feed.xml", headers=known).status_code == 304
        assert client.get("/feed.xml", headers={"If-Modified-Since": later}).status_code == 200

    def test_what_is_not_kept_is_304_too(self, client, issue, settings):
        settings.DEBUG = True
        known = {"If-None-Match": client.get("/issues/1/")["ETag"]}

        assert client.get("/issues/1/", headers=known).status_code == 304

    def test_a_changed_page_is_sent_whole(self, client, issue):
        known = {"If-None-Match": client.get("/issues/1/")["ETag"]}
        change(issue, title="Another title")

        response = client.get("/issues/1/", headers=known)

        assert response.status_code == 200
        assert "Another title" in text_of(response)


class TestChanges:
    """Whatever is saved, the next reader sees it."""

    @pytest.mark.parametrize(
        ("row", "field", "path"),
        [
            (lambda: Issue.objects.get(), "title", "/"),
            (lambda: Issue.objects.get().sections.get(), "title", "/issues/1/"),
            (lambda: Issue.objects.get().sections.get(), "body", "/issues/1/grid/"),
            (lambda: Tag.objects.get(), "name", "/issues/1/"),
            (lambda: Tag.objects.get(), "description", "/tags/css/"),
            (lambda: SectionType.objects.get(slug="ml-tip"), "name", "/issues/1/grid/"),
            (lambda: SectionType.objects.get(slug="ml-tip"), "plural", "/tags/css/"),
        ],
    )
    def test_a_saved_row_is_seen_at_once(self, client, issue, row, field, path):
        assert "quite new" not in text_of(client.get(path))

        changed = row()
        setattr(changed, field, "quite new")
        changed.save()

        assert "quite new" in text_of(client.get(path))

    def test_the_words_of_a_picture_are_seen_at_once(self, client):
        asset = make_picture(alt="A cat")
        body = f"![]({asset.file.url})"
        make_issue(1, cover=make_picture(), sections=[{"title": "Grid", "body": body}])
        assert "A cat" in text_of(client.get("/issues/1/grid/"))

        asset.alt, asset.credit = "A dog", "Ada"
        asset.save()

        for path in ("/issues/1/", "/issues/1/grid/"):
            assert "A dog" in text_of(client.get(path))
            assert "Ada" in text_of(client.get(path))

    @pytest.mark.parametrize(
        "take_out",
        [
            lambda section: section.delete(),
            lambda section: Section.objects.filter(pk=section.pk).delete(),
            lambda section: move(section, None),
            lambda section: move(section, make_issue(2, None)),
            lambda section: Section.objects.get().issue.delete(),
        ],
    )
    def test_what_is_taken_out_is_gone_at_once(self, client, issue, take_out):
        client.get("/issues/1/")

        take_out(Section.objects.get())

        assert "Grid" not in text_of(client.get("/issues/1/"))

    def test_tags_that_are_given_and_taken_are_seen_at_once(self, client, issue):
        tags, page = issue.sections.get().tags, "/issues/1/grid/"
        client.get(page)

        tags.add("layout")
        assert "layout" in text_of(client.get(page))
        tags.remove("layout")
        assert "layout" not in text_of(client.get(page))
        tags.clear()
        assert "/tags/css/" not in text_of(client.get(page))
        tags.add("layout")
        assert "layout" in text_of(client.get(page))
        Tag.objects.get(name="layout").delete()
        assert "layout" not in text_of(client.get(page))

    def test_a_change_that_ends_after_a_large_one_is_seen(self, client):
        for number in range(1, 31):
            make_issue(number, YESTERDAY * number)
        began = timezone.now()
        Issue.objects.all().note_change()  # as when a type gets another name
        client.get("/issues/1/")

        # It took its time before, and is committed now.
        Issue.objects.filter(number=1).update(title="Late", updated_at=began)

        assert "Late" in text_of(client.get("/issues/1/"))

    def test_an_index_that_was_mended_answers_at_once(self, client, issue):
        search.remove([issue.sections.get().pk])
        Issue.objects.all().note_change()
        assert "/issues/1/grid/" not in text_of(client.get("/search/?q=grid"))

        search.mend()

        assert "/issues/1/grid/" in text_of(client.get("/search/?q=grid"))

    def test_work_on_a_draft_keeps_every_page(self, client, issue):
        first = client.get("/")
        draft = make_issue(2, None, ["Flex"])
        make_issue(3, TOMORROW)
        draft.sections.get().save()

        client.get("/")

        assert client.get("/")["ETag"] == first["ETag"]
        assert kept() == (1, 0)

    def test_a_neighbour_that_is_published_shows_at_once(self, client):
        make_issue(1, YESTERDAY)
        coming = make_issue(2, None, title="Coming soon")
        assert "Coming soon" not in text_of(client.get("/issues/1/"))

        coming.publish()

        assert "Coming soon" in text_of(client.get("/issues/1/"))


class TestOneOfMany:
    """A change elsewhere lets no page of an issue be made anew."""

    COST = 5  # how old the archive is, the issue and its neighbours

    def test_a_new_issue_leaves_the_old_ones_as_they_are(
        self, client, django_assert_max_num_queries
    ):
        for number in (1, 2, 3):
            make_issue(number, YESTERDAY * (9 - number), ["Grid"])
        for number in (1, 2, 3):
            client.get(f"/issues/{number}/")
        make_issue(4, title="Newest of all")

        with django_assert_max_num_queries(self.COST):
            first = client.get("/issues/1/")
        with django_assert_max_num_queries(2):
            client.get("/issues/1/")

        assert first.status_code == 200
        assert "Newest of all" in text_of(client.get("/issues/3/"))

    def test_its_own_changes_are_seen(self, client):
        issue = make_issue(1, YESTERDAY * 2, ["Grid"])
        make_issue(2)
        client.get("/issues/1/")

        change(issue.sections.get(), body="Quite new.")

        assert "Quite new." in text_of(client.get("/issues/1/"))

    def test_a_neighbour_that_goes_is_gone(self, client):
        make_issue(1, YESTERDAY * 2)
        gone = make_issue(2, title="Not for long")
        assert "Not for long" in text_of(client.get("/issues/1/"))

        gone.unpublish()

        assert "Not for long" not in text_of(client.get("/issues/1/"))

    def test_a_page_that_refers_to_another_follows_it(self, client):
        make_issue(1, YESTERDAY * 3, [{"title": "Grid", "slug": "grid"}])
        make_issue(2, YESTERDAY * 2, [{"title": "Flex", "body": "See [[1/grid]] and [[9]]."}])
        make_issue(3)
        coming = make_issue(9, None, title="Not yet")
        assert "Grid" in text_of(client.get("/issues/2/"))

        change(Issue.objects.get(number=1).sections.get(), title="Subgrid")
        coming.publish(at=timezone.now() - datetime.timedelta(days=9))

        assert "Subgrid" in text_of(client.get("/issues/2/"))
        assert "Not yet" in text_of(client.get("/issues/2/"))

    def test_a_page_that_is_superseded_follows_what_supersedes_it(self, client):
        newer = make_issue(2, sections=["Subgrid"]).sections.get()
        make_issue(1, YESTERDAY * 5, [{"title": "Grid", "superseded_by": newer}])
        assert "Subgrid" in text_of(client.get("/issues/1/"))

        change(newer, title="Masonry")

        assert "Masonry" in text_of(client.get("/issues/1/"))

    def test_a_page_itself_does_not_say_how_long_it_holds(self, client):
        make_issue(1, sections=["Grid"])

        assert "stands_alone" not in client.get("/issues/1/").context

    def test_an_issue_that_is_no_longer_public_is_not_shown(self, client):
        issue = make_issue(1, sections=["Grid"])
        client.get("/issues/1/")

        issue.unpublish()

        assert client.get("/issues/1/").status_code == 404


@pytest.mark.django_db(transaction=True)
class TestCommits:
    """What the database says of commits, so that a page that is kept costs no question."""

    @pytest.fixture
    def issue(self):
        return make_issue(1)

    def test_a_page_that_is_kept_costs_no_question_to_the_archive(self, client, issue):
        client.get("/issues/1/")

        def count_questions() -> int:
            client.get("/issues/1/")
            with CaptureQueriesContext(connection) as questions:
                assert client.get("/issues/1/").status_code == 200
            return len(questions)

        assert while_nobody_commits(count_questions) == 0

    def test_the_mark_moves_with_every_commit_and_only_then(self, issue):
        before = while_nobody_commits(commits.mark)

        issue.save()

        assert commits.mark() != before

    def test_a_commit_that_changes_nothing_for_readers_keeps_every_page(self, client, issue):
        client.get("/")
        make_issue(2, None)

        assert client.get("/").status_code == 200
        assert kept() == (1, 0)

    def test_a_change_is_seen_at_once(self, client, issue):
        for number in range(3):
            change(issue, title=f"Title {number}")
            assert f"Title {number}" in text_of(client.get("/issues/1/"))


def while_nobody_commits(measure: Callable[[], T]) -> T:
    """Give what `measure` gives at a moment at which no transaction ends.

    PostgreSQL's mark is that of all databases together, and other tests run in others beside.
    """
    for _ in range(1000):
        before = commits.mark()
        found = measure()
        if commits.mark() == before:
            return found
    pytest.fail("The mark was never the same twice.")


def move(section: Section, issue: Issue | None) -> None:
    section.issue = issue
    section.save()


def kept() -> tuple[int, int]:
    """Count the pages, and the answers to questions, that this process keeps."""
    return len(caches["pages"]._cache), len(caches["questions"]._cache)
