"""Write plain text as Markdown that shows the same words."""

import re

from issues.importing.layout import parser

# Only these can mean something in Markdown.
SPECIAL = re.compile(r"[\\`*_\[\]<>&~!]")
BLOCK_START = re.compile(r"\s*(?:[#>+*=|~`:\[-]|\d+[.)])")
# Trying costs quadratic time at worst; long text is escaped untried.
LONGEST_TRIED = 5000


def escaped(text: str) -> str:
    """Escape the marks that Markdown would take for its own, if it would."""
    if not SPECIAL.search(text) or (len(text) <= LONGEST_TRIED and shows_itself(text)):
        return text
    return re.sub(r"([\\`*_\[\]<>~]|!(?=\[)|&(?=#?\w+;))", r"\\\1", text)


def shows_itself(text: str) -> bool:
    """Say whether Markdown shows a text of one line as it stands."""
    children = parser(blocks_only=False).parseInline(text)[0].children
    is_plain = all(token.type == "text" for token in children)
    return is_plain and "".join(token.content for token in children) == text


def paragraph(text: str) -> str:
    """Write one line of plain text as a paragraph."""
    return escaped_start(escaped(text.strip(" \t")))


def escaped_start(text: str) -> str:
    """Keep a line from becoming a heading, a list, a quote, a rule, a definition or code."""
    if not BLOCK_START.match(text):
        return text
    tokens = parser(blocks_only=True).parse(text[:LONGEST_TRIED])
    if [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]:
        return text
    number = re.match(r"\s*\d+", text)
    at = number.end() if number else len(text) - len(text.lstrip())
    return f"{text[:at]}\\{text[at:]}"
