"""The pre-flight: each check where it fires and where it does not."""

from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from issues import contents, draft, images, preflight, recipe
from issues.draft import Draft, DraftSection
from issues.models import Asset, FormerAddress, Issue, Section, SectionType
from issues.preflight import BLOCKING, WARNING, Finding
from tests.builders import TOMORROW, YESTERDAY, make_issue, picture

pytestmark = pytest.mark.django_db

PAGE = "https://example.org/a"


def written(*sections: dict, **fields) -> Draft:
    """Give a draft that nothing is to be said of, but for what its sections and fields change."""
    types = {one.slug: one for one in SectionType.objects.all()}
    rows = []
    for index, section in enumerate(sections or [{}]):
        values = {"title": f"Tip {index}", "body": "Words.", "tags": ["tips"], "type": "ml-tip"}
        values |= section
        values["type"] = types.get(values["type"])
        rows.append(DraftSection(f"sections-{index}", **values))
    return Draft(**{"title": "My issue", "number": 20, "sections": rows, **fields})


def found(check: str, *sections: dict, **fields) -> list[tuple[str, str]]:
    """Give fields and messages of one check's findings."""
    findings = preflight.check(written(*sections, **fields))
    return [(one.field, one.message) for one in findings if one.check == check]


def test_a_decent_issue_is_ready():
    findings = preflight.check(written({}, {"type": "news", "link": PAGE}, intro="Hello."))

    assert findings == []
    assert not preflight.blocks(findings)


def test_the_checks_read_as_a_list_of_promises():
    names = [check.__name__ for check in BLOCKING + WARNING]

    assert len(set(names)) == len(names) == 21
    assert all(check.__doc__ for check in BLOCKING + WARNING)


class TestFindings:
    def test_what_blocks_comes_first_in_the_order_of_the_page(self):
        findings = preflight.check(
            written(
                {"tags": [], "body": "[here](https://example.org)"},
                {"title": "", "body": "TODO", "slug": "x"},
                {"slug": "x"},
                title="TK " + "a" * 80,
                intro="[x](/y)",
                recipe=recipe.current(),
            )
        )

        assert [(one.is_blocking, one.check, one.field) for one in findings] == [
            (True, "placeholder", "title"),
            (True, "unreachable_link", "intro"),
            (True, "missing_tags", "sections-0-tags"),
            (True, "missing_title", "sections-1-title"),
            (True, "placeholder", "sections-1-body"),
            (True, "duplicate_slug", "sections-2-slug"),
            (True, "empty_slot", ""),
            (True, "empty_slot", ""),
            (True, "empty_slot", ""),
            (False, "long_title", "title"),
            (False, "vague_link_text", "sections-0-body"),
        ]
        assert preflight.blocks(findings)

    def test_warnings_do_not_block(self):
        findings = preflight.check(written(title="a" * 79))

        assert [one.check for one in findings] == ["long_title"]
        assert not preflight.blocks(findings)

    def test_a_finding_names_its_section(self):
        [finding] = preflight.check(written({"title": "Warm up", "tags": []}))

        assert finding == Finding(
            "missing_tags", True, "“Warm up” has no tags.", "sections-0-tags", "Warm up"
        )

    def test_an_issue_in_the_database_is_judged_as_its_form_is(self):
        issue = make_issue(1, sections=[{"title": "A", "body": "TODO", "tags": ["x"]}, "B"])

        findings = preflight.check(draft.of_issue(issue))

        assert [(one.check, one.field) for one in findings] == [
            ("placeholder", "sections-0-body"),
            ("missing_text", "sections-1-body"),
            ("missing_tags", "sections-1-tags"),
        ]

    def test_every_field_that_a_finding_may_name_is_in_the_form_of_the_issue(self, desk):
        issue = make_issue(1, sections=["A"])

        url = reverse("admin:issues_issue_change", args=[issue.pk])
        page = desk.get(url).content.decode()

        for name in preflight.FIELDS:
            prefix = "" if name in ("title", "summary", "intro") else "sections-0-"
            assert f'id="id_{prefix}{name}"' in page

    def test_each_text_is_parsed_once(self, monkeypatch):
        parsed, parse = [], contents.markdown.parse
        monkeypatch.setattr(
            contents.markdown, "parse", lambda source: parsed.append(source) or parse(source)
        )

        preflight.check(written({"body": "One"}, {"body": "Two"}, intro="Three"))

        assert sorted(parsed) == ["One", "Three", "Two"]


class TestSlots:
    def test_a_type_with_too_few_sections_is_named_with_how_many_are_missing(self):
        paper, news = (SectionType.objects.get(slug=slug) for slug in ("research-paper", "news"))
        asked = [
            {"type": paper.pk, "least": 1, "most": 1},
            {"type": news.pk, "least": 3, "most": 5},
        ]

        findings = preflight.check(written({"type": "news", "link": PAGE}, recipe=asked))

        assert [(one.message, one.field, one.type) for one in findings] == [
            ("Research paper: one section is missing.", "", paper),
            ("News: two sections are missing.", "", news),
        ]

    def test_filled_and_excess_slots_are_fine(self):
        tip = SectionType.objects.get(slug="ml-tip")

        asked = [{"type": tip.pk, "least": 1, "most": 1}]
        assert found("empty_slot", {}, recipe=asked) == []
        assert found("empty_slot", {}, {}, recipe=asked) == []
        assert found("empty_slot", {}, recipe=[]) == []


class TestCompleteness:
    def test_an_issue_has_a_section(self):
        assert found("missing_sections", sections=[]) == [("", "The issue has no section yet.")]
        assert found("missing_sections", {"type": "?", "title": ""}) == []

    @pytest.mark.parametrize(
        ("check", "field", "empty", "message"),
        [
            ("missing_title", "title", " ", "Section 1 has no title."),
            ("missing_text", "body", "\n ", "“Tip 0” has no text."),
            ("missing_tags", "tags", [], "“Tip 0” has no tags."),
        ],
    )
    def test_a_section_has_title_text_and_tags(self, check, field, empty, message):
        assert found(check, {field: empty}) == [(f"sections-0-{field}", message)]
        assert found(check, {}) == []

    def test_two_sections_have_two_slugs(self):
        message = "“Tip 2” has the slug “same”, which “Tip 0” has already."

        same = found("duplicate_slug", {"slug": "same"}, {"slug": "other"}, {"slug": "same"})

        assert same == [("sections-2-slug", message)]
        assert found("duplicate_slug", {"slug": ""}, {"slug": ""}, {"slug": "x"}) == []

    def test_a_text_that_cannot_be_rendered_blocks_and_is_not_looked_into(self):
        [finding] = preflight.check(written({"body": "[" * 200 + "TODO"}))

        assert (finding.check, finding.field) == ("unreadable_text", "sections-0-body")
        assert finding.message.startswith("“Tip 0”: More than 100 square brackets are open")
        assert found("unreadable_text", intro="x" * 300_000)[0][0] == "intro"
        assert found("unreadable_text", {"body": "[" * 9}) == []


class TestPlaceholders:
    @pytest.mark.parametrize("field", ["title", "summary", "intro"])
    def test_in_the_issue(self, field):
        assert [place for place, _ in found("placeholder", **{field: "a TODO b"})] == [field]

    @pytest.mark.parametrize("field", ["title", "short_title", "body", "byline"])
    def test_in_a_section(self, field):
        places = [place for place, _ in found("placeholder", {field: "a TODO b"})]

        assert places == [f"sections-0-{field}"]

    @pytest.mark.parametrize(
        ("body", "word"),
        [
            *(("TK", "TK"), ("[TKTK]", "TKTK"), ("**TODO**: more", "TODO"), ("# FIXME", "FIXME")),
            *(("Lorem ipsum dolor", "Lorem ipsum"), ("![TODO](https://a.org/b.png)", "TODO")),
            *(("|a|\n|-|\n|TK|", "TK"), ("<!-- TODO -->", "TODO"), ("[TK](https://a.org)", "TK")),
        ],
    )
    def test_words_that_stand_for_others(self, body, word):
        [(_, message)] = found("placeholder", {"body": body})

        assert f"“{word}” is left there." in message

    @pytest.mark.parametrize(
        "body",
        [
            *("A todo list", "`TODO`", "```\n# TODO\n```", "    FIXME", "TKinter", "to do", "Tk"),
            *("TODOs", "METHODOLOGY", "[a](https://a.org/TODO)", "Lorem", "TODO_LIST"),
        ],
    )
    def test_words_that_are_meant(self, body):
        assert found("placeholder", {"body": body}) == []

    def test_the_line_is_named(self):
        body = "One\ntwo\n\n- three\n- four TODO\n\nA note[^1] and ^[TK]\n\n[^1]: FIXME"

        messages = [message for _, message in found("placeholder", {"body": body})]

        assert messages == [
            "“Tip 0”, line 5: “TODO” is left there.",
            "“Tip 0”, line 9: “FIXME” is left there.",
            "“Tip 0”: “TK” is left there.",
        ]


class TestReach:
    @pytest.mark.parametrize(
        ("address", "reason"),
        [
            *(("/issues/3/", "whole address"), ("notes.md", "whole address")),
            *(("//example.org/a", "whole address"), ("?page=2", "whole address")),
            *(("http://localhost:8000/", "only on your own"), ("http://10.0.0.7/x", "only on")),
            *(("https://wiki/page", "only on your own"), ("http://nas.local/", "only on your own")),
            *(("ftp://example.org/a", "readers can open"), ("https:///a", "readers can open")),
            *(("C:/notes.md", "readers can open"), ("file:///home/me/a", "readers can open")),
        ],
    )
    def test_links_that_lead_readers_nowhere(self, address, reason):
        for places in ({"body": f"a\n\n[words]({address})"}, {"body": f"![p]({address})"}):
            [(field, message)] = found("unreachable_link", places)
            assert field == "sections-0-body"
            assert reason in message
            assert address in message

    def test_a_link_without_an_address(self):
        [(_, message)] = found("unreachable_link", {"body": "[words]()"})

        assert message == "“Tip 0”, line 1: a link or a picture has no address."

    @pytest.mark.parametrize(
        ("link", "fires"),
        [
            *(("https://example.org", False), ("example.org/a", False), ("", False)),
            *(("/a", True), ("#part", True), ("http://localhost/", True), ("intern/a", True)),
        ],
    )
    def test_the_link_of_a_section(self, link, fires):
        places = [place for place, _ in found("unreachable_link", {"link": link})]

        assert places == (["sections-0-link"] if fires else [])

    def test_the_introduction_is_looked_at_too(self):
        [(field, message)] = found("unreachable_link", intro="[x](/y)")

        assert field == "intro"
        assert message.startswith("Introduction, line 1: “/y”")

    @pytest.mark.parametrize(
        "body",
        [
            *("[words](https://example.org/a)", "[me](mailto:me@example.org)", "<http://a.org>"),
            *("[below](#part)", "A note[^1].\n\n[^1]: So.", "`[x](/y)`", "[not a link] (/y)"),
            "![chart](/media/a/chart.png)",
            "![chart](https://example.org/chart.png)",
        ],
    )
    def test_links_that_are_fine(self, body):
        assert found("unreachable_link", {"body": body}) == []

    def test_only_pictures_may_point_into_our_folder_of_pictures(self):
        assert found("unreachable_link", {"body": "[a chart](/media/a/chart.png)"})
        assert found("unreachable_link", {"body": "![a chart](/media/other/chart.png)"})
        assert found("unreachable_link", {"body": "![a chart](mailto:me@example.org)"})

    def test_only_links_may_be_without_https(self):
        assert found("unreachable_link", {"body": "[a](http://example.org/a.png)"}) == []
        [(_, message)] = found("unreachable_link", {"body": "![a](http://example.org/a.png)"})
        assert message == (
            "“Tip 0”: “http://example.org/a.png” is not shown: pictures come from https:// alone."
        )

    def test_this_site_is_fine_wherever_it_is(self, settings):
        settings.SITE_URL = "http://localhost:8000"

        assert found("unreachable_link", {"body": "[a](http://localhost:8000/issues/1/)"}) == []
        assert found("unreachable_link", {"link": "http://localhost:8000"}) == []
        assert found("unreachable_link", {"link": "http://localhost:80001/"})


class TestPictures:
    @pytest.mark.parametrize("alt", ["", "  "])
    def test_a_picture_without_alternative_text(self, alt):
        [(field, message)] = found("missing_alt", {"body": f"![{alt}](https://a.org/b%20c.png)"})

        assert field == "sections-0-body"
        assert message == "“Tip 0”: the picture b c.png has no alternative text."

    @pytest.mark.parametrize(
        "alt",
        [
            *("IMG_1234.jpg", "image.png", "chart-final.WEBP", "IMG_1234", "DSC0001", "image"),
            *("Screenshot 2022-06-29 at 10.15.00.png", "Untitled", "picture 3"),
        ],
    )
    def test_the_name_of_a_file_is_no_alternative_text(self, alt):
        [(_, message)] = found("missing_alt", {"body": f"![{alt}](https://a.org/b.png)"})

        assert message == f"“Tip 0”: “{alt}” is a file's name and no alternative text."

    @pytest.mark.parametrize(
        "alt", ["A rising curve", "Screenshot of the editor", "Opening chart.png", "Images of cats"]
    )
    def test_words_are_one(self, alt):
        assert found("missing_alt", {"body": f"![{alt}](https://a.org/b.png)"}) == []

    def test_a_picture_in_code_is_none(self):
        assert found("missing_alt", {"body": "`![](a.png)`"}) == []

    def test_a_picture_of_ours_that_is_not_there(self):
        there, gone = images.store(picture()).file.url, "/media/a/gone.png"
        others = "![Elsewhere](https://a.org/media/a/gone.png) ![Nowhere](/none.png)"
        body = f"![A chart]({there}) ![A chart]({gone}) ![Again]({gone}) {others}"

        [(field, message)] = found("missing_picture", {"body": body})

        assert field == "sections-0-body"
        assert message == "“Tip 0”: the picture gone.png is not there."

    def test_a_variant_is_there(self):
        variant = images.store(picture()).variants_of("webp")[0]
        body = f"![A chart]({variant.url}) ![A chart](/media/a/{'0' * 32}.webp)"

        [(_, message)] = found("missing_picture", {"body": body})

        assert f"{'0' * 32}.webp is not there" in message

    def test_a_large_variant_is_said(self, media_folder):
        variant = images.store(picture()).variants_of("webp")[0]
        (media_folder / variant.name).write_bytes(b"x" * (2 * 1024 * 1024))

        [(_, message)] = found("heavy_picture", {"body": f"![A chart]({variant.url})"})

        assert "is large, 2.0\xa0MB." in message

    def test_a_picture_of_more_than_a_megabyte(self):
        asset = images.store(picture())
        body = f"![A chart]({asset.file.url})"
        assert found("heavy_picture", {"body": body}) == []

        Asset.objects.update(bytes=2 * 1024 * 1024)

        [(field, message)] = found("heavy_picture", {"body": f"{body}\n\n{body}"})
        assert field == "sections-0-body"
        assert message == f"“Tip 0”: the picture {Path(asset.file.name).name} is large, 2.0\xa0MB."

    def test_a_picture_whose_size_nobody_has_noted_has_none(self):
        asset = images.store(picture())
        Asset.objects.update(bytes=0)

        assert found("heavy_picture", {"body": f"![A chart]({asset.file.url})"}) == []
        assert Asset.objects.count() == 1


class TestWords:
    def test_a_title_fits_into_a_subject_line(self):
        [(field, message)] = found("long_title", title="a" * 79)

        assert field == "title"
        assert message.startswith("The title has 79 characters; mail programs show about 78")
        assert found("long_title", title=" " + "a" * 78) == []

    @pytest.mark.parametrize(
        ("body", "names"),
        [
            ("## a\n\n#### b", ["b"]),
            ("### a\n\n## b", ["a"]),
            ("a\n=\n\n### b\n\n##### c", ["b", "c"]),
            ("## a\n\n### b\n\n## c\n\n### d\n\n#### e", []),
            ("#### a\n\n#### b", []),
            ("a\n=\n\nb\n-\n\n### c", []),
            ("```\n# a\n\n### b\n```", []),
            ("", []),
        ],
    )
    def test_headings_go_down_step_by_step(self, body, names):
        messages = [message for _, message in found("skipped_heading", {"body": body})]

        assert [message.partition("“")[2].split("“")[1][0] for message in messages] == names


class TestLinkTexts:
    @pytest.mark.parametrize(
        "body",
        [
            *("[here](https://a.org)", "[Click here!](https://a.org)", "[this](https://a.org)"),
            *("[**Link**](https://a.org)", "[Read more →](https://a.org)", "[](https://a.org)"),
            *("<https://a.org/b>", "[https://a.org](https://a.org)", "[→](https://a.org)"),
        ],
    )
    def test_texts_that_do_not_say_where_they_lead(self, body):
        [(field, message)] = found("vague_link_text", {"body": f"a\n\n{body}"})

        assert field == "sections-0-body"
        assert message.startswith("“Tip 0”, line 3: the link text “")

    @pytest.mark.parametrize(
        "body",
        [
            *("[Paper](https://a.org)", "[What comes here](https://a.org)", "here https://a.org"),
            *("[`fit()`](https://a.org)", "[![A chart](https://a.org/b.png)](https://a.org)"),
            *("[学习](https://a.org)", "[why https://a.org is down](https://a.org)"),
        ],
    )
    def test_texts_that_do(self, body):
        assert found("vague_link_text", {"body": body}) == []

    def test_shortened_links_hide_where_they_lead(self):
        assert found("shortened_link", {"link": "bit.ly/3x"})[0][0] == "sections-0-link"
        assert found("shortened_link", {"body": "[a b](https://www.tinyurl.com/x)"}) == [
            (
                "sections-0-body",
                "“Tip 0”, line 1: “https://www.tinyurl.com/x” hides where it leads; "
                "link to the page itself.",
            )
        ]
        assert found("shortened_link", intro="[a b](https://t.co/x)")[0][0] == "intro"
        assert found("shortened_link", {"link": "https://rabbit.ly/x"}) == []


class TestRequiredLinks:
    @pytest.mark.parametrize(
        "section",
        [
            *({"link": "https://arxiv.org/abs/2202.03555"}, {"link": "https://a.org/paper.pdf"}),
            *({"link": "https://doi.org/10.1/x"}, {"link": "https://openreview.net/forum?id=x"}),
            {"link": "https://a.org", "body": "[The paper](https://arxiv.org/pdf/2202.03555v2)"},
            {"link": "https://a.org", "body": "It is doi:10.1038/nature14539."},
            {"link": "https://a.org", "body": "See arXiv:2202.03555"},
            {"link": "https://a.org/x.pdf?download=1"},
        ],
    )
    def test_a_paper_can_be_found(self, section):
        section = {"type": "research-paper", **section}

        assert preflight.check(written(section)) == []

    @pytest.mark.parametrize("link", ["", "https://a.org/news", "https://arxiv.org"])
    def test_a_paper_that_cannot(self, link):
        section = {"type": "research-paper", "link": link}

        [finding] = preflight.check(written(section))

        assert (finding.check, finding.field) == ("paper_without_source", "sections-0-link")
        assert finding.message.startswith("“Tip 0” has no link to the paper")
        assert found("paper_without_source", {"link": link}) == []

    def test_a_tool_has_a_home_page(self):
        assert found("missing_link", {"type": "tool"}) == [
            ("sections-0-link", "“Tip 0” has no link to the tool's home page.")
        ]
        assert found("missing_link", {"type": "tool", "link": "ruff.example"}) == []

    def test_a_type_may_ask_for_a_link(self):
        SectionType.objects.filter(slug="news").update(link_required=True)

        assert found("missing_link", {"type": "news"}) == [
            ("sections-0-link", "“Tip 0” has no link.")
        ]
        assert found("missing_link", {"type": "ml-tip"}, {"type": "no type"}) == []

    def test_a_paper_that_is_only_in_the_text_lacks_the_link_of_its_type(self):
        paper = {"type": "research-paper", "body": "[The paper](https://arxiv.org/abs/2202.03555)"}

        assert [place for place, _ in found("missing_link", paper)] == ["sections-0-link"]


class TestRepeats:
    @pytest.fixture
    def earlier(self):
        return make_issue(
            7,
            published=YESTERDAY * 91,
            sections=[
                {"title": "Old", "type": "news", "body": "[a](https://arxiv.org/abs/1706.03762)"}
            ],
        )

    def test_a_link_of_an_earlier_issue_is_named_with_its_place(self, earlier):
        link = "https://www.arxiv.org/pdf/1706.03762v5.pdf"

        assert found("repeated_link", {"link": link}, {"body": f"[again]({link})"}) == [
            ("sections-0-link", f"“Tip 0”: {link} was used in #7, News, three months ago."),
            ("sections-1-body", f"“Tip 1”, line 1: {link} was used in #7, News, three months ago."),
        ]

    def test_a_new_link_is_none(self, earlier):
        assert found("repeated_link", {"link": "https://arxiv.org/abs/1706.03763"}) == []

    def test_the_issue_itself_is_no_earlier_one(self, earlier):
        assert [one.check for one in preflight.check(draft.of_issue(earlier))] == ["missing_tags"]

    def test_links_to_this_site_are_none(self, settings):
        settings.SITE_URL = "https://letter.example"
        link = "https://letter.example/issues/1/"
        make_issue(7, sections=[{"title": "Old", "link": link}])

        assert found("repeated_link", {"link": link}) == []

    def test_only_the_newest_uses_are_named(self):
        for number in range(1, 6):
            make_issue(number, sections=[{"title": "Old", "link": PAGE}] * 2)

        [(_, message)] = found("repeated_link", {"link": PAGE})

        assert message == (
            "“Tip 0”: https://example.org/a was used in #5, ML tip, one day ago; "
            "#4, ML tip, one day ago; #3, ML tip, one day ago, and before."
        )


class TestCost:
    @pytest.mark.parametrize("count", [3, 30])
    def test_three_questions_for_any_number_of_sections(self, count, django_assert_num_queries):
        urls = [images.store(picture(size=(10, 10 + n))).file.url for n in range(3)]
        make_issue(1, sections=[{"title": "Old", "link": f"{PAGE}/{n}"} for n in range(3)])
        section = {"link": PAGE, "body": " ".join(f"![A b]({url})" for url in urls)}
        sections = [{**section, "link": f"{PAGE}/{n}"} for n in range(count)]
        issue = written(*sections, recipe=recipe.current())

        with django_assert_num_queries(3):  # types, pictures, earlier uses
            findings = preflight.check(issue)

        assert [one.check for one in findings].count("repeated_link") == 3


class TestAnyWords:
    texts = st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                [*"[]()!<>#`*_|\n -^:", "](", "![", "https://", "/media/a/", "[^1]", "TODO", "\x00"]
            ),
            max_size=20,
        ).map("".join),
    )

    @given(st.lists(texts, min_size=8, max_size=8))
    @hypothesis_settings(
        max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_are_judged_without_a_failure(self, words):
        names = ("title", "short_title", "slug", "link", "byline", "body")
        section = dict(zip(names, words, strict=False))

        findings = preflight.check(written(section, {"type": "?"}, intro=words[6], title=words[7]))

        assert all(isinstance(one.message, str) and one.message for one in findings)


class TestFragment:
    def render(self, findings, **context) -> str:
        html = render_to_string("admin/desk/_preflight.html", {"findings": findings, **context})
        return " ".join(html.split())

    def test_both_kinds_are_counted_in_words_and_lead_to_their_fields(self):
        findings = preflight.check(
            written({"tags": [], "title": "<b>"}, {"tags": []}, title="a" * 79)
        )

        html = self.render(findings, form_url="/admin/issues/issue/3/change/")

        assert "Two things block publishing" in html
        assert "One warning" in html
        assert 'href="/admin/issues/issue/3/change/#id_sections-1-tags"' in html
        assert "“&lt;b&gt;” has no tags." in html

    def test_without_a_form_the_links_stay_on_the_page(self):
        html = self.render([Finding("missing_tags", True, "No tags.", "sections-0-tags")])

        assert "One thing blocks publishing" in html
        assert '<a href="#id_sections-0-tags">No tags.</a>' in html

    def test_an_empty_slot_leads_to_the_sections(self):
        html = self.render([Finding("empty_slot", True, "News is missing.", "")])

        assert '#sections-group">News is missing.</a>' in html

    def test_nothing_found_is_said(self):
        assert "Ready to publish." in self.render([])


class TestReferences:
    @pytest.fixture
    def archive(self):
        make_issue(2, YESTERDAY, ["Load later"])
        make_issue(5, None, ["Secret"])
        make_issue(6, TOMORROW, ["Coming"])

    @pytest.mark.parametrize(
        "body",
        [
            *("[[2/load-later]]", "[[2/load-later|there]]", "[[2]]", "`[[9/nothing]]`"),
            *("[[20]]", "[[20/tip-0]]", "[[[9]](https://a.org)]", "[[1, 2], [3/4]]"),
        ],
    )
    def test_to_what_readers_can_see_are_fine(self, archive, body):
        assert found("unreachable_reference", {"body": body}) == []
        assert found("misspelt_reference", {"body": body}) == []
        assert found("unreachable_link", {"body": body}) == []

    @pytest.mark.parametrize(
        ("reference", "reason"),
        [
            *(("[[5/secret]]", "leads to a draft."), ("[[5]]", "leads to a draft.")),
            ("[[2/gone]]", "leads nowhere: issue 2 has no “gone”."),
            ("[[20/other]]", "leads nowhere: issue 20 has no “other”."),
            ("[[99]]", "leads nowhere: there is no issue 99."),
        ],
    )
    def test_to_anything_else_block(self, archive, reference, reason):
        body = f"One\n\ntwo {reference}"

        blocking = preflight.check(written({"body": body}))

        message = f"“Tip 0”, line 3: {reference} {reason}"
        assert [(one.check, one.message) for one in blocking] == [
            ("unreachable_reference", message)
        ]
        assert preflight.blocks(blocking)

    def test_with_words_of_its_own_and_in_the_introduction(self, archive):
        [(field, message)] = found("unreachable_reference", intro="[[5/secret|a look]]")

        assert field == "intro"
        assert message == "Introduction, line 1: [[5/secret]] leads to a draft."

    def test_to_a_scheduled_issue_wait_for_it(self, archive):
        coming = Issue.objects.get(number=6).published_at

        [(_, message)] = found("unreachable_reference", {"body": "[[6/coming]]"})

        assert "is not public before" in message
        assert found("unreachable_reference", {"body": "[[6/coming]]"}, due_at=coming) == []

    def test_to_a_former_address_that_leads_to_something_public_are_fine(self, archive):
        section = Section.objects.get(slug="load-later")
        FormerAddress.objects.remember("/issues/2/lazy/", "section", section.pk)

        assert found("unreachable_reference", {"body": "[[2/lazy]]"}) == []

        section.issue.unpublish()
        assert found("unreachable_reference", {"body": "[[2/lazy]]"})

    def test_to_a_section_whose_slug_is_still_to_be_made_are_fine(self):
        tips = [{"title": "Same"}, {"title": "Same", "body": "[[20/same-2]] [[20/same-3]]"}]

        messages = [message for _, message in found("unreachable_reference", *tips)]

        assert len(messages) == 1
        assert "[[20/same-3]] leads nowhere" in messages[0]

    @pytest.mark.parametrize(
        "body", ["[[2/Load Later]]", "[[#2/load-later]]", "[[ 2/load-later]]", "[[02/x|y]]"]
    )
    def test_that_are_misspelt_block(self, archive, body):
        [(field, message)] = found("misspelt_reference", {"body": body})

        assert field == "sections-0-body"
        assert f"“{body}” is no reference" in message

    def test_are_looked_up_in_as_many_questions_whatever_their_number(
        self, archive, django_assert_num_queries
    ):
        draft = written({"body": " ".join(f"[[{n}]] [[{n}/a]]" for n in range(1, 2000))})

        # types; public issues and sections, former addresses; all issues and sections
        with django_assert_num_queries(6):
            preflight.check(draft)

    def test_are_no_repeated_links(self, archive):
        make_issue(3, sections=[{"title": "A", "body": "[[2/load-later]]"}])

        assert found("repeated_link", {"body": "[[2/load-later]]"}) == []
