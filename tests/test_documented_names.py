"""The documentation: all that it names is there, and all that is there it names."""

import re

import pytest
from django.core.management import get_commands, load_command_class

from tests.documented_pages import (
    PAGES,
    ROOT,
    anchors,
    blocks,
    links,
    name_of,
    prose,
    settings_read,
    spans,
)

pytestmark = pytest.mark.once

LANGUAGES = {"sh", "env", "zone", "markdown", "mermaid", "text"}
# Words in capitals that are no settings of ours.
OTHER_WORDS = {
    *("CHROMIUM", "DKIM", "FILE", "NAME", "TEXT", "TODO", "VIRTUAL_ENV", "REPOSITORY", "SETTINGS"),
    *("SHOWN", "TEST", "MALLOC_ARENA_MAX", "INFO", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
}
NOT_OF_OPERATORS = {"STATIC_ROOT", "PROMETHEUS_MULTIPROC_DIR", "ENV_FILE"}


def documented(page: str) -> set[str]:
    """Give what stands in the first column of a table, by words."""
    lines = [line for line in (ROOT / page).read_text().splitlines() if line.startswith("| `")]
    return {word for line in lines for word in re.findall(r"`([^`]+)`", line.split("|")[1])}


def test_every_block_says_what_it_is():
    found = {block.language for document in PAGES for block in blocks(document)}

    assert found - LANGUAGES == set()


def test_every_setting_is_documented_and_no_other():
    names = {name for name in documented("docs/settings.md") if not name.startswith("ANYMAIL_")}

    assert names == settings_read() - NOT_OF_OPERATORS


def test_every_command_is_documented_and_no_other():
    apps = ("issues", "subscribers", "bitsletter")
    known = {name for name, app in get_commands().items() if app in apps}

    assert {words.split()[0] for words in documented("docs/commands.md")} == known


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_no_setting_is_named_that_does_not_exist(document):
    written = [
        text for block in blocks(document) if block.language == "env" for text in [block.text]
    ]
    names = {match for text in written for match in re.findall(r"(?m)^([A-Z_]+)=", text)}
    names |= {
        match[1]
        for span in spans(document)
        if (match := re.fullmatch(r"([A-Z][A-Z_]{3,})(=\S*)?", span))
    }

    names = {name for name in names if not name.startswith("ANYMAIL_")}
    assert names - settings_read() - OTHER_WORDS == set()


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_no_command_is_named_that_does_not_exist(document):
    for span in spans(document):
        match = re.match(r"(?:manage\.py|bitsletter) ([a-z_]+)((?: --[a-z-]+)*)", span)
        if match and match[1] != "help":
            command = load_command_class(get_commands()[match[1]], match[1])
            known = command.create_parser("manage.py", match[1])._option_string_actions
            assert set(match[2].split()) <= known.keys(), span


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_no_file_of_ours_is_named_that_does_not_exist(document):
    folders = r"(?:bitsletter|issues|subscribers|templates|static|tests|docs|deploy)/"
    named = {span for span in spans(document) if re.fullmatch(rf"{folders}[\w./*-]*", span)}

    assert {name for name in named if not list(ROOT.glob(name.rstrip("/")))} == set()


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_links_lead_somewhere(document):
    for link in links(document):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _hash, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_and_picture_is_shown_somewhere():
    shown = {
        (document.parent / link.partition("#")[0]).resolve()
        for document in PAGES
        for link in links(document)
    }
    there = {*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "pictures").iterdir()}

    assert there - shown - {ROOT / "docs" / "README.md"} == set()


@pytest.mark.parametrize("document", PAGES, ids=name_of)
def test_every_picture_has_words(document):
    assert "![](" not in prose(document)
