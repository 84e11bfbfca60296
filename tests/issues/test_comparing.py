"""Two texts side by side."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issues.comparing import Row, Segment, side_by_side

pytestmark = pytest.mark.once

TEXTS = st.text(st.sampled_from("ab c\n\té<"), max_size=200)
BOTH = st.one_of(
    st.tuples(TEXTS, TEXTS),
    # Two texts that have much in common.
    st.tuples(TEXTS, TEXTS, TEXTS, TEXTS).map(lambda t: (t[0] + t[1] + t[2], t[0] + t[3] + t[2])),
)


def left(rows: list[Row]) -> list[str]:
    return [row.left.text for row in rows if row.left]


def right(rows: list[Row]) -> list[str]:
    return [row.right.text for row in rows if row.right]


def kinds(rows: list[Row]) -> list[str]:
    return [row.kind for row in rows]


class TestNothingIsLost:
    @given(BOTH)
    def test_the_lines_of_each_side_are_its_text(self, texts):
        rows = side_by_side(*texts, context=None)

        assert ("\n".join(left(rows)), "\n".join(right(rows))) == texts

    @given(BOTH)
    def test_lines_are_numbered_in_their_order(self, texts):
        rows = side_by_side(*texts, context=None)

        for lines in ([row.left for row in rows], [row.right for row in rows]):
            numbers = [line.number for line in lines if line]
            assert numbers == list(range(1, len(numbers) + 1))

    @given(BOTH)
    def test_what_is_not_marked_is_the_same_on_both_sides(self, texts):
        for row in side_by_side(*texts, context=None):
            if row.left and row.right:
                ours, theirs = (
                    "".join(one.text for one in line.segments if not one.is_changed)
                    for line in (row.left, row.right)
                )
                assert ours == theirs

    @given(TEXTS)
    def test_a_text_does_not_differ_from_itself(self, text):
        assert set(kinds(side_by_side(text, text, context=None))) <= {"same"}

    @given(BOTH)
    def test_folds_count_what_they_hide(self, texts):
        rows = side_by_side(*texts)

        whole = side_by_side(*texts, context=None)
        assert len(rows) - kinds(rows).count("folded") + sum(row.folded for row in rows) == len(
            whole
        )
        assert [row for row in rows if row.kind not in ("same", "folded")] == [
            row for row in whole if row.kind != "same"
        ]


class TestReading:
    def test_only_the_words_that_differ_are_marked(self):
        (row,) = side_by_side("The old grey cat", "The young grey cat")

        assert row.left.segments == [
            Segment("The ", False),
            Segment("old", True),
            Segment(" grey cat", False),
        ]
        assert row.right.segments[1] == Segment("young", True)

    def test_a_space_between_two_changed_words_is_marked_with_them(self):
        (row,) = side_by_side("a one two b", "a three four b")

        assert Segment("one two", True) in row.left.segments

    def test_a_new_paragraph_leaves_its_neighbours_beside_each_other(self):
        before = "Slow is smooth today.\n\nAnd smooth is fast."
        after = "Slow is smooth now.\n\nThis one is new here.\n\nAnd smooth is quick."

        rows = side_by_side(before, after)

        assert kinds(rows) == ["changed", "added", "added", "same", "changed"]

    def test_a_line_that_is_quite_another_is_not_paired(self):
        rows = side_by_side("Keep\nApples and pears", "Keep\nA bicycle\nfor Anna")

        assert kinds(rows) == ["same", "removed", "added", "added"]

    def test_an_empty_text_has_no_lines(self):
        assert side_by_side("", "") == []
        assert kinds(side_by_side("", "One\nTwo")) == ["added", "added"]

    def test_long_unchanged_stretches_are_folded(self):
        lines = [f"Line {number}" for number in range(20)]

        rows = side_by_side("\n".join(lines), "\n".join([*lines[:10], "New", *lines[10:]]))

        expected = ["folded", "same", "same", "same", "added", "same", "same", "same", "folded"]
        assert kinds(rows) == expected
        assert [row.folded for row in rows if row.folded] == [7, 7]


class TestTime:
    LONG = 200_000

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("word other " * 18_000, "other word " * 18_000),
            ("a\nb\n" * 50_000, "b\n\na\n" * 40_000),
            ("\n".join(map(str, range(30_000))), "\n".join(map(str, range(30_000, 0, -1)))),
            ("One line of text\n\n" * 11_000, "One line of words\n\n" * 11_000),
        ],
    )
    def test_no_text_that_can_be_saved_takes_long(self, one, other):
        started = time.process_time()

        rows = side_by_side(one[: self.LONG], other[: self.LONG], context=None)

        assert time.process_time() - started < 10  # without its limits it takes minutes
        assert "\n".join(left(rows)) == one[: self.LONG]

    @pytest.mark.parametrize(("lines", "is_marked"), [(50, True), (500, False)])
    def test_words_are_marked_where_all_lines_together_are_not_too_many(self, lines, is_marked):
        one = "\n".join(["c " + "a b b " * 31 + "d"] * lines)
        other = "\n".join(["e " + "b a a " * 31 + "f"] * lines)

        rows = side_by_side(one, other)

        assert kinds(rows) == ["changed"] * lines
        assert (len(rows[0].left.segments) > 1) is is_marked

    def test_one_word_in_a_long_line_is_still_found(self):
        line = "word " * 9_000

        (row,) = side_by_side(f"{line}old {line}", f"{line}new {line}")

        assert [one.text for one in row.left.segments if one.is_changed] == ["old"]
