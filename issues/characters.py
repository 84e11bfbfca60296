"""Characters that no text of ours may hold."""

import re

# Controls but tab and line feed, lone surrogates and non-characters: one of them in a title
# makes a whole feed unreadable (XML 1.0, section 2.2), and PostgreSQL stores no NUL.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def printable(text: str) -> str:
    """Give the text with Unix line ends and without characters that are no text."""
    return FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Give the printable text on one line, with single spaces."""
    return " ".join(printable(text).split())
