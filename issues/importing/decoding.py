"""Bytes to text: the encoding, line ends and characters that are no text."""

import codecs
import re

from issues.characters import FORBIDDEN
from issues.importing.parsed import ImportProblem, Note

MAX_BYTES = 5 * 1024 * 1024

# Controls that stand for a gap between words: removing them would glue the words together.
GAP = re.compile("[\x0b\x0c\x1c-\x1f\x85]")


def decode(data: bytes) -> tuple[str, list[Note]]:
    """Give a file's text with Unix line ends, and notes on what was changed for it."""
    if len(data) > MAX_BYTES:
        raise ImportProblem(1, f"the file is larger than {MAX_BYTES // 1024**2} MB")
    text, notes = as_text(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text, removed = without_controls(text)
    if not text.strip():
        raise ImportProblem(1, "the file is empty")
    return text, notes + removed


def as_text(data: bytes) -> tuple[str, list[Note]]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode_other(data, "utf-16", 1)
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        # The codec counts from behind the byte order mark: find the byte in what it was given.
        line = error.object[: error.start].count(b"\n") + 1
    return decode_other(data, "cp1252", line)


def decode_other(data: bytes, encoding: str, line: int) -> tuple[str, list[Note]]:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ImportProblem(line, "this is not text in UTF-8") from error
    return text, [Note(line, f"the file is not UTF-8; read as {encoding}", "warning")]


def without_controls(text: str) -> tuple[str, list[Note]]:
    first = FORBIDDEN.search(text)
    if first is None:
        return text, []
    count = len(FORBIDDEN.findall(text))
    line = text.count("\n", 0, first.start()) + 1
    note = Note(line, f"control characters removed: {count}", "repaired")
    return FORBIDDEN.sub("", GAP.sub(" ", text)), [note]
