"""Plain text of a web page, one line for each block."""

import pytest
from markdown_it import MarkdownIt

from issues.importing.lines import numbered
from issues.importing.paragraphs import to_markdown


def markdown(text):
    return to_markdown(numbered(text))


class TestPage:
    @pytest.fixture
    def issue(self, read, own_samples):
        path = own_samples / "letter-3-scraped.txt"
        return read(path.read_bytes(), path.name)

    def test_sections(self, issue):
        assert [(section.type_slug, section.title) for section in issue.sections] == [
            ("ml-tip", "Try a smaller batch before a bigger machine"),
            ("web-tip", "Let the text appear before its font"),
            ("research-paper", "Trading Time for Memory, Layer by Layer"),
            ("tool", "ripgrep, a search that knows what to skip"),
            ("news", "A new edition of the style guide"),
            ("news", "2 conferences move to spring"),
        ]

    def test_wreckage_that_leads_lines_makes_a_list(self, issue):
        assert "\n\n- ππ½ memory grows" in issue.sections[2].body
        assert issue.sections[2].body.endswith("- ππ½ no change in the result, which is rare.")

    def test_lines_of_an_item_that_end_a_sentence_stay_in_it(self, issue):
        assert issue.sections[4].body.endswith(
            "- captions come first\n- units belong into the header."
        )


def test_number_comes_from_the_file_name_if_the_title_has_none(read):
    issue = read("A title\nSome text.\nTool: x\nText.", "letter-12.txt")

    assert (issue.number, issue.title, issue.intro) == (12, "A title", "Some text.")


def test_pitch_at_the_end_goes_to_the_intro(read, notes_of):
    issue = read("Letter #1: A\nTool: x\nText.\nSubscribe to the letter\nEvery week.")

    assert issue.sections[0].body == "Text."
    assert issue.intro == "## Subscribe to the letter\n\nEvery week."
    assert (4, "“Subscribe to the letter” stands below a section: moved to the intro") in notes_of(
        issue, "warning"
    )


def test_news_without_headlines_is_one_section(read, notes_of):
    issue = read("Letter #1: A\nNews\nonly this.")

    assert [(section.title, section.body) for section in issue.sections] == [("News", "only this.")]
    assert notes_of(issue, "doubtful") == [(2, "“News” has no headlines: taken as one item")]


def test_text_above_the_first_headline_is_kept(read, notes_of):
    issue = read("Letter #1: A\nNews\nThis week was quiet.\nA headline\nIts text.")

    assert [(section.title, section.body) for section in issue.sections] == [
        ("A headline", "This week was quiet.\n\nIts text.")
    ]
    assert len(notes_of(issue, "doubtful")) == 1


def test_list_item_with_a_type_name_is_no_heading(read):
    issue = read("Letter #1: A\n- Tool: one of them\nTool: x\nText.")

    assert issue.intro == "- Tool: one of them"


class TestParagraphs:
    def test_each_line_is_one(self):
        assert markdown("One.\nTwo.") == "One.\n\nTwo."

    def test_torn_sentence_is_joined(self):
        assert markdown("Both cp\nand mv\ncopy.") == "Both cp and mv copy."
        assert markdown("(see below) it\nGoes on.") == "(see below) it Goes on."

    def test_sentence_end_may_be_in_brackets(self):
        assert markdown("One (or two ...)\nThree.") == "One (or two ...)\n\nThree."

    def test_empty_line_always_parts(self):
        assert markdown("One\n\nand two.") == "One\n\nand two."

    def test_list_has_empty_lines_around_it(self):
        assert markdown("These:\n- a\n* b\n• c\nEnd.") == "These:\n\n- a\n- b\n- c\n\nEnd."

    def test_numbered_list(self):
        assert markdown("1. a\n2) b\n1984. No list.") == "1. a\n2. b\n\n1984\\. No list."

    def test_emoji_that_leads_lines_makes_a_list(self):
        assert markdown("👉🏽 One\n👉🏽 Two\n🤔 Three.") == "- 👉🏽 One\n- 👉🏽 Two\n\n🤔 Three."


@pytest.mark.parametrize(
    "line",
    [
        "snake_case_name, 2 * 3 * 4, *args and **kwargs.",
        "# no heading.",
        "1984. was a year.",
        "> no quote, <b>no tag</b> and <https://no.link>.",
        "[no]: definition.",
        "[no](link) and ![no](image).",
        "`code` and &amp; and \\* stay.",
        "+ no list.",
        "--- no rule.",
        "---",
        "~~~ no fence.",
        "~~not gone~~",
        "[^1]: no note.",
        "| no | table |",
    ],
)
def test_a_line_shows_its_own_characters(line):
    children = [token for token in MarkdownIt("js-default").parse(markdown(line)) if token.children]

    assert [token.type for token in children[0].children if token.type != "text_special"] in (
        ["text"],
        [],
    )
    assert "".join(token.content for token in children[0].children) == line


def test_nothing_is_escaped_without_need():
    assert (
        markdown("2 * 3, snake_case, a < b, [x] & C# #1!")
        == "2 * 3, snake_case, a < b, [x] & C# #1!"
    )
