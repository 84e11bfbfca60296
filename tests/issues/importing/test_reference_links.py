"""Definitions of links and footnotes go where they are used."""


def bodies(issue):
    return [issue.intro, *(section.body for section in issue.sections)]


def test_definition_at_the_end_goes_to_its_users(read_body):
    issue = read_body(
        "Hi [there][A].\n\n## Tool: x\n\nSee [a].\n\n## Tool: y\n\nNothing.\n\n[a]: /a 'T'\n"
    )

    assert bodies(issue) == ["Hi [there][A].\n\n[a]: /a 'T'", "See [a].\n\n[a]: /a 'T'", "Nothing."]


def test_definition_beside_its_only_use_stays(read_body):
    text = "See [a].\n\n[a]: /a\n\nMore."

    assert bodies(read_body(f"## Tool: x\n\n{text}")) == ["", text]


def test_definition_without_use_stays(read_body):
    issue = read_body("## Tool: x\n\n[a]: /a\n\n`[a]`\n\n## Tool: y\n\n```\n[a]\n```")

    assert bodies(issue) == ["", "[a]: /a\n\n`[a]`", "```\n[a]\n```"]


def test_sections_may_define_the_same_label(read_body):
    issue = read_body("## Tool: x\n\n[1]\n\n[1]: /a\n\n## Tool: y\n\n[1]\n\n[1]: /b")

    assert bodies(issue) == ["", "[1]\n\n[1]: /a", "[1]\n\n[1]: /b"]


def test_footnotes_come_with_all_their_lines_and_links(read_body):
    note = "[^n]: One [b].\n\n    Two."
    issue = read_body(
        f"## Tool: x\n\nA[^n]\n\n## Tool: y\n\nB\n\n{note}\n\n[b]: /b\n\n## Z\n\nC[^n]"
    )

    assert bodies(issue) == [
        "",
        f"A[^n]\n\n{note}\n\n[b]: /b",
        "B",
        f"C[^n]\n\n{note}\n\n[b]: /b",
    ]


def test_definition_in_code_is_none(read_body):
    text = "See [a].\n\n## Tool: x\n\n```\n[a]: /a\n```"

    assert bodies(read_body(text)) == ["See [a].", "```\n[a]: /a\n```"]


def test_heading_may_use_one(read_body):
    issue = read_body("## Tool: [x][a]\n\nText.\n\n[a]: /a")

    assert (issue.sections[0].title, issue.sections[0].link) == ("x", "/a")


def test_definition_in_a_quote_is_copied(read_body):
    issue = read_body("## Tool: x\n\n> [a]: /a\n\n## Tool: y\n\n[a]")

    assert bodies(issue) == ["", "> [a]: /a", "[a]\n\n[a]: /a"]


def test_second_definition_of_a_label_is_not_lost(read_body):
    issue = read_body("[a]\n\n## Tool: x\n\n[a]: /a\n\n## Tool: y\n\nText.\n\n[a]: /b")

    assert bodies(issue) == ["[a]\n\n[a]: /a", "", "Text.\n\n[a]: /b"]
