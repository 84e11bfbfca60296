"""Markdown to HTML and plain text."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issues import markdown
from issues.markdown import Size, UnreadableMarkdown, render


def dangers(html: str) -> list[str]:
    """Read HTML as a browser does; give what could run a program or break the policy."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag in ("script", "svg", "iframe", "object", "style", "form", "base", "meta"):
                found.append(tag)
            for name, value in attrs:
                scheme = re.match(r"\s*([\w+.-]+):", value or "")
                harmless = scheme is None or scheme[1] in ("http", "https", "mailto")
                if name.startswith("on") or name in ("style", "srcdoc"):
                    found.append(name)
                if name in ("href", "src", "action") and not harmless:
                    found.append(value)

    Reader().feed(html)
    return found


class TestDialect:
    def test_tables_align_by_class_not_by_style(self):
        html = render("|a|b|\n|-|:-:|\n|1|2|").html

        assert '<th class="align-center">b</th>' in html
        assert "style=" not in html

    def test_task_lists_have_labelled_boxes(self):
        html = render("- [x] done").html

        assert '<label><input class="task-list-item-checkbox" checked="checked"' in html

    def test_strikethrough(self):
        assert "<s>gone</s>" in render("~~gone~~").html

    def test_code_is_coloured_by_classes(self):
        html = render("```python\nx = 1\n```").html

        assert '<code class="highlight language-python"><span class="n">x</span>' in html

    def test_code_of_an_unknown_language_stays_as_it_is(self):
        assert "&lt;tag&gt;" in render("```klingon\n<tag>\n```").html

    def test_footnotes_and_headings_carry_the_prefix(self):
        html = render("# Why\n\nBecause[^1].\n\n[^1]: So.", prefix="tip").html

        assert 'id="tip--why"' in html
        assert 'href="#fn-tip-1"' in html
        assert 'id="fn-tip-1"' in html

    def test_equal_headings_get_different_ids(self):
        html = render("# Same\n\n# Same").html

        assert 'id="same"' in html
        assert 'id="same-2"' in html

    @pytest.mark.parametrize("source", ["# a\n\n## b", "### a\n\n#### b"])
    def test_the_shallowest_heading_is_h3(self, source):
        html = render(source).html

        assert "<h3" in html
        assert "<h4" in html
        assert "<h1" not in html


class TestReferences:
    def test_lead_to_a_section_or_an_issue_by_number_or_in_words_of_their_own(self):
        html, text, _ = render("See [[2/lazy-loading]], [[7]] and [[2/x|own & words]].")

        assert 'href="/issues/2/lazy-loading/" class="reference"' in html
        assert ">#2</a>" in html
        assert '<a href="/issues/7/" class="reference" rel="noopener">#7</a>' in html
        assert ">own &amp; words</a>" in html
        assert text == "See #2, #7 and own & words."

    @pytest.mark.parametrize(
        "source",
        [
            *("`[[2/x]]`", "```\n[[2/x]]\n```", "    [[2/x]]", "[see [[2/x]]](https://a.org)"),
            *("[[02/x]]", "[[2/x y]]", "[[2/]]", "[[x]]", "[[2/é]]", "[[2/x|]]", "[[2/x| ]]"),
            *("[[2", "[[2]", "[[٢]]", "[[1234567890]]", "\\[[2/x]]", f"[[2/{'x' * 81}]]"),
            *("[[2]](https://a.org)", "[[2]]\n\n[2]: https://a.org", "[[2/x|a\nb]]"),
        ],
    )
    def test_in_code_in_links_and_misspelt_are_none(self, source):
        assert "reference" not in render(source).html

    def test_brackets_around_one_and_emphasis_are_fine(self):
        html = render("[[[2]]] **[[3]]** ^[in a note: [[4/a]]]\n\n# On [[5/b-c]]").html

        assert html.count('class="reference"') == 4
        assert '<h3 id="on-5">' in html

    def test_are_numbers_in_the_alternative_text_of_a_picture(self):
        assert 'alt="as #2"' in render("![as [[2/b-c]]](/x.png)").html


class TestPictures:
    def test_a_picture_alone_is_a_figure_with_its_title_as_caption(self):
        html = render('![A *fine* cat](/media/a/cat.png "Our cat")').html

        assert html.startswith('<figure><img src="/media/a/cat.png" alt="A fine cat"')
        assert "<figcaption>Our cat</figcaption></figure>" in html

    def test_a_picture_loads_when_it_comes_near_and_keeps_its_place(self):
        html = render("![a](/b.png)", sizes={"/b.png": Size(40, 30)}).html

        assert 'width="40" height="30" loading="lazy" decoding="async"' in html

    def test_alone_in_an_item_of_a_list_it_has_a_title_but_is_no_figure(self):
        html = render('- ![a](/b.png "B")\n- c').html

        assert '<li><img src="/b.png" alt="a" title="B" ' in html
        assert "fig" not in html

    def test_one_elsewhere_says_how_large_it_is(self):
        source = '![a](https://example.org/a.png "A"){width=600 height=400}'

        html, text, _ = render(source)

        assert html == (
            '<figure><img src="https://example.org/a.png" alt="a" width="600" height="400" '
            'loading="lazy" decoding="async"><figcaption>A</figcaption></figure>\n'
        )
        assert text == "a A"

    def test_of_ours_the_true_size_counts(self):
        html = render("![a](/b.png){width=600 height=400}", sizes={"/b.png": Size(40, 30)}).html

        assert 'width="40" height="30"' in html

    @pytest.mark.parametrize(
        "source",
        [
            "![a][b]{width=1 height=2}\n\n[b]: /b.png",
            "[![a](/b.png){width=1 height=2}](/c)",
            "One ![a](/b.png){ width=1  height=2 }, two.",
        ],
    )
    def test_pictures_by_reference_in_links_and_in_text_have_sizes_too(self, source):
        html = render(source).html

        assert '<img src="/b.png" alt="a" width="1" height="2"' in html
        assert "{" not in html

    @pytest.mark.parametrize(
        "braces",
        [
            *("{}", "{width=600}", "{height=400 width=600}", "{.wide}", "{width=600 height=400"),
            *("{width=0 height=400}", "{width=600 height=10001}", "{width=-1 height=4}"),
            *("{width=٦٠٠ height=400}", "{width=06 height=4}", f"{{width={'9' * 5000} height=4}}"),
            *("{width=600px height=400px}", "{width=6 height=4 onload=x}"),
        ],
    )
    def test_all_other_braces_are_text(self, braces):
        html = render(f"![a](/b.png){braces}").html

        assert html.endswith(f'loading="lazy" decoding="async">{braces}</p>\n')
        assert 'width="' not in html

    @pytest.mark.parametrize(
        "before", ["word", "`code`", "[link](/x)", "*em*", "![a](/b.png) ", ""]
    )
    def test_only_right_behind_a_picture(self, before):
        html, text, _ = render(f"{before}{{width=600 height=400}}")

        assert text.endswith("{width=600 height=400}")
        assert 'width="' not in html


class TestPlainText:
    def test_blocks_are_lines_and_marks_are_gone(self):
        text = render("# Hi *you*\n\nA `b` [c](https://d.org)\n\n- one\n- two").text

        assert text == "Hi you\nA b c\none\ntwo"

    def test_alt_texts_and_captions_are_words_too(self):
        assert render('![A cat](/c.png "asleep")').text == "A cat asleep"

    def test_prose_has_no_blocks_of_code_but_the_words_of_code_within_it(self):
        source = "Wait for `done`:\n\n```js\nlet a;\n```\n\n- then\n\n      indented\n\nend."

        rendered = render(source)

        assert rendered.text == "Wait for done:\nlet a;\nthen\nindented\nend."
        assert rendered.prose == "Wait for done:\nthen\nend."

    def test_where_all_is_code_it_is_the_prose_too(self):
        assert render("```\nlet a;\n```").prose == "let a;"

    def test_an_excerpt_ends_at_a_word(self):
        assert markdown.excerpt("one two three, four five", 16) == "one two three…"


class TestSafety:
    ATTACKS = [
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt&colon;alert(1))",
        "![a](data:text/html;base64,PHNjcmlwdD4=)",
        '<img src=x onerror="alert(1)">',
        '![a" onerror="alert(1)](/x.png)',
        '![a](/x.png "\\" onload=alert(1) \\"")',
        '```"><script>\ncode\n```',
        "<svg/onload=alert(1)>",
        "[a](vbscript:x)",
    ]

    @pytest.mark.parametrize("source", ATTACKS)
    def test_nothing_that_runs_comes_through(self, source):
        assert dangers(render(source).html) == []

    def test_the_danger_detector_detects(self):
        """Without this, the tests around it could pass for nothing."""
        for html in ("<script>", "<img onerror=x>", '<a href="javascript:x">', "<p style=x>"):
            assert dangers(html) != []

    @given(st.text(max_size=300))
    @settings(max_examples=150, deadline=None)
    def test_any_text_renders_or_is_refused(self, source):
        try:
            rendered = render(source, prefix="any")
        except UnreadableMarkdown:
            return

        assert dangers(rendered.html) == []


class TestLimits:
    def test_a_text_over_200_kb_is_refused_with_its_size(self):
        with pytest.raises(UnreadableMarkdown, match="300 KB; at most 200 KB"):
            render("a" * 300 * 1024)

    def test_deep_nesting_is_refused_with_its_line(self):
        with pytest.raises(UnreadableMarkdown, match=r"nested more than 58 levels deep \(line 3\)"):
            render("fine\n\n" + ">" * 200 + " deep")

    def test_nesting_within_the_limit_loses_no_word(self):
        assert render("> " * 50 + "deep").text == "deep"

    def test_pictures_in_pictures_take_no_longer(self):
        depth = 90

        assert 'alt="a"' in render("![" * depth + "a" + "](x)" * depth).html

    @pytest.mark.parametrize("piece", ["[", "![", "[^", "[[", "^[", "[a", "![a"])
    def test_60_kb_of_brackets_are_refused_quickly(self, piece):
        started = time.process_time()

        with pytest.raises(UnreadableMarkdown, match="square brackets"):
            render(piece * (60 * 1024 // len(piece)))

        # The promise is one second; a refusal takes hundredths of one.
        assert time.process_time() - started < 1
