"""What markdown-it makes of a text: where its code, tables, headings and definitions stand.

Only its blocks are parsed: the lines are cut out of the source, not written anew, so the parser
need not understand what stands in them.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

# Inline parsing takes quadratic time at worst; no heading is that long.
LONGEST_TITLE = 2000


class Heading(NamedTuple):
    """A heading at the top level of the document, from line `start` up to line `end`."""

    start: int
    end: int
    level: int
    source: str
    is_underlined: bool


class Definition(NamedTuple):
    """The lines of a link or footnote definition; a footnote's label begins with ^."""

    label: str
    start: int
    end: int
    is_nested: bool


@dataclass
class Layout:
    """All numbers are indexes of lines, from 0."""

    code: set[int] = field(default_factory=set)
    tables: set[int] = field(default_factory=set)
    heading_lines: set[int] = field(default_factory=set)
    headings: list[Heading] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    inlines: list[tuple[int, str]] = field(default_factory=list)
    unclosed_fence: int | None = None
    env: dict = field(default_factory=dict)


class HeadingText(NamedTuple):
    """A heading's words without markup, and the addresses of its links and pictures."""

    text: str
    link: str = ""
    addresses: tuple[str, ...] = ()


@cache
def parser(*, blocks_only: bool) -> MarkdownIt:
    markdown = MarkdownIt("js-default", {"linkify": False}).use(footnote_plugin)
    if blocks_only:
        markdown.core.ruler.enableOnly(["normalize", "block"])
    return markdown


def lay_out(text: str) -> Layout:
    """Find the blocks of a Markdown text."""
    layout = Layout()
    tokens = parser(blocks_only=True).parse(text, layout.env)
    for index, token in enumerate(tokens):
        note_token(layout, token)
        if token.type == "heading_open" and token.level == 0:
            is_underlined = not token.markup.startswith("#")
            source = tokens[index + 1].content
            level = int(token.tag[1])
            layout.headings.append(Heading(*token.map, level, source, is_underlined))
    layout.definitions += link_definitions(layout.env, text.split("\n"))
    layout.unclosed_fence = unclosed_fence(tokens, text)
    return layout


def note_token(layout: Layout, token: Token) -> None:
    if token.type in ("fence", "code_block"):
        layout.code.update(range(*token.map))
    elif token.type == "table_open":
        layout.tables.update(range(*token.map))
    elif token.type == "inline":
        layout.inlines.append((token.map[0], token.content))
    elif token.type == "footnote_reference_open":
        label = f"^{token.meta['label']}"
        layout.definitions.append(Definition(label, *token.map, token.level > 0))
    elif token.type == "heading_open":
        layout.heading_lines.update(range(*token.map))


def link_definitions(env: dict, lines: list[str]) -> list[Definition]:
    known = [(label, entry["map"]) for label, entry in env.get("references", {}).items()]
    known += [(entry["label"], entry["map"]) for entry in env.get("duplicate_refs", [])]
    return [
        Definition(label, start, end, not lines[start].lstrip().startswith("["))
        for label, (start, end) in known
    ]


def unclosed_fence(tokens: list[Token], text: str) -> int | None:
    """Give the line of a code fence which swallows the rest of the text."""
    if not tokens or tokens[-1].type != "fence":
        return None
    start, end = tokens[-1].map
    last = text.split("\n")[start:end][-1].strip()
    is_closed = end - start > 1 and last.startswith(tokens[-1].markup) and not last.strip("`~")
    return None if is_closed else start


def heading_text(source: str, env: dict) -> HeadingText:
    """Strip a heading of its markup; `env` knows the document's link definitions."""
    if len(source) > LONGEST_TITLE:
        return HeadingText(" ".join(source.split()))
    children = parser(blocks_only=False).parseInline(source, dict(env))[0].children
    links = [str(token.attrs["href"]) for token in children if token.type == "link_open"]
    pictures = [str(token.attrs["src"]) for token in children if token.type == "image"]
    text = " ".join("".join(plain(token) for token in children).split())
    return HeadingText(text, links[0] if links else "", (*links, *pictures))


def plain(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "footnote_ref":
        return f"[^{token.meta['label']}]"
    return token.content
