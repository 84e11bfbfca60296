"""Front matter in YAML, TOML and Pelican's form."""

import datetime

import pytest

from issues.importing import ImportProblem

TEXT = "\n## Tool: x\n\nText.\n"


@pytest.fixture
def with_yaml(read):
    return lambda fields, name="letter-1.md": read(f"---\n{fields}\n---\n{TEXT}", name)


def problem(read, text):
    with pytest.raises(ImportProblem) as caught:
        read(text)
    return str(caught.value)


class TestTitle:
    @pytest.mark.parametrize(
        "field",
        [
            'title: "Bitsletter #7: One, Two"',
            "title: >-\n  Bitsletter #7: One,\n  Two",
            "title: 'Bitsletter #7: One,\n\n  Two'",
            "Title: Bitsletter  #7:  One, Two",
            "title: Bitsletter #7: One,\n  Two",
            "title: Bitsletter #7 – One, Two",
            "title: '#7: One, Two'",
            "title: #7: One, Two",
        ],
    )
    def test_number_is_cut_off(self, with_yaml, field):
        issue = with_yaml(field)

        assert (issue.number, issue.title) == (7, "One, Two")

    def test_what_yaml_takes_for_a_comment_is_text(self, with_yaml, notes_of):
        issue = with_yaml("slug: x\ntitle: Bitsletter #7 One\nsummary: Me: the end")

        assert (issue.title, issue.summary) == ("Bitsletter #7 One", "Me: the end")
        assert [line for line, _ in notes_of(issue, "repaired")] == [3, 4]

    def test_another_number_is_no_issue_number(self, with_yaml):
        issue = with_yaml("title: 'What we learned from PR #7: a story'\nnumber: 12")

        assert (issue.number, issue.title) == (12, "What we learned from PR #7: a story")

    def test_title_that_is_only_a_number_stays(self, with_yaml):
        assert with_yaml("title: 'Bitsletter #7'").title == "Bitsletter #7"

    @pytest.mark.parametrize("value", ["yes", "3.10", "2022-05-18", "010", "null and void"])
    def test_values_stay_as_they_are_written(self, with_yaml, value):
        assert with_yaml(f"title: {value}").title == value


class TestFields:
    def test_names_have_synonyms(self, with_yaml):
        issue = with_yaml(
            "TITLE: x\nexcerpt: Short.\nkeywords: a, b ,A\npubDate: 2022-05-18\ncover: /c.png"
        )

        assert (issue.summary, issue.tags, issue.cover) == ("Short.", ["a", "b"], "/c.png")
        assert issue.date == datetime.date(2022, 5, 18)

    def test_the_second_synonym_is_left_over(self, with_yaml):
        issue = with_yaml("title: x\nsummary: second\ndescription: first")

        assert issue.summary == "first"
        assert issue.leftover == {"summary": "second"}

    def test_unused_fields_are_kept(self, with_yaml):
        issue = with_yaml("id: 99\ntitle: x\nauthor:\n  name: Ada\nversion: 3.10")

        assert issue.number == 1
        assert issue.leftover == {"id": 99, "author": {"name": "Ada"}, "version": "3.10"}

    def test_tags_go_to_every_section_behind_its_own(self, read):
        issue = read(
            "---\ntitle: x\ntags: [CSS, C#, 3.10]\n---\n"
            "## Tool: x\ntags: own, css\n\nA\n\n## B\n\nC"
        )

        assert [section.tags for section in issue.sections] == [
            ["own", "css", "C#", "3.10"],
            ["CSS", "C#", "3.10"],
        ]

    def test_cover_may_have_fields_of_its_own(self, with_yaml):
        issue = with_yaml("title: x\nimage:\n  src: /c.png\n  alt: A cover")

        assert (issue.cover, issue.leftover) == ("/c.png", {"cover": {"alt": "A cover"}})

    def test_draft_has_no_date(self, with_yaml, notes_of):
        issue = with_yaml("title: x\ndate: 2022-05-18\ndraft: true")

        assert issue.date is None
        assert notes_of(issue, "warning") == [
            (3, "marked as a draft: the date 2022-05-18 is not used")
        ]

    @pytest.mark.parametrize("field", ["draft: false", "published: true"])
    def test_what_is_no_draft_keeps_its_date(self, with_yaml, field):
        assert with_yaml(f"title: x\ndate: 2022-05-18\n{field}").date


class TestNumber:
    @pytest.mark.parametrize(
        ("fields", "name", "number"),
        [
            ("title: 'A #3: B'\nnumber: 5", "7.md", 5),
            ("title: 'A #3: B'", "7.md", 3),
            ("title: 'C#7 or C&#8'", "letter-12-top-10.md", 12),
            ("title: B", "issues/letter-12/index.mdx", 12),
            ("title: B", "2022-05-18-letter-12.md", 12),
            ("title: B", "12.md", 12),
            ("title: B", "letter012.md", 12),
            ("title: B\nnumber: '#12'", "letter.md", 12),
        ],
    )
    def test_where_it_comes_from(self, with_yaml, fields, name, number):
        assert with_yaml(fields, name).number == number

    @pytest.mark.parametrize("name", ["letter.md", "2022-05-18-letter.md", "index.md"])
    def test_no_number_is_a_problem(self, with_yaml, name):
        with pytest.raises(ImportProblem, match="no issue number"):
            with_yaml("title: B\nid: 3", name)

    @pytest.mark.parametrize("value", ["0", "1000000000", "-3", "1.5", "ten", "9" * 5000])
    def test_wrong_numbers_are_problems(self, with_yaml, value):
        with pytest.raises(ImportProblem, match="^line 3: .*number"):
            with_yaml(f"title: B\nnumber: {value}")


class TestOtherForms:
    def test_toml(self, read, own_samples, notes_of):
        path = own_samples / "2022-06-29-letter-6.md"
        issue = read(path.read_bytes(), path.name)

        assert (issue.number, issue.title) == (6, "Quantised weights, quick fonts")
        assert issue.tags == ["quantisation", "fonts"]
        assert issue.leftover == {"weight": "3.10", "author": {"name": "Grace Example"}}

    def test_pelican(self, read, own_samples):
        path = own_samples / "letter-5-pelican.md"
        issue = read(path.read_bytes(), path.name)

        assert (issue.number, issue.title) == (5, "Seeds, Skeletons")
        assert issue.date == datetime.datetime(2022, 6, 22, 10, 20)
        assert issue.tags == ["reproducibility", "loading states"]
        assert issue.leftover == {"Category": "letters", "Slug": "seeds-skeletons"}

    def test_key_lines_without_a_title_are_text(self, read):
        issue = read("Note: this is text.\n\n# Letter #1: A\n\n## Tool: x\n\nText.")

        assert issue.intro.startswith("Note: this is text.")


class TestBroken:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("---\ntitle: x\n", "line 1: the front matter “---” never ends"),
            ("---\ntitle: [x\nb: 1\n---\nText", "line 3: the YAML front matter is broken"),
            ("---\na: 1\ntitle: &x y\n---\nText", "line 3: the YAML front matter is broken: anch"),
            ("---\na: 1\nb: *x\n---\nText", "line 3: the YAML front matter is broken: anch"),
            ("---\nx: !!python/name:os.system a\n---\nT", "line 2: the YAML front matter is brok"),
            ("---\n- x\n---\nText", "line 2: the front matter does not consist of"),
            ("---\na: 1\na: 2\n---\nText", "line 3: the field “a” stands here a second time"),
            ("---\ntitle:\n  a: b\n---\nText", "line 2: title: this must be text"),
            ("---\ntitle: " + "[" * 9999 + "\n---\nText", "line 2: the front matter is nested"),
            ("---\nt: " + "x" * 70_000 + "\n---\nText", "line 2: front matter over 64 KB"),
            ("+++\na = 1\nb =\n+++\nText", "line 3: the TOML front matter is broken"),
            ("+++\na = " + "[" * 9999 + "\n+++\nText", "line 2: the TOML front matter is broken"),
            ("\n---\na: 1\ndate: soon\n---\nText", "line 4: date: “soon” cannot be read"),
            ("---\ntitle: x\n---\n\n", "line 4: there is no text"),
            ("---\ndate: 2022-01-01\n---\nText", "line 1: no title"),
        ],
    )
    def test_the_line_is_named(self, read, text, message):
        assert problem(read, text).startswith(message)


def test_a_tag_with_a_number_sign_in_a_list_loses_no_word(with_yaml):
    issue = with_yaml("title: A\ntags:\n  - web #css\n  - plain # a comment")

    assert issue.tags == ["web #css", "plain"]
