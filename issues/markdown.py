"""Markdown in; safe HTML, plain text and an excerpt out. Pure: it asks no database.

The dialect is CommonMark with GitHub's tables, task lists and strikethrough, footnotes, and
cross-references such as `[[2/lazy-loading]]` (see `issues.wikilinks`). A picture on another host
may say how large it is, so that its place is kept: `![alt](https://…){width=600 height=400}`.
Raw HTML is shown as text. What comes out is sanitised and may be put on a page as it is.
"""

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from issues.characters import one_line
from issues.dimensions import Size, size_of
from issues.wikilinks import wikilinks_plugin

# Raise it when the same source gives other HTML: `manage.py rerender` then knows what is old.
RENDERER_VERSION = 3

MAX_BYTES = 200 * 1024
MAX_NESTING = 60  # lists in quotes in lists …
MAX_OPEN_BRACKETS = 100  # the parser's time is quadratic in brackets that never close
MAX_HIGHLIGHTED = 5_000  # characters of one code block; some lexers take quadratic time

# The page's title is h1 and a section's title h2, so a body begins at h3.
TOP_HEADING = 3
EXCERPT_LENGTH = 220
CODE_BLOCKS = ("fence", "code_block")
SIZE = re.compile(r"\{ *width=(\d+) +height=(\d+) *\}")


class UnreadableMarkdown(ValueError):
    """The source is too large or too deeply nested; the message says so to the editor."""


class Picture(NamedTuple):
    """A picture as the source writes it: ![alt](source "caption"); the caption is one line."""

    source: str
    alt: str
    caption: str


class Rendered(NamedTuple):
    """What a source becomes; `prose` is its text without blocks of code, if there is any."""

    html: SafeString
    text: str
    prose: str


def render(source: str, prefix: str = "", sizes: Mapping[str, Size] | None = None) -> Rendered:
    """Render Markdown.

    `prefix` makes the ids of headings and footnotes unique on a page of several bodies; `sizes`
    knows the pictures' dimensions by their address. Raises UnreadableMarkdown.
    """
    tokens, env = parse(source, prefix, sizes)
    html = parser().renderer.render(tokens, parser().options, env)
    text, prose = plain_text(tokens), plain_text(without_code(tokens))
    return Rendered(mark_safe(sanitizer().clean(html)), text, prose or text)  # nosec B308 B703


def check(source: str) -> None:
    """Raise UnreadableMarkdown where `render` would."""
    parse(source)


def pictures(source: str) -> list[Picture]:
    """Give the pictures in a source. Raises UnreadableMarkdown."""
    if "![" not in source:
        return []
    tokens, _ = parse(source)
    return [picture(token) for token in walk(tokens) if token.type == "image"]


def picture(token: Token) -> Picture:
    return Picture(
        source=str(token.attrs["src"]),
        alt=plain_text(token.children or []),
        caption=one_line(str(token.attrs.get("title", ""))),
    )


def excerpt(text: str, length: int = EXCERPT_LENGTH) -> str:
    """Give the beginning of a plain text, cut at a word, at most `length` characters long."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:.–—") + "…"


def parse(source: str, prefix: str = "", sizes: Mapping[str, Size] | None = None):
    size = len(source.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        message = _("This text has %(size)d KB; at most %(most)d KB are possible. Please split it.")
        sizes_in_kb = {"size": math.ceil(size / 1024), "most": MAX_BYTES // 1024}
        raise UnreadableMarkdown(message % sizes_in_kb)
    env = {"docId": prefix, "prefix": prefix, "sizes": sizes or {}}
    return parser().parse(source, env), env


# The parser -------------------------------------------------------------------------------------


@cache
def parser() -> MarkdownIt:
    markdown = MarkdownIt("js-default", {"linkify": False, "maxNesting": MAX_NESTING})
    markdown.use(footnote_plugin).use(tasklists_plugin, label=True)
    markdown.use(wikilinks_plugin)
    markdown.inline.ruler.push("take_size", take_size)
    markdown.core.ruler.after("block", "refuse_nesting", refuse_nesting)
    markdown.core.ruler.push("shift_headings", shift_headings)
    markdown.core.ruler.push("make_figures", make_figures)
    markdown.core.ruler.push("align_by_class", align_by_class)
    markdown.add_render_rule("fence", render_code)
    markdown.add_render_rule("code_block", render_code)
    markdown.add_render_rule("image", render_image)
    markdown.add_render_rule("table_open", open_table)
    markdown.add_render_rule("table_close", close_table)
    return markdown


def take_size(state: StateInline, silent: bool) -> bool:
    """Take the braces right behind a picture that say its size; any others are text."""
    if silent or state.pending or not state.tokens or state.tokens[-1].type != "image":
        return False
    match = SIZE.match(state.src, state.pos, state.posMax)
    size = size_of(*match.groups()) if match else None
    if size is None:
        return False
    state.tokens[-1].meta["size"] = size
    state.pos = match.end()
    return True


def refuse_nesting(state: StateCore) -> None:
    """Raise UnreadableMarkdown where the parser would silently drop text or take for ever."""
    for token in state.tokens:
        line = token.map[0] + 1 if token.map else 1
        if token.level >= MAX_NESTING - 1:
            message = _(
                "Lists and quotes are nested more than %(most)d levels deep (line %(line)d)."
            )
            raise UnreadableMarkdown(message % {"most": MAX_NESTING - 2, "line": line})
        if token.type == "inline" and open_brackets(token.content) > MAX_OPEN_BRACKETS:
            message = _("More than %(most)d square brackets are open at once (line %(line)d).")
            raise UnreadableMarkdown(message % {"most": MAX_OPEN_BRACKETS, "line": line})


def open_brackets(text: str) -> int:
    """Give how many square brackets are open at the deepest place."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]]", text):
        depth = depth + 1 if bracket == "[" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def shift_headings(state: StateCore) -> None:
    """Let the shallowest heading be TOP_HEADING, keep the steps below it, and give each an id."""
    headings = [token for token in state.tokens if token.type.startswith("heading_")]
    shift = TOP_HEADING - min((int(token.tag[1]) for token in headings), default=TOP_HEADING)
    seen: dict[str, int] = {}
    for index, token in enumerate(state.tokens):
        if token.type not in ("heading_open", "heading_close"):
            continue
        token.tag = f"h{min(int(token.tag[1]) + shift, 6)}"
        if token.type == "heading_open":
            name = slugify(plain_text([state.tokens[index + 1]])) or "heading"
            seen[name] = seen.get(name, 0) + 1
            number = f"-{seen[name]}" if seen[name] > 1 else ""
            # No slug holds two hyphens, so that this is no other section's id.
            token.attrs["id"] = "--".join(filter(None, [state.env["prefix"], name])) + number


def make_figures(state: StateCore) -> None:
    """Let a paragraph that holds one picture and nothing else be a figure."""
    for opening, inline, closing in zip(
        state.tokens, state.tokens[1:], state.tokens[2:], strict=False
    ):
        # In a tight list a paragraph is hidden: there is nothing that could be a figure.
        is_shown = opening.type == "paragraph_open" and not opening.hidden
        if is_shown and [token.type for token in inline.children] == ["image"]:
            opening.tag = closing.tag = "figure"
            inline.children[0].meta["in_figure"] = True


def align_by_class(state: StateCore) -> None:
    """Align table cells by a class: the Content-Security-Policy allows no style attribute."""
    for token in state.tokens:
        if token.type in ("td_open", "th_open") and "style" in token.attrs:
            token.attrs["class"] = str(token.attrs.pop("style")).replace("text-align:", "align-")


# What differs from the parser's own HTML ---------------------------------------------------------


def render_code(renderer, tokens, index, options, env) -> str:
    token = tokens[index]
    language = (token.info.split() or [""])[0]
    name = f"highlight language-{language}" if language else "highlight"
    code = highlight_code(token.content, language)
    # A scrolling box must be reachable by keyboard (WCAG 2.1.1).
    return f'<pre tabindex="0"><code class="{escape(name)}">{code}</code></pre>\n'


def highlight_code(code: str, language: str) -> str:
    """Give the code as HTML; Pygments' classes colour it, if it knows the language."""
    if not language or len(code) > MAX_HIGHLIGHTED:
        return escape(code)
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return escape(code)
    return highlight(code, lexer, HtmlFormatter(nowrap=True))


def render_image(renderer, tokens, index, options, env) -> str:
    """Render a picture that loads when it comes near; in a figure its title is the caption."""
    in_figure = tokens[index].meta.get("in_figure", False)
    image = picture(tokens[index])
    attrs = {"src": image.source, "alt": image.alt}
    if image.caption and not in_figure:
        attrs["title"] = image.caption
    if size := env["sizes"].get(image.source, tokens[index].meta.get("size")):
        attrs |= {"width": size.width, "height": size.height}
    attrs |= {"loading": "lazy", "decoding": "async"}
    html = "<img " + " ".join(f'{name}="{escape(value)}"' for name, value in attrs.items()) + ">"
    if image.caption and in_figure:
        html += f"<figcaption>{escape(image.caption)}</figcaption>"
    return html


def open_table(renderer, tokens, index, options, env) -> str:
    return '<div class="table" tabindex="0" role="group" aria-label="Table"><table>\n'


def close_table(renderer, tokens, index, options, env) -> str:
    return "</table></div>\n"


def ids_behind(prefix: str, html: str) -> SafeString:
    """Put `prefix` before the ids in a rendered text, and in the links within it that mean them."""
    ids = re.compile(r'( id="| href="#)')
    # Only within a tag: a text about id="x" must stay what it is.
    moved = re.sub(r"<\w[^>]*>", lambda tag: ids.sub(rf"\g<1>{prefix}", tag[0]), html)
    return mark_safe(moved)  # nosec B308 B703


def headings_up(html: str) -> SafeString:
    """Raise rendered headings by one level, for a page whose h1 is the section's own title."""
    raised = re.sub(r"(</?h)([3-6])\b", lambda tag: f"{tag[1]}{int(tag[2]) - 1}", html)
    return mark_safe(raised)  # nosec B308 B703


# Plain text -------------------------------------------------------------------------------------


def walk(tokens: list[Token]) -> Iterator[Token]:
    """Yield the tokens and those inside them, in reading order."""
    for token in tokens:
        yield token
        if token.type != "image":
            yield from walk(token.children or [])


def without_code(tokens: list[Token]) -> list[Token]:
    """Leave the blocks of code out; a word of code within a sentence is a word of that."""
    return [token for token in tokens if token.type not in CODE_BLOCKS]


def plain_text(tokens: list[Token]) -> str:
    """Give the words of a parsed source, a block a line, with pictures' alt texts and captions."""
    parts = []
    for token in walk(tokens):
        if token.type in ("text", "code_inline", "reference", *CODE_BLOCKS):
            parts.append(token.content)
        elif token.type == "image":
            image = picture(token)
            parts += [image.alt, " ", image.caption]
        elif token.type in ("softbreak", "hardbreak", "td_close", "th_close"):
            parts.append(" ")
        elif token.block and token.nesting == -1:
            parts.append("\n")
    lines = "".join(parts).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


# The sanitiser ----------------------------------------------------------------------------------


@cache
def sanitizer() -> nh3.Cleaner:
    """Give the allow-list that the parser's own output fits into.

    The parser lets no HTML of the source through; this holds even if that should ever fail.
    """
    return nh3.Cleaner(
        tags={
            *("a", "blockquote", "br", "code", "div", "em", "figcaption", "figure", "h3", "h4"),
            *("h5", "h6", "hr", "img", "input", "label", "li", "ol", "p", "pre", "s", "section"),
            *("span", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
        },
        attributes={
            "a": {"href", "title", "id", "class"},
            "code": {"class"},
            "div": {"class", "tabindex", "role", "aria-label"},
            **{f"h{level}": {"id"} for level in range(TOP_HEADING, 7)},
            "img": {"src", "alt", "title", "width", "height", "loading", "decoding"},
            "input": {"type", "checked", "disabled", "class"},
            "li": {"id", "class"},
            "ol": {"start", "class"},
            "pre": {"tabindex"},
            "section": {"class"},
            "span": {"class"},
            "sup": {"class"},
            "td": {"class"},
            "th": {"class"},
            "ul": {"class"},
        },
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    )
