"""Text for mail programs that show nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import plain

pytestmark = pytest.mark.once


class TestWrapping:
    def test_long_lines_are_broken_at_spaces(self):
        text = plain.for_reading("word " * 40)

        assert max(map(len, text.splitlines())) <= 78
        assert text.split() == ["word"] * 40

    def test_a_link_stays_whole(self):
        link = f"https://example.org/{'x' * 100}"

        assert link in plain.for_reading(f"Read it at {link} today.").splitlines()

    def test_what_is_indented_stays_so(self):
        lines = plain.for_reading("  " + "word " * 40).splitlines()

        assert len(lines) == 3
        assert all(line.startswith("  word") for line in lines)

    def test_chinese_is_broken_where_it_is_full(self):
        lines = plain.for_reading("学习" * 100).splitlines()

        assert [len(line) for line in lines[:2]] == [39, 39]
        assert "".join(lines) == "学习" * 100

    @given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
    def test_no_word_is_lost(self, text):
        assert "".join(plain.for_reading(text).split()) == "".join(text.split())


class TestUnderlining:
    def test_a_heading_is_as_wide_as_its_line(self):
        assert plain.underline("Tips") == "Tips\n===="
        assert plain.underline("学习") == "学习\n===="
        assert plain.underline("e\u0301a", "-") == "e\u0301a\n--"

    def test_a_long_one_takes_several_lines(self):
        *lines, under = plain.underline("word " * 40).splitlines()

        assert len(lines) == 3
        assert len(under) == max(map(len, lines)) <= 78
