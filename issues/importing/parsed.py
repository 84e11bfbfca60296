"""What a file becomes before anything is saved."""

import datetime
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Moment = datetime.date | datetime.datetime | None


class ImportProblem(Exception):
    """A file cannot become an issue; the message says why, the line where."""

    def __init__(self, line: int, message: str):
        super().__init__(line, message)
        self.line = line
        self.message = message

    def __str__(self):
        return f"line {self.line}: {self.message}"


class TypeName(NamedTuple):
    """A section type's slug and the names that headings call it by."""

    slug: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """Something that the editor should know about a line of the file."""

    line: int
    text: str
    kind: Literal["repaired", "doubtful", "warning", "picture"]


@dataclass
class ParsedSection:
    """A section; its body is Markdown."""

    type_slug: str
    title: str
    body: str
    line: int
    tags: list[str] = field(default_factory=list)
    link: str = ""
    byline: str = ""


@dataclass
class ParsedIssue:
    """An issue; `leftover` keeps what has no place in it, so that nothing is lost."""

    number: int
    title: str
    summary: str
    intro: str
    date: Moment
    tags: list[str]
    sections: list[ParsedSection]
    notes: list[Note]
    cover: str = ""
    leftover: dict[str, object] = field(default_factory=dict)


@dataclass
class Body:
    """What a text holds below its front matter."""

    title: str = ""
    intro: str = ""
    sections: list[ParsedSection] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def moved_to_intro(line: int, heading: str) -> Note:
    return Note(line, f"“{heading}” stands below a section: moved to the intro", "warning")


def without_headlines(line: int, name: str) -> Note:
    return Note(line, f"“{name}” has no headlines: taken as one item", "doubtful")


def put_below_headline(line: int, name: str) -> Note:
    text = f"the text between “{name}” and its first headline was put below the headline"
    return Note(line, text, "doubtful")
