"""Make Markdown paragraphs and lists of the lines of a scraped page."""

import re
from typing import NamedTuple

from issues.importing.lines import Line
from issues.importing.mojibake import WRECKAGE
from issues.importing.plaintext import paragraph

BULLET = re.compile(r"[-*•◦▪‣][ \t]+(?=\S)")
NUMBER = re.compile(r"(\d{1,3})[.)][ \t]+(?=\S)")
# Pictographs with their modifiers, as far as they stand at the beginning of a line.
EMOJI = re.compile("[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff\ufe0f\u200d]+")
SENTENCE_END = re.compile(r"[.:;!?…。！？：；][\s)\]”’\"'»」』）]*$")


class Block(NamedTuple):
    """A paragraph or an item of a list; the mark is "-", "1.", or empty for a paragraph."""

    mark: str
    text: str


def to_markdown(lines: list[Line]) -> str:
    """Write the lines as Markdown."""
    groups: list[list[str]] = []
    previous = None
    for mark, text in blocks(lines):
        kind = "1." if mark[:1].isdigit() else mark
        if not kind or kind != previous:
            groups.append([])
        groups[-1].append(f"{mark} {paragraph(text)}" if mark else paragraph(text))
        previous = kind
    return "\n\n".join("\n".join(group) for group in groups)


def blocks(lines: list[Line]) -> list[Block]:
    """Find the list items and put the lines together that a page's markup had torn apart."""
    found: list[Block] = []
    is_after_gap = True
    texts = [" ".join(re.split(r"[ \t]+", line.text.strip(" \t"))) for line in lines]
    for index, text in enumerate(texts):
        if not text.strip():
            is_after_gap = True
            continue
        block = begin_block(text, texts, index, found)
        if not is_after_gap and continues(found[-1], block, texts[index - 1]):
            found[-1] = found[-1]._replace(text=f"{found[-1].text} {text}")
        else:
            found.append(block)
        is_after_gap = False
    return found


def begin_block(text: str, texts: list[str], index: int, found: list[Block]) -> Block:
    if bullet := BULLET.match(text):
        return Block("-", text[bullet.end() :])
    number = NUMBER.match(text)
    # "1984. That year" is no list; a list begins with 1 and goes on.
    if number and (int(number[1]) == 1 or (found and found[-1].mark[:1].isdigit())):
        return Block(f"{int(number[1])}.", text[number.end() :])
    sign = leading_sign(text)
    neighbours = (texts[index - 1] if index else "", *texts[index + 1 : index + 2])
    is_list = sign and any(leading_sign(neighbour) == sign for neighbour in neighbours)
    # A sign belongs to the words: which emoji it was is not always known.
    return Block("-" if is_list or continues_signs(sign, found) else "", text)


def continues_signs(sign: str, found: list[Block]) -> bool:
    """Say whether the sign's list was only interrupted by a line that belongs to its item."""
    return bool(sign and found and found[-1].mark == "-" and leading_sign(found[-1].text) == sign)


def leading_sign(text: str) -> str:
    """Give the emoji, or what is left of it, at the beginning of a line."""
    found = EMOJI.match(text) or WRECKAGE.match(text)
    return found[0] if found and text[found.end() : found.end() + 1] == " " else ""


def continues(last: Block, block: Block, line_before: str) -> bool:
    """Say whether a line goes on with the sentence of the block before it."""
    if block.mark or leading_sign(block.text) or ends_sentence(line_before):
        return False
    return not last.mark or block.text[:1].islower()


def ends_sentence(text: str) -> bool:
    return bool(SENTENCE_END.search(text.rstrip()[-20:]))


def is_list_item(text: str) -> bool:
    return bool(BULLET.match(text) or NUMBER.match(text))
