"""What is in a Markdown source: its links, references, pictures, headings and words. Pure."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from markdown_it.token import Token

from issues import markdown
from issues.markdown import Picture, plain_text
from issues.wikilinks import Reference

Placed = list[tuple[int, Token]]  # tokens in reading order, each with its line
NO_WORDS = ("inline", "code_inline", "fence", "code_block")  # what is inside "inline" follows it


class Link(NamedTuple):
    """A link as the source writes it; line 0 is an unknown one, as of an inline footnote."""

    address: str
    text: str
    line: int = 0


class Mention(NamedTuple):
    """A cross-reference, and its line."""

    reference: Reference
    line: int = 0


class Heading(NamedTuple):
    """A heading; its level is the one that was written, not the one it gets on a page."""

    level: int
    text: str
    line: int


class Words(NamedTuple):
    """A line of text without code, with the alternative texts and captions of pictures."""

    text: str
    line: int


class Contents(NamedTuple):
    links: tuple[Link, ...] = ()
    pictures: tuple[Picture, ...] = ()
    headings: tuple[Heading, ...] = ()
    words: tuple[Words, ...] = ()
    mentions: tuple[Mention, ...] = ()


def read(source: str) -> Contents:
    """Parse a source once and give what is in it. Raises UnreadableMarkdown."""
    tokens, _env = markdown.parse(source)
    placed = list(with_lines(tokens))
    return Contents(
        tuple(links(placed)),
        tuple(markdown.picture(token) for _line, token in placed if token.type == "image"),
        tuple(headings(placed)),
        tuple(words(placed)),
        tuple(mentions(placed)),
    )


def with_lines(tokens: list[Token]) -> Iterator[tuple[int, Token]]:
    line = 1
    for token in markdown.walk(tokens):
        if token.map:
            line = token.map[0] + 1
        elif token.type in ("softbreak", "hardbreak") and line:
            line += 1
        elif token.type == "footnote_open":
            line = 0  # inline footnotes are moved behind the text and know their line no more
        yield line, token


def links(placed: Placed) -> Iterator[Link]:
    opening, inside = None, []
    for line, token in placed:
        if token.type == "link_open":
            opening, inside = Link(str(token.attrs["href"]), "", line), []
        elif token.type == "link_close":
            yield opening._replace(text=plain_text(inside))
        else:
            inside.append(token)


def mentions(placed: Placed) -> Iterator[Mention]:
    for line, token in placed:
        if token.type == "reference":
            yield Mention(token.meta["reference"], line)


def headings(placed: Placed) -> Iterator[Heading]:
    levels = {"=": 1, "-": 2}  # what underlines the other kind of heading
    for (line, token), (_line, inline) in zip(placed, placed[1:], strict=False):
        if token.type == "heading_open":
            level = levels.get(token.markup, len(token.markup))
            yield Heading(level, plain_text([inline]), line)


def words(placed: Placed) -> Iterator[Words]:
    for line, group in groupby(placed, key=itemgetter(0)):
        tokens = [token for _line, token in group if token.type not in NO_WORDS]
        if text := plain_text(tokens):
            yield Words(text, line)
