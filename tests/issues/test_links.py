"""Addresses that are the same page, and addresses that nobody else can open."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from issues import contents, markdown
from issues.links import completed, is_local, is_web, same_page
from issues.models import Section
from issues.search import linked_pages

PAGE = "example.org/a"
PAPER = "arxiv.org/abs/2202.03555"
FILM = "youtube.com/watch?v=dQw4w9WgXcQ"

addresses = st.builds(
    "".join,
    st.lists(
        st.sampled_from(
            [
                *("http:", "https://", "//", "mailto:", "www.", "WWW.", "a", "B", "ü", "ß", "ſ"),
                *("example.org", "xn--", ".", "/", "?", "#", "&", "=", "%", "%2F", "%2525", ":"),
                *(":80", ":8080", "@", "[", "]", "[::1]", "utm_x=1", "v=", "dQw4w9WgXcQ", "/watch"),
                *("arxiv.org/abs/", "2202.03555", "v2", ".pdf", "doi.org/10.48550/arXiv.", "+"),
                *(
                    "youtu.be/",
                    " ",
                    "\t",
                    "\x00",
                    "\ud800",
                    "１",
                    "。",
                    "x" * 80,
                    "é" * 90,
                    "127.1",
                ),
            ]
        ),
        max_size=12,
    ),
)


class TestSamePage:
    @pytest.mark.parametrize(
        "url",
        [
            *("https://example.org/a", "http://example.org/a", "//example.org/a", PAGE),
            *("HTTPS://WWW.Example.ORG/a/", "https://example.org:443/a", "http://example.org./a"),
            *("https://example.org/a#part", "https://me:secret@example.org/a", " example.org/a "),
            "https://example.org/a?utm_source=letter&utm_campaign=7&fbclid=x&mc_eid=y",
        ],
    )
    def test_ways_of_writing_one_address(self, url):
        assert same_page(url) == PAGE

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("https://example.org/?b=2&a=1", "https://example.org?a=1&b=2"),
            ("https://müller.example/ü", "https://xn--mller-kva.example/%C3%BC"),
            ("https://doi.org/10.1000/ABC", "http://dx.doi.org/10.1000/abc"),
        ],
    )
    def test_pairs_that_are_the_same(self, one, other):
        assert same_page(one) == same_page(other) != ""

    @pytest.mark.parametrize(
        "url",
        [
            *("https://example.org/A", "https://example.org/a/b", "https://example.org:8080/a"),
            *("https://example.org/a?page=2", "https://example.org/a?ref=main"),
            "https://sub.example.org/a",
        ],
    )
    def test_other_pages_are_others(self, url):
        assert same_page(url) not in ("", PAGE)

    @pytest.mark.parametrize(
        "url",
        [
            *("https://arxiv.org/abs/2202.03555", "http://arxiv.org/abs/2202.03555v3"),
            *("https://arxiv.org/pdf/2202.03555", "https://www.arxiv.org/pdf/2202.03555v1.pdf"),
            *("https://export.arxiv.org/abs/2202.03555/", "https://arxiv.org/html/2202.03555v2"),
            *("https://doi.org/10.48550/arXiv.2202.03555", "https://arxiv.org/abs/2202.03555?a=b"),
            "https://ar5iv.labs.arxiv.org/html/2202.03555",
        ],
    )
    def test_a_paper_at_arxiv_has_one_address(self, url):
        assert same_page(url) == PAPER

    def test_old_papers_and_lists_at_arxiv_stay_apart(self):
        assert (
            same_page("https://arxiv.org/pdf/math.GT/0309136v1") == "arxiv.org/abs/math.gt/0309136"
        )
        assert same_page("https://arxiv.org/list/cs.LG/recent") == "arxiv.org/list/cs.LG/recent"

    @pytest.mark.parametrize(
        "url",
        [
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42s",
            "https://youtu.be/dQw4w9WgXcQ?si=x",
            "https://m.youtube.com/shorts/dQw4w9WgXcQ",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        ],
    )
    def test_a_film_has_one_address(self, url):
        assert same_page(url) == FILM

    def test_a_channel_is_no_film(self):
        assert same_page("https://youtube.com/programming") == "youtube.com/programming"

    @pytest.mark.parametrize(
        "url",
        [
            *("", " ", "#part", "/issues/3/", "mailto:me@example.org", "ftp://example.org/a"),
            *("http://", "https://[::1", "http://example.org:99999/", "javascript:alert(1)"),
            *("https://exa mple.org/", "?a=1", "https://" + "a" * 70 + ".org/", "https://a..b/"),
        ],
    )
    def test_what_is_no_address_of_the_web_has_none(self, url):
        assert same_page(url) == ""

    def test_long_addresses_are_cut_and_stay_apart(self):
        one, other = (same_page(f"https://example.org/{'a' * 600}{end}") for end in "xy")

        assert one.startswith("example.org/")
        assert max(len(one), len(other)) <= 500
        assert one != other

    @given(st.one_of(addresses, st.text(max_size=80)))
    @example("https://" + "ü." * 200 + "org/" + "%" * 600)
    @settings(max_examples=500, deadline=None)
    def test_any_text_has_an_address_that_stays_what_it_is(self, text):
        address = same_page(text)

        assert same_page(address) == address
        assert len(address) <= 500
        assert address.isprintable()


class TestWeb:
    @pytest.mark.parametrize("url", ["https://example.org", "HTTP://example.org/a", " http://a "])
    def test_whole_addresses(self, url):
        assert is_web(url)

    @pytest.mark.parametrize(
        "url", ["", "example.org", "//example.org", "https:///a", "https://[::1", "mailto:a@b.org"]
    )
    def test_others(self, url):
        assert not is_web(url)

    @pytest.mark.parametrize(
        ("typed", "address"),
        [
            ("example.org/a", "https://example.org/a"),
            (" https://example.org ", "https://example.org"),
            ("/a", "/a"),
            ("notes", "notes"),
            ("mailto:me@example.org", "mailto:me@example.org"),
        ],
    )
    def test_a_typed_link_gets_its_scheme(self, typed, address):
        assert completed(typed) == address


class TestLocal:
    @pytest.mark.parametrize(
        "host",
        [
            *("localhost", "localhost:8000", "LOCALHOST.", "app.localhost", "nas.local", "wiki"),
            *("git.internal", "127.0.0.1:8000", "127.1", "0x7f.1", "10.0.0.7", "192.168.1.1"),
            *("172.16.0.1", "169.254.1.1", "0.0.0.0", "[::1]", "[fe80::1]", "[fd00::1]"),
            *("[::ffff:10.0.0.1]", "2130706433", "1.2.3.4.5"),
        ],
    )
    def test_hosts_of_ones_own_network(self, host):
        assert is_local(f"http://{host}/a")

    @pytest.mark.parametrize(
        "host", ["example.org", "1.1.1.1", "[2606:4700::1111]", "local.example.org", "3d.io"]
    )
    def test_hosts_of_everybody(self, host):
        assert not is_local(f"http://{host}/a")

    @given(st.one_of(addresses, st.text(max_size=80)))
    @settings(max_examples=200, deadline=None)
    def test_any_text_has_an_answer(self, text):
        assert is_web(text) in (True, False)
        assert is_local(text) in (True, False)
        assert isinstance(completed(text), str)


class TestLinksOfASection:
    SOURCES = [
        'An [inline](https://a.example/ü?a=1&b=2 "Title > b") and <https://b.example/?x=<">',
        "A [reference][1] and `[code](https://no.example)`\n\n[1]: https://c.example/a_(b)",
        "```\n<a href=\"https://no.example\">\n```\n<a href='https://no.example'>x</a>",
        "A note[^1] and [mail](mailto:me@a.example), [ftp](ftp://a.example), [part](#part)\n\n"
        "[^1]: [There](https://d.example/%2525?q='\"&amp;)",
        "[![picture](https://no.example/p.png)](https://e.example) ![p](https://no.example/q)",
        "|a|\n|-|\n|[t](https://f.example/\u00a0x)|",
    ]

    @pytest.mark.parametrize("source", SOURCES)
    def test_are_read_from_its_html_as_the_parser_reads_them_from_its_source(self, source):
        found = contents.read(source).links
        section = Section(link="", body_html=markdown.render(source).html)

        expected = {same_page(link.address) for link in found if is_web(link.address)}
        assert linked_pages.addresses(section) == expected
        assert "no.example" not in str(expected)
