"""Whatever a file holds: it becomes an issue, or its problem is named, and soon."""

import random
import subprocess
import sys
import time

import pytest

from issues.importing import ImportProblem

pytestmark = pytest.mark.once

TOP = "---\ntitle: 'Letter #7: A'\n---\n"
PIECES = [
    "## ", "Tool: ", "News", "\n\n", "\n", "<Figure src='a'", "/>", "<br/>", "---\n", "+++\n",
    "```\n", "`", "[x]", "[x]: y\n", "[^1]", "[^1]: z\n", "{/*", "*/}", "<!--", "-->", "- ", "> ",
    "    ", "title: ", "a", "β", "π", "Γ©", "<b>", "</b>", "import a from 'b'\n", "export {", "|",
    "\0", "Title: x\n", "tags: a\n", "link: /x\n", "é", "'", '"', "&shy;", "{", "}", "#7 ", "\t",
    "1. ",
]  # fmt: skip


class TestDecoding:
    @pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf", b"\0\0"])
    def test_empty_file(self, read, data):
        with pytest.raises(ImportProblem, match="line 1: the file is empty"):
            read(data)

    def test_byte_order_mark_and_line_ends(self, read):
        issue = read(b"\xef\xbb\xbf---\r\ntitle: A\r\n---\r\n## Tool: x\r\n\r\nOne\rtwo.\r\n")

        assert (issue.title, issue.sections[0].body) == ("A", "One\ntwo.")

    def test_windows_encoding_is_read_and_named(self, read, notes_of):
        issue = read("# A #7\n\n## Tool: x\n\n“café”".encode("cp1252"))

        assert issue.sections[0].body == "“café”"
        assert (5, "the file is not UTF-8; read as cp1252") in notes_of(issue, "warning")

    def test_other_bytes_are_refused_with_their_line(self, read):
        with pytest.raises(ImportProblem, match="line 3: this is not text in UTF-8"):
            read(b"# A\n\n\x81\n")

    def test_utf_16(self, read):
        assert read("# A #7\n\n## Tool: é".encode("utf-16")).sections[0].title == "é"

    def test_control_characters_are_removed(self, read, notes_of):
        issue = read("# A #7\n\n## Tool: x\n\na\0b\x1bc\x0cd\te\u2028f")

        assert issue.sections[0].body == "abc d\te\u2028f"
        assert notes_of(issue, "repaired") == [(5, "control characters removed: 3")]

    def test_large_file_is_refused(self, read):
        with pytest.raises(ImportProblem, match="larger than 5 MB"):
            read(b"a" * (5 * 1024**2 + 1))


def test_random_bytes_are_no_accident(read):
    chance = random.Random(1)
    for _ in range(500):
        survives(read, bytes(chance.randrange(256) for _ in range(chance.randrange(1, 300))))


@pytest.mark.parametrize("top", [TOP, "", "# A #7\n\n", "---\n", "+++\n"])
def test_random_pieces_are_no_accident(read, top):
    chance = random.Random(2)
    for _ in range(400):
        survives(read, top + "".join(chance.choices(PIECES, k=chance.randrange(1, 40))))


@pytest.mark.parametrize(
    "piece",
    [
        "[", "> ", "- ", "- a\n", "## Tool: a\n\n", "# a\n\n", "`", "`` ` ", "<!-- ", "{/* ",
        "<Figure src={", "<Figure src='", "<Figure a", "<Figure src='a'/>", "a<br>", "<X>a</X>",
        "β", "π\xa0", "aβ", "aΓ©", "Iβm ", "*a ", "[a][b] ", "[^a]: b\n", "import {\n",
        "News\nA\nb.\n", "a", " ", "\n", "{", "![a](", "💡 a\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("top", [TOP, "Letter #7: A\n"])
def test_no_text_takes_quadratic_time(read, piece, top):
    size = 5_000 // len(piece)
    short = min(seconds(read, top + piece * size) for _ in range(3))

    # Eight times the length in about eight times the time; quadratic would be 64 times.
    limit = 30 * short + 0.05
    assert any(seconds(read, top + piece * 8 * size) < limit for _ in range(2))


def test_many_definitions_take_no_quadratic_time(read):
    count = 3000
    sections = "".join(f"## Tool: t\n\n[z] [a{n}]\n\n[a{n}]: x\n\n" for n in range(count))

    assert seconds(read, f"{TOP}[z]: q\n\n{sections}") < 10


def test_seven_hundred_headings(read):
    issue = read(TOP + "".join(f"## Tool: t{n}\n\nText {n}.\n\n" for n in range(700)))

    assert len(issue.sections) == 700
    assert issue.sections[699].body == "Text 699."


def test_reading_needs_no_django():
    code = "import sys, issues.importing; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def survives(read, source):
    try:
        issue = read(source, "letter-7.md")
    except ImportProblem as problem:
        assert problem.line >= 1  # noqa: PT017 (either outcome is right)
    else:
        assert issue.title
        assert all(section.title for section in issue.sections)


def seconds(read, source):
    """Give the seconds of the processor, which others on the machine do not make more."""
    begin = time.process_time()
    survives(read, source)
    return time.process_time() - begin
