"""The texts of sections as HTML that mail programs show."""

import re

import pytest

from issues import markdown
from subscribers.issue_mail import html
from subscribers.issue_mail.pictures import Pictures

PAGE, WEB = "https://news.example.org/issues/7/", "https://news.example.org/issues/7/a-tip/"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://news.example.org"


def mailed(source: str) -> str:
    return html.body(markdown.render(source, "a-tip").html, PAGE, WEB, Pictures({}))


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (
            "Some *words*, **more** ~~less~~",
            "<p>Some <em>words</em>, <strong>more</strong> <s>less</s></p>",
        ),
        ("a & b < c \"d\" 'e'", "<p>a &amp; b &lt; c &quot;d&quot; &#x27;e&#x27;</p>"),
        ("`a<b`", "<p><code>a&lt;b</code></p>"),
        ("# Heading", "<h3>Heading</h3>"),
        ("> q", "<blockquote>\n<p>q</p>\n</blockquote>"),
        ("a  \nb", "<p>a<br>\nb</p>"),
        ("***", "<hr>"),
        ("3. c\n4. d", '<ol start="3">\n<li>c</li>\n<li>d</li>\n</ol>'),
        (
            "- [x] done\n- [ ] to do",
            '<ul class="tasks">\n<li>\u2611 done</li>\n<li>\u2610 to do</li>\n</ul>',
        ),
        (
            '[a](https://example.com "T & t")',
            '<p><a href="https://example.com" title="T &amp; t">a</a></p>',
        ),
        ("[a](#there)", f'<p><a href="{PAGE}#there">a</a></p>'),
        ("[a](http://[) [b](ftp://example.org)", "<p>a b</p>"),
        ("[](https://example.com)", '<p><a href="https://example.com"></a></p>'),
        ("<b id='x'>raw</b>", "<p>&lt;b id=&#x27;x&#x27;&gt;raw&lt;/b&gt;</p>"),
        ("    code", "<pre>code\n</pre>"),
        ("", ""),
    ],
)
def test_what_becomes_of_markdown(source, wanted):
    assert mailed(source) == wanted


def test_tables_say_that_they_are_data_and_keep_their_sides():
    found = mailed("| a | b | c |\n| --- | --: | :-: |\n| 1 | 2 | 3 |")

    assert found.startswith('<table class="data" cellpadding="0" cellspacing="0" border="0">')
    assert re.findall('<t[hd](?: class="(.*?)")?>', found) == ["", "right", "center"] * 2
    assert "<div" not in found


def test_notes_are_numbered_and_lead_nowhere():
    found = mailed("Word[^n] again[^n].\n\n[^n]: A [source](https://example.com).")

    assert "Word<sup>[1]</sup> again<sup>[1:1]</sup>." in found
    assert '<div class="notes">\n<ol>\n<li><p>A <a href="https://example.com">source</a>. ' in found
    assert re.findall("<a ", found) == ["<a "]
    assert "\u21a9" not in found


class TestLinksThatNameAnotherHost:
    @pytest.mark.parametrize(
        "words", ["https://bank.example/login", "**www.bank.example**", "HTTP://BANK.example"]
    )
    def test_say_where_they_lead(self, words):
        assert "</a> (evil.example)" in mailed(f"[{words}](https://evil.example/x)")

    @pytest.mark.parametrize(
        "words", ["https://evil.example/y", "www.evil.example", "Node.js", "the bank.example"]
    )
    def test_others_do_not(self, words):
        assert "(evil.example)" not in mailed(f"[{words}](https://evil.example/x)")


class TestCode:
    def test_it_has_the_colours_of_the_page_and_no_other_classes(self):
        found = mailed('```python\ndef f():  # why\n    return "s" + x\n```')

        assert found == (
            '<pre><span class="violet">def</span> <span class="blue">f</span>():  '
            '<span class="dim"># why</span>\n    <span class="violet">return</span> '
            '<span class="green">&quot;s&quot;</span> + x\n</pre>'
        )

    def test_neighbours_of_one_colour_are_one(self):
        found = mailed("```python\nfrom a import b\nnot in is\n```")

        spans = re.findall('<span class="(.*?)">([^<]*)</span>', found)
        assert ("violet", "not in is") in spans

    def test_it_is_all_there(self):
        code = 'x = [1, 2]  # <b> & "c"\n\n\tdef f(): pass\n' * 5

        found = mailed(f"```python\n{code}```")

        text = re.sub("<[^>]*>", "", found)
        assert text == markdown.escape(code).replace("&#39;", "&#x27;")

    def test_of_a_language_that_nobody_knows(self):
        assert mailed("```klingon\nqapla' <x>\n```") == "<pre>qapla&#x27; &lt;x&gt;\n</pre>"


class TestPicturesElsewhere:
    def test_one_of_a_known_size_is_made_to_fit(self):
        found = mailed('![Waves & wind](https://example.com/w.png "Sea"){width=1100 height=500}')

        assert found == (
            '<div class="figure"><img src="https://example.com/w.png" alt="Waves &amp; wind"'
            ' width="550" height="250"><div class="caption">Sea</div></div>'
        )

    def test_a_small_one_stays_small(self):
        found = mailed('A ![dot](https://example.com/d.png "D"){width=20 height=10}.')

        assert found == (
            '<p>A <img src="https://example.com/d.png" alt="dot" width="20" height="10"'
            ' title="D">.</p>'
        )

    def test_one_of_unknown_size_is_as_wide_as_the_column_at_most(self):
        assert 'width="550">' in mailed("![A](https://example.com/d.png)")

    def test_one_that_is_not_encrypted_is_a_link(self):
        found = mailed("![A <b>](http://example.com/d.png)")

        assert found == (
            '<div class="figure"><a href="http://example.com/d.png">'
            "[Picture: A &lt;b&gt;]</a></div>"
        )

    def test_one_that_is_not_encrypted_leaves_the_link_around_it(self):
        found = mailed("[![](http://example.com/d.png)](https://example.com)")

        assert found == '<p><a href="https://example.com">[Picture]</a></p>'

    def test_an_address_without_host_is_one_of_the_site(self):
        assert 'src="https://news.example.org/x.png"' in mailed("![A](/x.png)")
        assert 'src="https://example.com/x.png"' in mailed("![A](//example.com/x.png)")
