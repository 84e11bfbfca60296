"""What the documentation says: its pages, the commands on them, their links and their words."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    path
    for path in (*ROOT.glob("*.md"), *sorted((ROOT / "docs").glob("*.md")))
    if path.name != "CHANGELOG.md"  # it tells of what is gone, too
]
FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# How our code reads a setting from the environment.
READ = re.compile(r"""(?:env\.\w+|environ(?:\.get)?|given\.get)[(\[]\s*["']([A-Z][A-Z0-9_]+)["']""")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


class Block(NamedTuple):
    """What stands between two fences."""

    language: str
    text: str


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> list[Block]:
    return [Block(*found) for found in FENCE.findall(page.read_text())]


def prose(page: Path) -> str:
    """Give a page without what stands between fences."""
    return FENCE.sub("", page.read_text())


def spans(page: Path) -> list[str]:
    """Give what a page shows as code within its sentences, each in one line."""
    return [" ".join(text.split()) for _ticks, text in SPAN.findall(prose(page))]


def links(page: Path) -> list[str]:
    return LINK.findall(SPAN.sub("", prose(page)))


def anchors(page: Path) -> set[str]:
    """Give what the headings of a page are called in an address, as GitHub calls them."""
    words = (heading.lower().replace("`", "") for heading in HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", text).replace(" ", "-") for text in words}


def commands(block: Block) -> Iterator[str]:
    """Give each command of a block of shell: as many lines as it takes until it is whole."""
    gathered = ""
    for line in block.text.splitlines(keepends=True):
        gathered += line
        if gathered.strip() and is_whole(gathered):
            yield gathered.strip()
            gathered = ""
    assert not gathered.strip(), f"This is no command: {gathered}"


def is_whole(text: str) -> bool:
    if text.rstrip("\n").endswith("\\"):
        return False
    return subprocess.run(["sh", "-n"], input=text, text=True, capture_output=True).returncode == 0


def settings_read() -> set[str]:
    """Give the names of all settings: what our code reads from the environment."""
    files = (ROOT / "bitsletter").rglob("*.py")
    return {name for file in files for name in READ.findall(file.read_text())}
