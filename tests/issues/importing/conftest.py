"""Reading a file without a database."""

from pathlib import Path, PurePath

import pytest

from issues.importing import TypeName, read_issue


@pytest.fixture(scope="session")
def types():
    return [
        TypeName("ml-tip", ("ML tip", "ML tips")),
        TypeName("web-tip", ("Web tip", "Web tips")),
        TypeName("research-paper", ("Research paper", "Research papers")),
        TypeName("tool", ("Tool", "Tools")),
        TypeName("news", ("News",)),
    ]


@pytest.fixture(scope="session")
def read(types):
    """Read a text as if it stood in a file of this name."""

    def read(text, name="letter-1.md"):
        data = text.encode() if isinstance(text, str) else text
        return read_issue(data, PurePath(name), types)

    return read


@pytest.fixture(scope="session")
def read_body(read):
    """Read Markdown below a front matter of three lines: the text begins on line 4."""
    return lambda text: read(f"---\ntitle: 'A letter'\n---\n{text}")


@pytest.fixture(scope="session")
def own_samples():
    return Path(__file__).parents[1] / "samples"


@pytest.fixture(scope="session")
def shared_sample():
    path = Path(__file__).parents[3].parent / "shared/samples/bitsletter-2-scraped.txt"
    if not path.is_file():
        pytest.skip("there is no file ../shared/samples/bitsletter-2-scraped.txt")
    return path


@pytest.fixture(scope="session")
def notes_of():
    """Give the notes of a kind as pairs of line and text."""
    return lambda issue, kind: [(note.line, note.text) for note in issue.notes if note.kind == kind]
