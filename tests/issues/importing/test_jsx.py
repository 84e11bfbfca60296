"""JSX and HTML become Markdown."""

import pytest


@pytest.fixture
def body(read_body):
    return lambda text: read_body(f"## Tool: x\n\n{text}").sections[0].body


class TestImages:
    @pytest.mark.parametrize(
        "tag",
        [
            '<Figure src="a.png" alt="An image" title="A title" />',
            "<Figure\n  src='a.png'\n  alt='An image'\n  title='A title'\n  width={640}\n/>",
            '<Image alt={"An image"} caption={`A title`} src={"a.png"} priority />',
            "<img src=a.png alt='An image' title='A title'>",
            '<Figure src="a.png" alt="An\n  image" title="A title"></Figure>',
        ],
    )
    def test_all_forms(self, body, tag):
        assert body(tag) == '![An image](a.png "A title")'

    def test_signs_are_escaped(self, body):
        tag = """<Figure src="a (1) b.png" alt="[x] *y*](z)" title={'A "b" &amp; c'} />"""

        assert body(tag) == '![\\[x\\] \\*y\\*\\](z)](<a (1) b.png> "A \\"b\\" \\&amp; c")'

    @pytest.mark.parametrize(
        "size", ['width="600" height="400"', "width={600} height={400}", "HEIGHT='400' width=600"]
    )
    def test_one_elsewhere_keeps_its_size(self, body, size):
        tag = f'<Figure src="https://example.org/a.png" {size} title="A" />'

        assert body(tag) == '![](https://example.org/a.png "A"){width=600 height=400}'

    @pytest.mark.parametrize(
        "attributes",
        [
            'src="a.png" width="600" height="400"',
            'src="https://example.org/a.png" width="600"',
            'src="https://example.org/a.png" width="100%" height="auto"',
            'src="https://example.org/a.png" width={wide} height={0}',
        ],
    )
    def test_no_size_is_kept_that_is_known_or_none(self, body, attributes):
        assert body(f"<img {attributes}>").endswith("a.png)")

    def test_it_becomes_a_paragraph(self, body):
        assert body('One\n<Figure src="a" />\ntwo.') == "One\n\n![](a)\n\ntwo."
        assert body('One <Figure src="a" /> two.') == "One \n\n![](a)\n\n two."

    def test_it_stays_in_its_list_or_quote(self, body):
        assert body('- a\n\n  <Figure src="a" />\n- b') == "- a\n\n  ![](a)\n\n- b"
        assert body('> a\n>\n> <Figure src="a" />\n> b') == "> a\n>\n> ![](a)\n>\n> b"

    def test_html_image_in_text_stays_in_it(self, body):
        assert body('One <img src="a" alt="b"> two.') == "One ![b](a) two."

    def test_imports_give_addresses(self, body):
        assert body("import a from './a.png'\n\n<Figure src={a} />") == "![](./a.png)"
        assert body("<Figure src={require('./a.png')} alt='x' />") == "![x](./a.png)"

    def test_unknown_address_leaves_the_words(self, read_body, notes_of):
        issue = read_body("## Tool: x\n\n<Figure src={find(a)} alt='Some' title='words' />")

        assert issue.sections[0].body == "Some – words"
        assert issue.leftover["mdx"] == ["<Figure src={find(a)} alt='Some' title='words' />"]
        assert notes_of(issue, "doubtful") == [(6, "the picture’s address “find(a)” is not known")]


class TestBreaks:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("One<br />two", "One\\\ntwo"),
            ("One <br>\ntwo", "One\\\ntwo"),
            ("One<br/><br/>two", "One\\\ntwo"),
            ("One<br/>\n\ntwo", "One\n\ntwo"),
            ("One<br/>\n- two", "One\n- two"),
            ("One\n\n<br/>\n\ntwo", "One\n\ntwo"),
            ("One<br/>- two", "One\\\n\\- two"),
            ("- One<br/>two", "- One\\\ntwo"),
            ("| a<br>b |\n|---|\n| c <br/> d |", "| a b |\n|---|\n| c d |"),
        ],
    )
    def test_they_become_backslashes_or_spaces(self, body, text, expected):
        assert body(text) == expected


class TestTags:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("<b>a</b> and <em>b</em>", "**a** and *b*"),
            ("<kbd>q</kbd>, 10<sup>2</sup>", "`q`, 10^2"),
            ('<a class="x" href="/a">b [c]</a>', "[b [c]](/a)"),
            ("a{' '}b", "a b"),
            ("so&shy;ft and so\u00adft", "soft and soft"),
        ],
    )
    def test_known_ones_are_translated(self, body, text, expected):
        assert body(text) == expected

    def test_unknown_ones_leave_their_text(self, read_body, notes_of):
        issue = read_body("## Tool: x\n\n<Note kind='a'>\nText.\n</Note>\n\n<Video id={1} />")

        assert issue.sections[0].body == "Text."
        assert issue.leftover["mdx"] == ["<Note kind='a'>", "</Note>", "<Video id={1} />"]
        assert [line for line, _ in notes_of(issue, "doubtful")] == [6, 10]

    def test_words_do_not_grow_together(self, body):
        assert body("<ul><li>one</li><li>two</li></ul>").split() == ["one", "two"]

    @pytest.mark.parametrize(
        "text",
        [
            "a < b and c > d",
            "<https://auto.link>",
            "git checkout <branch>",
            "Replace <Name> by yours, List<String> too",
            "`<br/>` and ``<Figure src='`' />``",
            "```\n<Figure src='a' />\nso\u00adft {/* x */}\n```",
            "    <br/>",
        ],
    )
    def test_what_is_no_tag_stays(self, body, text):
        assert body(text).strip() == text.strip()

    def test_tag_that_never_ends_is_reported(self, read_body, notes_of):
        issue = read_body("## Tool: x\n\nText <Figure src='a")

        assert issue.sections[0].body == "Text <Figure src='a"
        assert notes_of(issue, "doubtful") == [(6, "“<Figure” never ends: left as it is")]


class TestStatements:
    def test_they_are_left_over(self, read_body):
        statements = [
            'import A from "a"',
            "import {\n  b,\n} from 'b'",
            "export const meta = {\n\n  c: 1,\n}",
        ]
        issue = read_body("\n".join(statements) + "\n\nHello.\n\n## Tool: x\n\nText.")

        assert issue.intro == "Hello."
        assert issue.leftover["mdx"] == statements

    @pytest.mark.parametrize("text", ["import taxes rise", "export your data", "An\nimport 'x'"])
    def test_prose_stays(self, body, text):
        assert body(text) == text

    def test_comments_are_left_over(self, read_body):
        issue = read_body("## Tool: x\n\nOne {/* a\n\n## Tool: no */}<!-- b -->two <!-- c")

        assert issue.sections[0].body == "One two <!-- c"
        assert issue.leftover["mdx"] == ["{/* a\n\n## Tool: no */}", "<!-- b -->"]


def test_notes_name_the_lines_of_the_file(read_body, notes_of):
    issue = read_body(
        "import a from 'a'\n\n<Figure\n  src='a'\n/>\n\nx<br/>y\n\n## News\n\nso\u00adft <X a='b"
    )

    assert notes_of(issue, "repaired") == [(14, "soft hyphens removed: 1")]
    assert [line for line, _ in notes_of(issue, "doubtful")] == [12, 14]
    assert issue.sections[0].line == 12


def test_every_feature_in_one_file(read, own_samples):
    path = own_samples / "letter-4" / "index.mdx"
    issue = read(path.read_bytes(), path)

    assert [(section.type_slug, section.line) for section in issue.sections] == [
        ("ml-tip", 25), ("web-tip", 48), ("research-paper", 65), ("tool", 73), ("news", 81),
        ("news", 85), ("other", 94),
    ]  # fmt: skip
    assert issue.leftover["id"] == 91
    assert '\n\n![The rate rises, then [slowly] falls](./warm-up.svg "A \\"warm\\" start")\n\n' in (
        issue.sections[0].body
    )
    assert issue.sections[0].tags == ["Optimizers", "css", "deep learning", "C#"]
