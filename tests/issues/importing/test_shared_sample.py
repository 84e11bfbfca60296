"""A real issue, scraped from the web and broken on the way."""

import pytest


@pytest.fixture
def issue(read, shared_sample):
    return read(shared_sample.read_bytes(), shared_sample.name)


def test_number_and_title(issue):
    assert issue.number == 2
    assert issue.title == "Data Centric Modeling, Lazy Loading, Data2vec, DeepMind GATO ..."


def test_six_sections_in_their_order(issue):
    assert [(section.type_slug, section.title) for section in issue.sections] == [
        ("ml-tip", "Follow the Data Centric approach when possible"),
        ("web-tip", "Improve web vital metrics with lazy loading"),
        (
            "research-paper",
            "data2vec, A General Framework for Self-supervised Learning in Speech, Vision and "
            "Language",
        ),
        ("tool", "HTTPie, Painless API testing and interactions"),
        ("news", "DeepMind released GATO: A multimodal generalist agent"),
        (
            "news",
            "Cloudflare D1: The first SQL database on Cloudflare, compatible with workers",
        ),
    ]


def test_the_pitch_becomes_the_intro(issue):
    assert issue.intro.startswith("## Subscribe to ")
    assert issue.intro.count("\n- ") == 4


def test_apostrophes_and_the_ellipsis_are_repaired(issue):
    text = "\n".join(section.body for section in issue.sections)

    assert text.count("’") == 13
    assert text.count("…") == 1
    assert text.count("β") == 1  # nobody knows what stood there


def test_doubts_name_their_lines(issue, notes_of):
    assert [line for line, _ in notes_of(issue, "doubtful")] == [51, 55, 59, 60, 61]


def test_lists_are_lists_and_torn_lines_are_whole(issue):
    tool = issue.sections[3].body

    assert tool.count("\n- ππ½ ") == 3
    assert " APIs and HTTP " in tool
    assert " http and https " in tool
    assert " of HTTP " in tool


def test_it_is_a_draft_for_it_has_no_date(issue, notes_of):
    assert issue.date is None
    assert notes_of(issue, "warning") == [(1, "no date: a draft until somebody publishes it")]
