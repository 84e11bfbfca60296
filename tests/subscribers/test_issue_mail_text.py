"""The texts of sections for those who read letters without HTML."""

import re

import pytest

from issues.references import Links
from issues.wikilinks import Reference
from subscribers.issue_mail.building import build
from subscribers.issue_mail.pictures import Pictures
from subscribers.issue_mail.text import Writer
from subscribers.plain import columns
from tests.builders import make_issue, make_picture
from tests.subscribers.issue_mails import WEB, rich_issue, text_of

PAGE = f"{WEB}/issues/7/"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_HOST = WEB, "news.example.org"


def writer(links=None) -> Writer:
    return Writer(PAGE, links or Links({}, {}), Pictures({}))


def written(source: str) -> str:
    return writer().body(source)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("Some *words*, **more** ~~less~~ `code`", "Some _words_, *more* ~~less~~ `code`"),
        ("a & b < c\n&lt; \\*", "a & b < c < *"),
        ("a  \nb", "a\nb"),
        ("# Heading\n\nText", "Heading\n-------\n\nText"),
        ("> q\n>\n> r", "> q\n>\n> r"),
        ("> - a\n>   > b", "> - a\n>   > b"),
        ("- a\n- b\n  - c", "- a\n- b\n  - c"),
        ("- a\n\n- b", "- a\n\n- b"),
        ("9. a\n10. b\n\n    c", "9. a\n\n10. b\n\n    c"),
        ("- [x] done\n- [ ] to do", "- [x] done\n- [ ] to do"),
        ("-\n- b", "-\n- b"),
        ("-     code", "-     code"),
        ("***", "* * *"),
        ("```python\nif x:\n\n    y\n```", "    if x:\n\n        y"),
        ("![A sea](https://example.com/x.png)", "[Picture: A sea]"),
        ("![](https://example.com/x.png)", "[Picture]"),
        ('![A](https://example.com/x.png "Caption")', "[Picture: A]\nCaption"),
        ("In ![a](https://example.com/x.png) line", "In [Picture: a] line"),
        ("<b>raw</b> &amp;", "<b>raw</b> &"),
        ("", ""),
    ],
)
def test_what_becomes_of_markdown(source, wanted):
    assert written(source) == wanted


class TestLinks:
    def said(self, source: str, links=None) -> tuple[str, str]:
        one = writer(links)
        return one.body(source), one.links()

    def test_they_are_numbered_and_listed(self):
        text, links = self.said("[a](https://a.org) b [*c*](/tags/ 'T') [again](https://a.org)")

        assert text == "a [1] b _c_ [2] again [1]"
        assert links == f"[1] https://a.org\n[2] {WEB}/tags/"

    def test_addresses_that_stand_in_the_text_are_not(self):
        assert self.said("<https://a.org> <ada@example.org>") == (
            "https://a.org ada@example.org",
            "",
        )

    @pytest.mark.parametrize("address", ["ftp://a.org", "tel:123"])
    def test_what_leads_nowhere_on_the_web_is_mere_words(self, address):
        assert self.said(f"[a]({address})") == ("a", "")

    def test_a_picture_may_be_one(self):
        text, links = self.said("[![A](https://a.org/x.png)](https://a.org) [](https://b.org)")

        assert text == "[Picture: A] [1] [2]"
        assert links == "[1] https://a.org\n[2] https://b.org"

    def test_a_long_address_stands_on_its_own_line(self):
        long = "https://example.org/" + "x" * 70

        assert self.said(f"[a]({long})")[1] == f"[1]\n{long}"

    def test_references_say_what_they_lead_to(self):
        there, gone = Reference(2, "warm-up"), Reference(3)
        links = Links({there: "/issues/2/warm-up/"}, {there: "Warm up"})

        text, listed = self.said(f"{there} [[2/warm-up|own]] {gone} [[3|hidden]]", links)

        assert text == "Warm up [1] own [1] #3 hidden"
        assert listed == f"[1] {WEB}/issues/2/warm-up/"
        assert gone not in links.addresses


class TestNotes:
    def test_they_stand_below_with_their_numbers(self):
        text = written("Word[^n], next^[Of *its* own].\n\n[^n]: First.\n\n    Second.")

        assert text == (
            "Word [note 1], next [note 2].\n\n* * *\n\n"
            "[note 1] First.\n\n         Second.\n\n[note 2] Of _its_ own"
        )


class TestTables:
    def test_columns_stand_side_by_side_where_they_fit(self):
        text = written("| Head | **B** |\n| --- | --: |\n| a | [link](https://a.org) |\n| 好 | |")

        assert text == "Head  *B*\n----  --------\na     link [1]\n好"

    def test_else_each_row_is_a_few_lines(self):
        cell = "word " * 12
        text = written(f"| Head | B |\n| --- | --- |\n| {cell} | {cell} |\n| x | |")

        assert text == (
            "Head: word word word word word word word word word word word word\n"
            "B: word word word word word word word word word word word word\n\nHead: x"
        )

    def test_one_of_a_wide_head_alone(self):
        head = "word " * 12

        assert written(f"| {head} | {head} |\n| --- | --- |") == "\n".join([head.strip()] * 2)


class TestWidth:
    def test_lines_end_within_78_columns(self):
        words = "some [words](https://example.org/) of *any* kind " * 20
        blocks = [words, f"> {words}", f"- {words}", f"  1. {words}", f"# {words}", "x[^1]"]
        source = "\n\n".join([*blocks, f"[^1]: {words}"])

        lines = written(source).split("\n")

        assert max(map(columns, lines)) <= 78
        assert max(columns(line) for line in lines if line.startswith("> ")) > 70

    def test_code_is_never_broken(self):
        code = "x = " + "long + " * 30

        assert written(f"```\n{code}\n```") == f"    {code}".rstrip()

    def test_deep_lists_stay_readable(self):
        source = "\n".join(f"{'  ' * depth}- some words of depth {depth}" for depth in range(25))

        assert "some words of depth" in written(source)


@pytest.mark.django_db
class TestWhole:
    def test_it_is_for_reading(self):
        issue = rich_issue(title="Warm up, and much else " * 4, cover=make_picture(alt="Sea"))

        text = text_of(issue)

        assert not re.search(r"\n\n\n|[ \t]\n|&[a-z]+;|\x02", text)
        wide = [line for line in text.splitlines() if columns(line) > 78]
        assert all(re.fullmatch(r"https://\S+", line) for line in wide)
        assert "[Picture: Sea]" in text

    def test_each_section_has_its_title_and_its_own_links(self):
        head, tip, paper, *_rest = [piece.text for piece in build(rich_issue()).pieces]

        assert head.endswith(f"Welcome to a place [1].\n\nLinks:\n[1] {WEB}/tags/\n\n")
        title = "ML tip: A <tip> & more"
        assert tip.startswith(f"{title}\n{'=' * len(title)}\n{WEB}/issues/7/a-tip-more/\n\n")
        assert tip.endswith("Links:\n[1] https://example.com/a?b=1&c=2\n\n")
        assert paper == (
            f"Research paper: A paper\n=======================\n{WEB}/issues/7/a-paper/\n\n"
            "Ada & Bo\n\nSee A <tip> & more [1] and #7 Issue number 7 [2].\n\n"
            "Read the paper:\nhttps://arxiv.org/abs/1706.03762\n\n"
            f"Links:\n[1] {WEB}/issues/7/#a-tip-more\n[2] {WEB}/issues/7/\n\n"
        )

    def test_it_begins_with_what_it_is_and_where_it_is_on_the_web(self):
        issue = make_issue(7, None, title="Warm up", summary="On speed.")

        assert text_of(issue).startswith(
            "Warm up\n=======\nBitsletter · Issue 7\n\n"
            f"Read it on the web:\n{WEB}/issues/7/\n\nOn speed.\n\n---\n"
        )
