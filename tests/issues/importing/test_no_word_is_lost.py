"""Every word of a file must be found again in what it becomes."""

import html
import re
from collections import Counter
from pathlib import Path

import pytest

from issues.importing import ParsedIssue

OWN = Path(__file__).parents[1] / "samples"
SHARED = Path(__file__).parents[3].parent / "shared" / "samples"
SUFFIXES = (".md", ".mdx", ".txt")

# What belongs to the form of a file and not to its words.
FORM = [
    r"^draft = true$|\[author\]",
    r"^# Quantised.*$",  # the title once more, as a heading
    r"\{chart\}",  # the name of an import
    r"^[A-Za-z]+(?=(?::| =)(?: |$))",  # names of fields
    r"</?[A-Za-z]+|\b(?:src|alt|title|caption|kind|width)=",  # tags and their attributes
    r"\b640\b|&shy;|\u00ad",
    r"^\d\.(?= )",  # numbers of lists
    r"Bitsletter (?=#\d)|(?<=#)\d+(?=:)",  # the number is a field of its own
]


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def words(text: str) -> Counter:
    # Two marks may touch a word: a backslash of Markdown, an underline.
    return Counter(
        re.findall(r"[^\W_]+", html.unescape(re.sub(r"\\(?=[^\w\s])", "", text.casefold())))
    )


def words_of_source(text: str) -> Counter:
    # Field names as prose words are also in the text; take only these forms away.
    for form in FORM:
        text = re.sub(form, "", text, flags=re.MULTILINE)
    return words(text)


def words_of_result(issue: ParsedIssue, types) -> Counter:
    names = {kind.slug: " ".join(kind.names) for kind in types}
    texts = [issue.title, issue.summary, issue.intro, issue.cover, str(issue.date)]
    if issue.date:
        texts.append(f"{issue.date:%Y-%m-%dT%H:%M:%S.000Z}")
    texts += [*issue.tags, str(issue.leftover), *(note.text for note in issue.notes)]
    for section in issue.sections:
        texts += [names.get(section.type_slug, ""), section.title, section.body]
        texts += [*section.tags, section.link, section.byline]
    return words("\n".join(texts))


@pytest.fixture
def lost_words(read, types):
    def lost_words(path):
        issue = read(path.read_bytes(), path)
        return words_of_source(path.read_text()) - words_of_result(issue, types)

    return lost_words


@pytest.mark.parametrize("path", files(OWN), ids=lambda path: path.name)
def test_no_word_of_our_samples_is_lost(path, lost_words):
    assert lost_words(path) == Counter()


@pytest.mark.skipif(not SHARED.is_dir(), reason="there is no folder ../shared/samples")
def test_no_word_of_the_shared_samples_is_lost(lost_words):
    lost = {path.name: lost_words(path) for path in files(SHARED)}

    assert lost == dict.fromkeys(lost, Counter())


def test_a_lost_word_would_be_noticed(read, types):
    path = OWN / "letter-7.md"
    issue = read(path.read_bytes(), path)
    issue.sections[-1].body = ""

    lost = words_of_source(path.read_text()) - words_of_result(issue, types)

    assert lost == Counter(["that", "is", "all"])
