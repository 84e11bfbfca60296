"""Titles that are made from sections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issues import titles
from issues.draft import DraftSection


@pytest.mark.parametrize(
    ("short_titles", "title"),
    [
        ([], ""),
        (["", "  "], ""),
        (["Lazy Loading"], "Lazy Loading"),
        (["One", "", " Two "], "One, Two"),
        (["One", "Two", "Three"], "One, Two, Three"),
        (
            ["Data Centric Modeling", "Lazy Loading", "Data2vec", "Ruff"],
            "Data Centric Modeling, Lazy Loading, Data2vec …",
        ),
        (["a" * 30, "b" * 30, "c" * 30], f"{'a' * 30}, {'b' * 30} …"),
        (["a" * 77, "b"], "a" * 77),
        (["word " * 20, "b"], f"{('word ' * 15).strip()}…"),
    ],
)
def test_the_first_three_sections_make_a_title(short_titles, title):
    assert titles.suggested(short_titles) == title


@given(st.lists(st.text(max_size=100), max_size=6))
def test_no_title_is_too_long(short_titles):
    assert len(titles.suggested(short_titles)) <= 78


def test_a_section_without_a_short_title_gives_its_title():
    sections = [DraftSection(title="Long", short_title="Short"), DraftSection(title="Other")]

    assert titles.suggested_for(sections) == "Short, Other"
