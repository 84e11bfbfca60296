"""Pictures when a page is read: the right files, the words of today, and only the first at once."""

import re

import html5lib
import pytest

from issues import markdown, pictures, search, sharing
from issues.models import Asset, Issue, Section
from tests.builders import forget_pages, issue_form, make_issue, make_picture, make_section

HOSTILE = """"><script>alert(1)</script>'&amp; {{ x }} <img src=x onerror=y>"""


def of(asset: Asset, alt="A cat", title="") -> str:
    return f"![{alt}]({asset.file.url}" + (f' "{title}")' if title else ")")


def shown(body: str) -> str:
    """Give a text as the page of its section shows it."""
    return pictures.resolve_html(markdown.render(body).html)


def page_of(client, url="/issues/1/") -> str:
    """Give a page, which must be valid HTML."""
    html = client.get(url).content.decode()
    html5lib.HTMLParser(strict=True).parse(html)
    return html


@pytest.mark.django_db
class TestMarkup:
    def test_a_picture_alone_is_a_figure_of_all_its_files(self):
        asset = make_picture((1200, 800), placeholder="#336699")
        name = asset.file.url.removesuffix(".jpg")

        html = shown(f"Text.\n\n{of(asset, title='Our cat')}")

        fits = 'sizes="min(100vw - 2rem, 42rem)"'
        avif = f'srcset="{name}-480.avif 480w, {name}-960.avif 960w" {fits}'
        webp = f'srcset="{name}-480.webp 480w, {name}-960.webp 960w" {fits}'
        assert html == (
            '<p>Text.</p>\n<figure class="picture">'
            '<svg viewBox="0 0 1200 800" width="1200" color="#336699" aria-hidden="true"></svg>'
            f'<picture><source type="image/avif" {avif}><source type="image/webp" {webp}>'
            f'<img src="{name}.jpg" alt="A cat" width="1200" height="800"'
            ' loading="eager" fetchpriority="high" decoding="async"></picture>'
            "<figcaption>Our cat</figcaption></figure>\n"
        )

    def test_a_caption_of_several_lines_is_one(self):
        html = shown(of(make_picture(placeholder="#336699"), title="one\n  two"))

        assert html.startswith('<figure class="picture"><svg')
        assert "<figcaption>one two</figcaption></figure>" in html

    def test_one_in_a_sentence_stays_in_it(self):
        asset = make_picture((300, 200), caption="A caption", placeholder="#336699")

        html = shown(f"See {of(asset, title='So')} there.")

        assert html.startswith('<p>See <picture><source type="image/avif"')
        assert html.endswith("</picture> there.</p>\n")
        assert 'alt="A cat" title="So" width="300"' in html
        assert "fig" not in html
        assert "<svg" not in html

    def test_a_narrow_one_is_as_wide_as_it_is(self):
        html = shown(of(make_picture((300, 200), widths=[300])))

        assert html.count('sizes="min(100vw - 2rem, 300px)"') == 2

    def test_without_variants_it_is_the_plain_file_with_its_size(self):
        asset = make_picture((1200, 800), widths=[], credit="Ada")

        assert shown(of(asset)) == (
            f'<figure><img src="{asset.file.url}" alt="A cat" width="1200" height="800"'
            ' loading="eager" fetchpriority="high" decoding="async">'
            "<figcaption><small>Ada</small></figcaption></figure>\n"
        )

    def test_one_with_gaps_has_a_box_without_a_colour(self):
        html = shown(of(make_picture((300, 200), widths=[300])))

        assert '<svg viewBox="0 0 300 200" width="300" aria-hidden="true"></svg>' in html

    def test_of_one_that_moves_there_are_stills_for_who_wants_no_motion(self):
        asset = make_picture((600, 400), widths=[480], moves=True)
        name = asset.file.url.removesuffix(".gif")

        files = re.findall(
            r'<source( media="[^"]+")? type="([^"]+)" srcset="(\S+)', shown(of(asset))
        )

        still = ' media="(prefers-reduced-motion: reduce)"'
        assert files == [
            (still, "image/avif", f"{name}-480.avif"),
            (still, "image/webp", f"{name}-480.webp"),
            ("", "image/webp", f"{name}-480-moves.webp"),
        ]

    def test_what_looks_like_a_picture_in_a_text_stays_a_text(self):
        asset = make_picture()
        stored = markdown.render(of(asset)).html

        html = shown(f'`{stored.strip()}` and [a](/b "{stored[8:60]}")')

        assert "<picture" not in html
        assert "<img" not in html

    def test_those_of_others_are_as_they_are(self):
        body = "![a](https://example.org/a.png){width=60 height=40}\n\n![b](/media/a/gone.png)"
        stored = markdown.render(body).html

        html = shown(body)

        assert html == stored.replace('"lazy"', '"eager" fetchpriority="high"', 1)


@pytest.mark.django_db
class TestWords:
    @pytest.mark.parametrize(
        ("alt", "title", "caption"),
        [
            ("", "", 'alt="On file"|Caption on file <small>Ada</small>'),
            ("Here", "Said here", 'alt="Here"|Said here <small>Ada</small>'),
        ],
    )
    def test_those_of_the_text_count_before_those_on_file(self, alt, title, caption):
        asset = make_picture(alt="On file", caption="Caption on file", credit="Ada")

        html = shown(of(asset, alt, title))

        assert all(part in html for part in caption.split("|"))

    def test_new_ones_show_at_once(self, client):
        asset = make_picture()
        make_issue(1, sections=[{"title": "One", "body": of(asset, "")}])
        Asset.objects.update(alt="A new word")

        assert 'alt="A new word"' in page_of(client)

    def test_hostile_ones_are_but_words(self, client):
        asset = make_picture((300, 200), alt=HOSTILE, caption=HOSTILE, credit=HOSTILE)
        make_issue(1, sections=[{"title": "One", "body": of(asset, "")}], cover=asset)

        html = page_of(client, "/issues/1/") + page_of(client, "/issues/1/one/")

        assert "<script>" not in html
        assert "<img src=x" not in html
        assert html.count('alt="&quot;&gt;&lt;script&gt;') == 3
        assert html.count("<small>&quot;&gt;&lt;script&gt;") == 3

    def test_hostile_ones_of_the_text_are_but_words(self):
        asset = make_picture()
        title = HOSTILE.replace('"', '\\"')

        html = shown(of(asset, HOSTILE.replace("<", "\\<"), title))

        assert "<script>" not in html
        assert "<img src=x" not in html
        assert "alt=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;'&amp;" in html
        assert '<figcaption>"&gt;&lt;script&gt;' in html


@pytest.mark.django_db
class TestTheFirst:
    """What a reader sees first comes at once; all else when it is near."""

    def loading(self, html: str) -> list[str]:
        return re.findall(r'loading="(\w+)"', html)

    def preloaded(self, html: str) -> list[str]:
        return re.findall(r'<link rel="preload" as="image"[^>]* imagesrcset="(\S+)', html)

    def test_is_the_cover(self, client):
        cover, other = make_picture(alt="Cover", credit="Ada"), make_picture()
        make_issue(1, sections=[{"title": "One", "body": of(other)}], intro=of(other), cover=cover)

        html = page_of(client)

        assert self.loading(html) == ["eager", "lazy", "lazy"]
        assert self.preloaded(html) == [cover.variants_of("avif")[0].url]
        assert html.index(f'alt="{cover.alt}"') < html.index("<small>Ada</small>")

    def test_else_one_of_the_introduction(self, client):
        first, other = make_picture(), make_picture()
        make_issue(1, sections=[{"title": "One", "body": of(other)}], intro=of(first))

        html = page_of(client)

        assert self.loading(html) == ["eager", "lazy"]
        assert self.preloaded(html) == [first.variants_of("avif")[0].url]

    def test_else_one_of_the_first_section(self, client):
        first, other = make_picture(), make_picture()
        body = f"{of(first)}\n\n{of(other)}"
        make_issue(1, sections=[{"title": "One", "body": body}, {"title": "Two", "body": body}])

        html = page_of(client)

        assert self.loading(html) == ["eager", "lazy", "lazy", "lazy"]
        assert self.preloaded(html) == [first.variants_of("avif")[0].url]

    def test_is_none_that_is_far_down_the_page(self, client):
        make_issue(1, sections=["One", {"title": "Two", "body": of(make_picture())}])

        html = page_of(client)

        assert self.loading(html) == ["lazy"]
        assert "preload" not in html

    def test_is_the_only_one_of_a_section_on_its_own_page(self, client):
        asset = make_picture()
        make_issue(1, sections=["One", {"title": "Two", "body": of(asset)}])

        html = page_of(client, "/issues/1/two/")

        assert self.loading(html) == ["eager"]
        assert 'imagesizes="min(100vw - 2rem, 42rem)" fetchpriority="high">' in html

    def test_one_that_is_elsewhere_is_not_preloaded(self, client):
        body = f"![a](https://example.org/a.png)\n\n{of(make_picture())}"
        make_issue(1, sections=[{"title": "One", "body": body}])

        html = page_of(client)

        assert self.loading(html) == ["eager", "lazy"]
        assert "preload" not in html

    @pytest.mark.parametrize("fields", [{"widths": []}, {"moves": True}])
    def test_one_is_preloaded_only_if_it_is_clear_which_file_that_is(self, client, fields):
        make_issue(1, sections=[{"title": "One", "body": of(make_picture(**fields))}])

        html = page_of(client)

        assert self.loading(html) == ["eager"]
        assert "preload" not in html


@pytest.mark.django_db
class TestPages:
    """Every page that shows texts shows their pictures so, and nothing else does."""

    @pytest.fixture
    def asset(self):
        return make_picture(alt="On file", caption="Caption on file")

    @pytest.fixture
    def issue(self, asset):
        section = {"title": "One", "body": f"Words.\n\n{of(asset, '')}", "tags": ["css"]}
        return make_issue(1, sections=[section], intro=of(asset, "Hello"))

    @pytest.mark.parametrize("url", ["/issues/1/", "/issues/1/one/", "/tags/css/all/"])
    def test_public_ones(self, client, issue, url):
        html = page_of(client, url)

        assert html.count("<picture>") == html.count('class="picture"') > 0
        assert 'alt="On file"' in html

    def test_a_shared_draft(self, client, issue, editor):
        Issue.objects.update(published_at=None)
        link = sharing.make(issue, editor)

        assert client.get(sharing.address(link)).content.count(b"<picture>") == 2

    def test_previews_at_the_desk(self, desk, issue, asset):
        form = issue_form({"title": "One", "body": of(asset)}, intro=of(asset))

        live = desk.post("/admin/desk/live/", {"issue": "", **form}).content
        preview = desk.post("/admin/desk/preview/", {"content": of(asset)}).content
        saved = desk.get(f"/admin/issues/issue/{issue.pk}/preview/").content

        assert [page.count(b"<picture>") for page in (live, preview, saved)] == [2, 1, 2]

    @pytest.mark.parametrize(
        "url", ["/feed.xml", "/feed.json", "/tags/css/feed.json", "/api/v1/issues/1/"]
    )
    def test_feeds_and_the_api_have_the_plain_file(self, client, issue, asset, url):
        text = client.get(url).content.decode()

        assert asset.file.url in text
        assert "<picture" not in text
        assert "&lt;picture" not in text
        assert ".avif" not in text

    def test_the_search_finds_no_words_that_only_the_page_shows(self, client, issue):
        assert search.answer(search.Question("caption")).hits == []
        assert "picture" not in Section.objects.get().body_html

    def test_one_question_loads_them_all(self, django_assert_num_queries):
        rows = [Issue(intro_html=markdown.render(of(make_picture())).html)]
        rows += [Section(body_html=markdown.render(of(make_picture()) * 3).html) for _ in range(9)]

        with django_assert_num_queries(1):
            pictures.resolve(rows)

        assert all("<picture>" in row.body_html for row in rows[1:])
        assert 'class="picture"' in rows[0].intro_html

    def test_texts_without_any_of_ours_cost_no_question(self, django_assert_num_queries):
        rows = [Section(body_html=markdown.render("![a](https://example.org/a.png) b").html)]

        with django_assert_num_queries(0):
            pictures.resolve(rows)

    def test_a_page_asks_as_often_with_1_as_with_20(
        self, client, django_assert_num_queries, django_assert_max_num_queries
    ):
        make_issue(1, sections=[{"title": "One", "body": of(make_picture())}])
        with django_assert_max_num_queries(12) as asked:
            client.get("/issues/1/")
        for place in range(2, 21):
            make_section(Issue.objects.get(), f"Tip {place}", body=of(make_picture()))
        forget_pages()

        with django_assert_num_queries(len(asked)):
            client.get("/issues/1/")

    @pytest.mark.parametrize(
        "address", ["/media/a/x%00y.png", "/media/a/" + "x" * 5000 + ".png", "/media/a/é%ud800.png"]
    )
    def test_no_address_breaks_a_page(self, client, address):
        make_issue(1, sections=[{"title": "One", "body": f"![a]({address})"}])

        assert 'alt="a"' in page_of(client)

    def test_thousands_of_addresses_are_one_question(self, django_assert_num_queries):
        body = " ".join(f"![](/media/a/{number}.png)" for number in range(5000))
        html = markdown.render(body).html

        with django_assert_num_queries(1):
            pictures.resolve([Section(body_html=html)])
