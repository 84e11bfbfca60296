"""Which of a text can be drawn with the fonts of this site; the rest is left out cleanly."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

FONTS = Path(__file__).parent / "fonts"
BOLD, MEDIUM = "Inter-Bold.otf", "Inter-Medium.otf"

GAP = "\0"  # stands where something was left out
MISSING = "\U0010fffd"  # no font has it
BESIDE_GAPS = (
    (r"[(\[{][\s\0]*\0[\s\0]*[)\]}]", GAP),  # brackets that held nothing else
    (r"([(\[{])[\s\0]*\0[\s\0]*", r"\1"),
    (r"[\s\0]*\0[\s\0]*([,.;:!?…)\]}])", r"\1"),
)


@cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / name, size)


def legible(text: str) -> str:
    """Give what the fonts have of a text, in one line; "" where no letter and no digit is left."""
    text = "".join(drawable(unicodedata.normalize("NFC", text)))
    for pattern, instead in BESIDE_GAPS:
        text = re.sub(pattern, instead, text)
    text = " ".join(text.replace(GAP, " ").split())
    return text if any(char.isalnum() for char in text) else ""


def drawable(text: str) -> Iterator[str]:
    """Give each character as it can be drawn: itself, a plain form of it, or a gap."""
    before = " "
    for char in text:
        category = unicodedata.category(char)
        if char.isspace():
            before = " "
        elif category[0] == "C" and category != "Co" or is_variation(char):
            continue  # invisible: what stands around it stays together
        elif category[0] == "M":
            # Only on a letter, and only one: stacks of them would cover other lines.
            before = char if before.isalpha() and has_glyph(char) else ""
        else:
            before = plain(char)
        yield before


def is_variation(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def plain(char: str) -> str:
    """Give the character, or what it is compatible with, such as "A" for "Ａ"."""
    for form in (char, unicodedata.normalize("NFKC", char)):
        if all(has_glyph(one) for one in form):
            return form
    return GAP


@lru_cache(4096)
def has_glyph(char: str) -> bool:
    """Say whether the fonts have the character; a private one has no meaning that is known."""
    return unicodedata.category(char) != "Co" and drawn(char) != drawn(MISSING)


def drawn(char: str) -> tuple:
    mask = font(MEDIUM, 20).getmask(char)
    return mask.size, bytes(mask)
