"""UTF-8 that was read as ISO 8859-7."""

import pytest

from issues.importing.lines import numbered
from issues.importing.mojibake import repair
from issues.importing.typenames import TypeNames


@pytest.fixture
def repaired(types):
    def repaired(text, code=()):
        lines, notes = repair(numbered(text), TypeNames(types), code)
        doubts = [note.line for note in notes if note.kind == "doubtful"]
        return "\n".join(line.text for line in lines), doubts

    return repaired


def broken(text):
    """Do to a text what the scraper did."""
    return "".join(
        character
        for character in text.encode().decode("iso8859_7", "replace")
        if not "\x80" <= character <= "\x9f"
    )


@pytest.mark.parametrize(
    "text",
    [
        "I’m sure it’s you’re, we’ve, they’ll, he’d, don’t and NOT’S.",
        "i’m",
        "It’s … and so on…",
        "café, naïve, fünf, señor, là-bas: it’s all there",
        "créées",
        "It’s «Γλώσσα» and more",
    ],
)
def test_certain_wreckage_is_repaired(repaired, text):
    source = text if "Γλ" in text else broken(text)
    source = source.replace("’", "β")

    assert source != text
    assert repaired(source) == (text, [])


@pytest.mark.parametrize("emoji", ["🧠", "👩‍🔬", "🛠️", "🛠", "🌐", "📰", "⚙️"])
@pytest.mark.parametrize("heading", ["Tool: x", "News", "## ML Tip: x", "### Research paper – x"])
def test_wreckage_before_a_type_name_is_dropped(repaired, emoji, heading):
    hashes, _, name = heading.rpartition("# ")
    hashes = f"{hashes}# " if hashes else ""

    assert repaired(f"{hashes}{broken(emoji)} {name}") == (heading, [])


@pytest.mark.parametrize(
    "text",
    [
        "the β distribution, and π = 3.14",
        "β-carotene, α, β, γ and β",
        "TGFβs and Aβ, 2πr² and NΓ²",
        "word β word",
        "«Ομάδα Γ»",
        "Η γλώσσα μας είναι βαριά, π.χ. αβγ",
        "Ομάδα Γ\xa0FIFA",
        "π Web design is no type of ours",
    ],
)
def test_greek_on_purpose_is_neither_touched_nor_reported(repaired, text):
    assert repaired(text) == (text, [])


@pytest.mark.parametrize(
    "text",
    [
        "Itβa form",
        "π€ Thinking",
        "ππ½ Pointing",
        "usersβ data",
        "βquotedβ",
        "word β word",
        "fΓr alle",
    ],
)
def test_uncertain_wreckage_is_left_and_reported(repaired, text):
    assert repaired(f"Itβs broken.\n{text}") == (f"It’s broken.\n{text}", [2])


@pytest.mark.parametrize("text", ["the β distribution", "π = 3.14", "α, β, γ", "β-carotene", "αβγ"])
def test_greek_is_not_reported_in_a_broken_file_either(repaired, text):
    assert repaired(f"Itβs broken.\n{text}") == (f"It’s broken.\n{text}", [])


def test_code_is_left_alone(repaired):
    assert repaired("Iβm\nIβm", code={1}) == ("I’m\nIβm", [])


def test_notes_say_what_was_repaired(read, notes_of):
    issue = read("Letter #1: A\nπ§ Tool: x\ndonβt, isnβt β¦ and cafΓ©.")

    assert notes_of(issue, "repaired") == [
        (2, "“π§” dropped"),
        (3, "“β¦” → “…”, “cafΓ©” → “café”, “donβt” → “don’t”, “isnβt” → “isn’t”"),
    ]


def test_markdown_is_repaired_but_not_its_code(read):
    issue = read("---\ntitle: Itβs one\n---\n## π\xa0οΈ Tool: Itβs\n\nIβm\n\n```\nIβm\n```\n")

    assert issue.title == "It’s one"
    assert issue.sections[0].title == "It’s"
    assert issue.sections[0].body == "I’m\n\n```\nIβm\n```"
