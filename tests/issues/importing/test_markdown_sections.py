"""Headings cut a Markdown text into sections."""

import pytest


def outline(issue):
    return [(section.type_slug, section.title) for section in issue.sections]


class TestTypes:
    @pytest.mark.parametrize(
        "heading",
        [
            "## 🛠 Tool: A hammer",
            "## 🛠️ Tool: A hammer",
            "## Tool: A hammer",
            "## TOOL – A hammer",
            "## tools | A hammer",
            "## 🧰🔨 Tool - A hammer",
            "## Tool：A hammer",
            "## **Tool:** A `hammer`",
            "## Tool: A hammer ##",
            "# Tool: A hammer",
            "### Tool: A hammer",
            "Tool: A hammer\n---",
        ],
    )
    def test_name_and_title(self, read_body, heading):
        issue = read_body(f"{heading}\n\nText.")

        assert outline(issue) == [("tool", "A hammer")]
        assert issue.sections[0].body == "Text."
        assert issue.sections[0].line == 4

    @pytest.mark.parametrize("name", ["Research Paper", "research-paper", "Research  papers"])
    def test_spaces_and_hyphens_are_the_same(self, read_body, name):
        assert outline(read_body(f"## 👩‍🔬 {name}: x")) == [("research-paper", "x")]

    @pytest.mark.parametrize("heading", ["Toolbox: x", "Tool-belts", "My tool: x", "🎉 Party"])
    def test_other_headings_are_other_sections(self, read_body, heading):
        assert outline(read_body(f"## {heading}\n\nText.")) == [("other", heading)]

    def test_titles_are_plain_text(self, read_body):
        issue = read_body("## Tool: *A* [`hammer`](https://h.example) & 日本語 <b>x</b>\n\nText.")

        assert outline(issue) == [("tool", "A hammer & 日本語 x")]
        assert issue.sections[0].link == "https://h.example"

    def test_second_link_of_a_heading_is_reported(self, read_body, notes_of):
        issue = read_body("## Tool: [a](/a) and [b](/b)\n\nText.")

        assert issue.sections[0].link == "/a"
        assert notes_of(issue, "doubtful") == [(4, "address in the heading not kept: /b")]


class TestContainer:
    def test_each_deeper_heading_is_an_item(self, read_body):
        issue = read_body("## 📰 News\n\n### One\n\nA\n\n#### Deeper\n\n### [Two](/t)\n\n## End")

        assert outline(issue) == [("news", "One"), ("news", "Two"), ("other", "End")]
        assert issue.sections[0].body == "A\n\n#### Deeper"
        assert issue.sections[1].link == "/t"

    def test_text_above_the_first_item_goes_to_it(self, read_body, notes_of):
        issue = read_body("## News\n\nAbove.\n\n### One\n\nA")

        assert issue.sections[0].body == "Above.\n\n\nA"
        assert [line for line, _ in notes_of(issue, "doubtful")] == [4]

    def test_without_items_it_is_one_section(self, read_body, notes_of):
        issue = read_body("## News\n\nText.")

        assert outline(issue) == [("news", "News")]
        assert notes_of(issue, "doubtful") == [(4, "“News” has no headlines: taken as one item")]

    def test_headings_inside_of_a_titled_section_stay(self, read_body):
        issue = read_body("## Tool: x\n\n### Inside\n\nText.")

        assert issue.sections[0].body == "### Inside\n\nText."


class TestIntro:
    def test_text_above_the_sections(self, read_body):
        assert read_body("Hello.\n\n- a\n- b\n\n## Tool: x").intro == "Hello.\n\n- a\n- b"

    def test_subscribe_stays_with_its_heading(self, read_body, notes_of):
        issue = read_body("Hi.\n\n## 📬 Subscribe to us\n\nDo.\n\n## Tool: x\n\nText.")

        assert issue.intro == "Hi.\n\n## 📬 Subscribe to us\n\nDo."
        assert outline(issue) == [("tool", "x")]
        assert len(notes_of(issue, "warning")) == 1  # only that there is no date

    def test_subscribe_at_the_end_is_moved(self, read_body, notes_of):
        issue = read_body("## Tool: x\n\nText.\n\n## Subscribe to us\n\nDo.")

        assert issue.intro == "## Subscribe to us\n\nDo."
        assert issue.sections[0].body == "Text."
        assert notes_of(issue, "warning")[1] == (
            8,
            "“Subscribe to us” stands below a section: moved to the intro",
        )

    @pytest.mark.parametrize("heading", ["# A letter", "A letter\n===", "# Bits #9: A letter"])
    def test_title_is_not_said_twice(self, read_body, heading):
        assert read_body(f"{heading}\n\nHello.\n\n## Tool: x").intro == "Hello."

    @pytest.mark.parametrize("heading", ["# Hello", "# About #1 and a letter"])
    def test_another_top_heading_stays(self, read_body, heading):
        assert read_body(f"{heading}\n\nYou.\n\n## Tool: x").intro == f"{heading}\n\nYou."

    def test_text_without_sections_is_all_intro(self, read_body, notes_of):
        issue = read_body("Hello.")

        assert (issue.intro, issue.sections) == ("Hello.", [])
        assert (1, "no section found: all text is in the intro") in notes_of(issue, "warning")


class TestNoFrontMatter:
    def test_title_is_the_first_heading(self, read):
        issue = read("# Bitsletter #7: A\n\nHello.\n\n## Tool: x\n\nText.")

        assert (issue.number, issue.title, issue.intro) == (7, "A", "Hello.")

    def test_title_is_a_first_line_with_a_number(self, read):
        issue = read("Bitsletter #7: A\n\nHello.\n\n## Tool: x\n\nText.")

        assert (issue.number, issue.title, issue.intro) == (7, "A", "Hello.")


@pytest.mark.parametrize(
    "block",
    [
        "```\n## Tool: no\n```",
        "~~~md\n## Tool: no\n\n# no\n~~~",
        "    ## Tool: no",
        "> ## Tool: no",
        "- ## Tool: no",
        "\\## Tool: no",
        "####### Tool: no",
    ],
)
def test_no_heading_where_markdown_sees_none(read_body, block):
    issue = read_body(f"## Tool: yes\n\nText.\n\n{block}\n\nEnd.")

    assert outline(issue) == [("tool", "yes")]
    assert issue.sections[0].body == f"Text.\n\n{block}\n\nEnd."


def test_code_that_never_ends_is_reported(read_body, notes_of):
    issue = read_body("## Tool: x\n\n```\n## Tool: no\n")

    assert notes_of(issue, "doubtful") == [(6, "this code never ends")]


class TestFields:
    @pytest.mark.parametrize(
        "lines",
        [
            "tags: a, b\nlink: https://l.example\nbyline: Ada",
            "\nbyline: Ada\nLink: <https://l.example>\nTags: a,b",
            "tags: a\nlink: https://l.example\nbyline: Ada\ntags: b",
        ],
    )
    def test_lines_below_the_heading(self, read_body, lines):
        section = read_body(f"## Tool: x\n{lines}\n\nText.").sections[0]

        assert (section.tags, section.link, section.byline, section.body) == (
            ["a", "b"], "https://l.example", "Ada", "Text.",
        )  # fmt: skip

    def test_text_may_follow_at_once(self, read_body):
        section = read_body("## Tool: x\ntags: a\nText.").sections[0]

        assert (section.tags, section.body) == (["a"], "Text.")

    @pytest.mark.parametrize(
        "text", ["\nlink: https://l.example\nis an address.", "link: see below", "Text.\ntags: a"]
    )
    def test_sentences_stay(self, read_body, text):
        section = read_body(f"## Tool: x\n{text}").sections[0]

        assert (section.tags, section.link, section.body) == ([], "", text.strip())

    def test_items_have_them_too(self, read_body):
        section = read_body("## News\n\n### x\nbyline: Ada\n\nText.").sections[0]

        assert (section.byline, section.body) == ("Ada", "Text.")

    def test_own_link_is_stronger_than_that_of_the_heading(self, read_body, notes_of):
        issue = read_body("## Tool: [x](/a)\nlink: /b\n\nText.")

        assert issue.sections[0].link == "/b"
        assert notes_of(issue, "doubtful") == [(4, "address in the heading not kept: /a")]
