"""Cross-references in Markdown: `[[2/lazy-loading]]` is a section of issue 2, `[[2]]` the issue.

Pure: what is rendered here is the address that the source tells, and its words or the number;
`issues.references` sets the title and the address of today when a page is read.
"""

import re
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_inline import StateInline

MAX_WORDS = 300
# [[number/slug|words]]; what is behind it must not make it a link's own text, as in [[1]](url).
WRITTEN = re.compile(
    r"\[\[(?P<number>[1-9][0-9]{0,8})(?:/(?P<slug>[-a-zA-Z0-9_]{1,80}))?"
    rf"(?:\|(?P<words>[^\[\]\n]{{1,{MAX_WORDS}}}))?\]\](?![\[(])"
)


class Reference(NamedTuple):
    """What a cross-reference names: a section by its issue's number and its slug, or an issue."""

    number: int
    slug: str = ""

    def __str__(self):
        return f"[[{self.number}/{self.slug}]]" if self.slug else f"[[{self.number}]]"

    @property
    def path(self) -> str:
        if self.slug:
            return reverse("issues:section", args=[self.number, self.slug])
        return reverse("issues:detail", args=[self.number])

    @property
    def words(self) -> str:
        """Give what stands for a title. Not the slug: it says what a draft is about."""
        return f"#{self.number}"


def wikilinks_plugin(markdown: MarkdownIt) -> None:
    markdown.inline.ruler.before("link", "reference", parse_reference)
    markdown.add_render_rule("reference", render_reference)


def parse_reference(state: StateInline, silent: bool) -> bool:
    # Silent is the search for the end of a link's text; in there it would be a link in a link.
    if silent or state.linkLevel or not state.src.startswith("[[", state.pos):
        return False
    match = WRITTEN.match(state.src, state.pos, state.posMax)
    if match is None or is_defined(match[0][2:-2], state):
        return False
    words = (match["words"] or "").strip()
    if match["words"] and not words:
        return False
    reference = Reference(int(match["number"]), match["slug"] or "")
    token = state.push("reference", "a", 0)
    token.content = words or reference.words
    token.meta = {"reference": reference, "has_own_words": bool(words)}
    state.pos = match.end()
    return True


def is_defined(label: str, state: StateInline) -> bool:
    """Say whether the text defines where `[1]` leads, so that `[[1]]` is that in brackets."""
    return normalizeReference(label) in state.env.get("references", {})


def render_reference(renderer, tokens, index, options, env) -> str:
    token = tokens[index]
    name = "reference worded" if token.meta["has_own_words"] else "reference"
    path = token.meta["reference"].path
    return f'<a href="{escape(path)}" class="{name}">{escape(token.content)}</a>'


# As `render_reference` writes it and the sanitiser leaves it; no other link has this class.
RENDERED = re.compile(
    r'<a href="[^"]*?/(?P<number>[0-9]+)/(?:(?P<slug>[\w-]+)/)?"'
    r' class="reference(?P<own> worded)?" rel="noopener">(?P<words>[^<]*)</a>'
)


def rendered_reference(match: re.Match) -> Reference:
    """Read the reference of a link that RENDERED has found."""
    return Reference(int(match["number"]), match["slug"] or "")
