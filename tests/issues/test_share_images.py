"""The pictures that stand for an issue or a section where somebody shares it."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from PIL import Image, ImageChops

from issues import cards, share_images
from issues.legible import BOLD, font, legible
from issues.models import FormerAddress, Section
from issues.share_images import Card, Entry, draw, set_title
from tests.builders import TOMORROW, YESTERDAY, make_issue

CARD = Card(
    label="Web tip",
    title="Load pictures later",
    instead="Web tip #2",
    note="#2 · 2 Dec 2026",
    site_name="Bitsletter",
    color="blue",
    colors=("blue",),
)
WIDTH = share_images.RIGHT - share_images.LEFT
HEIGHT = share_images.TITLE_BOTTOM - share_images.TITLE_TOP


def picture(card: Card) -> Image.Image:
    return Image.open(io.BytesIO(draw(card))).convert("RGB")


class TestWhatCanBeDrawn:
    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("Load pictures later", "Load pictures later"),
            ("C++, C# & .NET: --flags → “yes” 50 %", "C++, C# & .NET: --flags → “yes” 50 %"),
            ("Ça va: Ελληνικά, Русский, Tiếng Việt", "Ça va: Ελληνικά, Русский, Tiếng Việt"),
            ("Cafe\u0301", "Café"),
            ("🎉 New 🎉 tools 🎉", "New tools"),
            ("Ship it 🚀! (🎉 now 🎉)", "Ship it! (now)"),
            ("Nothing (👩\u200d💻) inside", "Nothing inside"),
            ("I ❤\ufe0f HTML and 👍🏽 CSS", "I ❤ HTML and CSS"),
            ("Keys 1\ufe0f\u20e3 and 2\ufe0f\u20e3", "Keys 1 and 2"),
            ("使用CSS改进Web性能", "CSS Web"),
            ("مرحبا HTML", "HTML"),
            ("ＣＳＳ and 𝗯𝗼𝗹𝗱", "CSS and bold"),
            ("A\x00b\u200bc\u202ed\u00ade", "Abcde"),
            ("q\u0308\u0301\u0302\u0303 stacked", "q\u0308 stacked"),
            ("a\ufffd\ue000b", "a b"),
            ("two\u00a0 \n words", "two words"),
        ],
    )
    def test_the_rest_is_left_out_cleanly(self, text, left):
        assert legible(text) == left

    @pytest.mark.parametrize("text", ["", "🎉 🎉", "你好，世界", "مرحبا", "!!! ❤", "\u200d\ufe0f"])
    def test_without_a_letter_or_digit_nothing_is_left(self, text):
        assert legible(text) == ""


class TestTitles:
    def set_out(self, title: str, height=HEIGHT) -> tuple[int, list[str]]:
        size, lines = set_title(title, WIDTH, height)
        assert all(font(BOLD, size).getlength(line) <= WIDTH for line in lines)
        assert len(lines) * size <= height
        assert len(lines) <= 5
        return size, lines

    def test_a_short_one_is_large(self):
        assert self.set_out("Lazy loading") == (128, ["Lazy loading"])

    def test_a_longer_one_is_smaller_and_whole(self):
        title = "How a single architecture replaced recurrent networks within only a few years"

        size, lines = self.set_out(title)

        assert 54 <= size < 128
        assert 3 <= len(lines) <= 5
        assert " ".join(lines) == title

    def test_no_word_is_left_alone_where_lines_can_be_alike(self):
        _size, lines = self.set_out("Warm up the learning rate before anything else is tried")

        assert min(map(len, lines)) > max(map(len, lines)) / 3

    def test_300_characters_end_in_an_ellipsis(self):
        size, lines = self.set_out("some words " * 27)

        assert (size, len(lines)) == (54, 5)
        assert lines[-1].endswith("…")

    def test_a_word_of_300_characters_is_broken(self):
        size, lines = self.set_out("x" * 300)

        assert (size, len(lines)) == (54, 5)
        assert lines[-1].endswith("x…")

    def test_above_many_entries_there_is_less_room(self):
        room = HEIGHT - 5 * share_images.ENTRY_HEIGHT - share_images.ENTRY_GAP

        _size, lines = self.set_out("some words " * 27, room)

        assert len(lines) == 2


class TestDrawing:
    ENTRIES = tuple(Entry("Research paper" * 4, "green", "word " * 60) for _ in range(5))

    @pytest.mark.parametrize(
        "card",
        [
            CARD,
            replace(CARD, title="Wörd of söme length " * 15, entries=ENTRIES),
            replace(CARD, title="W" * 300, label="L" * 60, site_name="S" * 200, note="N" * 200),
            replace(CARD, title="", instead="", label="🎉", site_name="🎉", note=""),
        ],
        ids=["usual", "full", "wide", "empty"],
    )
    def test_it_is_a_small_png_with_margins(self, card):
        data = draw(card)

        image = Image.open(io.BytesIO(data))
        assert (image.format, image.size) == ("PNG", (1200, 630))
        assert len(data) < 60_000
        beside_bar = image.convert("RGB").crop((share_images.BAR, 0, 1200, 630))
        blank = Image.new("RGB", beside_bar.size, beside_bar.getpixel((1175, 0)))
        left, top, right, bottom = ImageChops.difference(beside_bar, blank).getbbox()
        assert min(left, top, 1176 - right, 630 - bottom) >= 40

    def test_its_colours_are_those_of_the_style_sheet_in_the_light(self):
        sheet = (Path(settings.BASE_DIR) / "static/css/site.css").read_text()
        light = dict(re.findall(r"--(\w+): (#\w+);", sheet.split("@media")[0]))

        assert {name: light[name] for name in share_images.COLORS} == share_images.COLORS
        drawn = (share_images.GROUND, share_images.INK, share_images.QUIET, share_images.LINE)
        assert drawn == (light["ground"], light["ink"], light["quiet"], light["line"])

    def test_the_bar_shows_the_types_from_top_to_bottom(self):
        image = picture(replace(CARD, colors=("violet", "no such colour")))

        assert image.getpixel((5, 5)) == (0x5B, 0x46, 0xC4)
        assert image.getpixel((5, 625)) == (0x4A, 0x54, 0x68)
        assert image.getpixel((1190, 5)) == (0xFB, 0xFA, 0xF7)

    def test_emoji_leave_no_trace(self):
        bare = draw(CARD)

        assert draw(replace(CARD, title="🎉 Load 🎉 pictures later \ufe0f")) == bare
        assert draw(replace(CARD, title="Load pictures")) != bare

    def test_a_title_that_cannot_be_drawn_has_a_substitute(self):
        assert draw(replace(CARD, title="你好 🎉")) == draw(replace(CARD, title="Web tip #2"))

    def test_an_entry_whose_title_cannot_be_drawn_is_left_out(self):
        drawable = self.ENTRIES[:2]
        with_others = (drawable[0], Entry("News", "red", "机器学习"), drawable[1])

        assert draw(replace(CARD, entries=with_others)) == draw(replace(CARD, entries=drawable))

    def test_the_digest_changes_with_all_that_is_drawn(self):
        changed = {"title": "x", "label": "x", "note": "x", "site_name": "x", "color": "red"}
        changed |= {"colors": ("red",), "entries": self.ENTRIES, "instead": "x"}
        digests = {replace(CARD, **{name: value}).digest for name, value in changed.items()}

        assert len(digests | {CARD.digest}) == len(changed) + 1
        assert replace(CARD).digest == CARD.digest


@pytest.mark.django_db
class TestCards:
    def test_a_section_says_its_type_issue_and_day(self):
        moment = "2026-12-02T09:00Z"
        make_issue(12, None, [{"title": "🎉", "type": "web-tip"}], published_at=moment)

        card = cards.of_section(Section.objects.get())

        assert (card.label, card.instead) == ("Web tip", "Web tip #12")
        assert (card.note, card.colors) == ("#12 · 2 Dec 2026", ("blue",))

    def test_the_day_is_the_one_of_the_site(self, settings):
        settings.TIME_ZONE = "Pacific/Auckland"
        make_issue(1, None, ["Tip"], published_at="2026-12-02T20:00Z")

        assert cards.of_section(Section.objects.get()).note == "#1 · 3 Dec 2026"

    def test_an_issue_names_what_is_in_it(self):
        short = {"title": "A long title", "short_title": "Short", "type": "news"}
        issue = make_issue(3, sections=["Warm up", short])

        card = cards.of_issue(issue, list(issue.sections.all()))

        assert [entry.title for entry in card.entries] == ["Warm up", "Short"]
        assert card.colors == ("violet", card.entries[1].color)
        assert card.instead == "Bitsletter #3"

    def test_an_issue_of_many_sections_says_how_many_more_there_are(self):
        issue = make_issue(3, sections=[f"Tip {number}" for number in range(8)])

        card = cards.of_issue(issue, list(issue.sections.all()))

        named = ["Tip 0", "Tip 1", "Tip 2", "Tip 3", "and 4 more"]
        assert [entry.title for entry in card.entries] == named
        assert len(card.colors) == 8


@pytest.mark.django_db
class TestAddresses:
    @pytest.fixture(autouse=True)
    def empty_cache(self):
        caches["large"].clear()

    URLS = ("/share.png", "/issues/1/share.png", "/issues/1/warm-up/share.png")

    @pytest.mark.parametrize("url", URLS)
    def test_each_answers_with_a_picture_to_keep(self, client, url):
        make_issue(1, sections=["Warm up"])

        response = client.get(url)

        assert response["Content-Type"] == "image/png"
        assert Image.open(io.BytesIO(response.content)).size == (1200, 630)
        assert response["Cache-Control"] == "public, max-age=86400"
        assert "Cookie" not in response.get("Vary", "")
        assert not response.cookies

    @pytest.mark.parametrize("url", URLS)
    def test_who_has_it_is_told_so_without_drawing(self, client, url):
        make_issue(1, sections=["Warm up"])
        etag = client.get(url)["ETag"]
        caches["large"].clear()

        response = client.get(url, headers={"if-none-match": etag})

        assert (response.status_code, response.content) == (304, b"")
        assert response["ETag"] == etag
        assert caches["large"].get(name_in_cache(etag)) is None

    def test_it_is_drawn_once_whatever_the_query_says(self, client):
        make_issue(1, sections=["Warm up"])
        etag = client.get("/issues/1/share.png?v=1")["ETag"]
        caches["large"].set(name_in_cache(etag), b"kept")

        for query in ("", "?v=1", "?v=2", "?anything=at+all"):
            assert client.get(f"/issues/1/share.png{query}").content == b"kept"

    def test_a_change_gives_it_another_version(self, client):
        issue = make_issue(1, sections=["Warm up"])
        before = client.get("/issues/1/share.png")["ETag"]
        section = issue.sections.get()
        section.short_title = "Warmth"
        section.save()

        assert client.get("/issues/1/share.png")["ETag"] != before

    def test_what_is_not_public_has_none(self, client):
        make_issue(1, None, ["Warm up"])
        make_issue(2, TOMORROW, ["Warm up"])

        for number in (1, 2, 3):
            for page in (f"/issues/{number}/", f"/issues/{number}/warm-up/"):
                assert client.get(f"{page}share.png").status_code == 404

    @pytest.mark.parametrize(
        "path", ["/issues/0/", "/issues/99999999999/", "/issues/1/%00/", "/issues/1/ü/", "/tags/x/"]
    )
    def test_what_cannot_be_has_none(self, client, path):
        make_issue(1)

        assert client.get(f"{path}share.png").status_code == 404

    def test_a_former_address_leads_to_it(self, client):
        issue = make_issue(1, sections=["Warm up"])
        FormerAddress.objects.remember("/issues/1/old/", "section", issue.sections.get().pk)
        FormerAddress.objects.remember("/issues/7/", "issue", issue.pk)

        for page, now in (("/issues/1/old/", "/issues/1/warm-up/"), ("/issues/7/", "/issues/1/")):
            response = client.get(f"{page}share.png")
            assert (response.status_code, response.url) == (301, f"{now}share.png")

    def test_a_former_address_of_a_draft_leads_nowhere(self, client):
        issue = make_issue(1, None, ["Warm up"])
        FormerAddress.objects.remember("/issues/1/old/", "section", issue.sections.get().pk)

        assert client.get("/issues/1/old/share.png").status_code == 404

    def test_nothing_is_changed_by_asking(self, client):
        assert client.post("/share.png").status_code == 405

    @pytest.mark.parametrize(("url", "queries"), [(URLS[1], 2), (URLS[2], 1)])
    def test_it_asks_as_often_with_one_as_with_many(
        self, client, url, queries, django_assert_num_queries
    ):
        make_issue(1, YESTERDAY, ["Warm up", *("Tip" for _ in range(9))])

        with django_assert_num_queries(queries):
            client.get(url)


def name_in_cache(etag: str) -> str:
    return "share-image-" + etag.strip('"')
