"""What those get who left the same types out, encoded for the wire but for what is personal.

A hundred thousand people get a message of their own each: only a few words of it are encoded for
each of them.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from django.utils.html import escape
from django.utils.translation import ngettext

from subscribers.issue_mail.contents import Contents, Slot
from subscribers.mime import closing, part_head, quoted_part

MARK = re.compile("\x02([a-z_]+)\x03")
# A line of quoted-printable that goes on after its end (RFC 2045, section 6.7).
SOFT_END = b"=\r\n"


class Half:
    """The HTML or the text of a variant: fixed strings with slots between them."""

    def __init__(self, kind: str, content: str, written: Callable[[str], str]):
        self.kind, self.written = kind, written
        self.content = content.rstrip("\n") + "\n"
        pieces = MARK.split(self.content)
        self.fixed = [quoted_part(piece) for piece in pieces[::2]]
        self.slots = [Slot(name) for name in pieces[1::2]]

    def filled(self, values: Mapping[Slot, str]) -> str:
        return MARK.sub(lambda mark: self.written(values[Slot(mark[1])]), self.content)

    def encoded(self, values: Mapping[Slot, str]) -> bytes:
        """Give the same, encoded: only the values are, for the rest has been."""
        found = [self.fixed[0]]
        for slot, following in zip(self.slots, self.fixed[1:], strict=True):
            value = quoted_part(self.written(values[slot]))
            found += [SOFT_END, value, SOFT_END, following]
        return b"".join(found)


class Variant:
    """The mail of an issue without the types that some people left out."""

    def __init__(self, contents: Contents, unwanted: Collection[int]):
        pieces = contents.chosen(unwanted)
        count = contents.left_out(unwanted)
        words = ngettext("%d section left out", "%d sections left out", count) % count
        html = "".join(piece.html for piece in pieces).replace(Slot.LEFT_OUT.mark, escape(words))
        text = "".join(piece.text for piece in pieces).replace(Slot.LEFT_OUT.mark, words)
        self.html, self.text = Half("html", html, escape), Half("plain", text, str)


class Filled(NamedTuple):
    """The body of a message to one person."""

    variant: Variant
    values: Mapping[Slot, str]

    @property
    def html(self) -> str:
        return self.variant.html.filled(self.values)

    @property
    def text(self) -> str:
        return self.variant.text.filled(self.values)

    def encoded(self, boundary: str) -> bytes:
        found = []
        for half in (self.variant.text, self.variant.html):
            found += [part_head(half.kind, boundary), half.encoded(self.values), b"\r\n"]
        return b"".join([*found, closing(boundary)])
