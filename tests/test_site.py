"""What makes the site's addresses whole for those who read elsewhere."""

import pytest

from bitsletter.site import absolute_html


class TestAbsoluteHTML:
    PAGE = "https://news.example.org/issues/7/"

    @pytest.mark.parametrize(
        ("address", "whole"),
        [
            ("/tags/", "https://news.example.org/tags/"),
            ("#note", "https://news.example.org/issues/7/#note"),
            ("tip/", "https://news.example.org/issues/7/tip/"),
            ("?a=1&amp;b=2", "https://news.example.org/issues/7/?a=1&amp;b=2"),
            ("//cdn.example.com/x", "https://cdn.example.com/x"),
            ("https://example.com/", "https://example.com/"),
            ("mailto:me@example.com", "mailto:me@example.com"),
            ("http://[", "http://["),
            ("", ""),
        ],
    )
    def test_addresses_become_whole(self, address, whole):
        html = absolute_html(f'<a class="x" href="{address}">Text</a>', self.PAGE)

        assert html == f'<a class="x" href="{whole}">Text</a>'

    def test_only_attributes_of_tags_are_addresses(self):
        html = '<p>&lt;a href="/x"&gt; or href="/y"</p><img alt="src=" title="/z > /"> src="/a"'

        assert absolute_html(html, self.PAGE) == html

    def test_a_picture_and_its_text_are_told_apart(self):
        html = absolute_html('<img alt="a > b, src=" src="/b.png" loading="lazy">', self.PAGE)

        assert html == (
            '<img alt="a > b, src=" src="https://news.example.org/b.png" loading="lazy">'
        )
