"""Bytes to text: which encoding, and whether that was said or guessed."""

import codecs
from typing import NamedTuple

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from subscribers.exchange.problems import UnreadableFile

MAX_BYTES = 100 * 1024 * 1024
FALLBACK = "cp1252"  # of old spreadsheets in the west
# Workbooks as they are: zip archives (xlsx, ods), and the older kind (xls).
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class Decoded(NamedTuple):
    text: str
    encoding: str
    is_guess: bool


def decode(data: bytes, declared: str = "") -> Decoded:
    """Give the text of a file; raise UnreadableFile where it is none.

    What was declared wins. Else a mark at the beginning says it; without one it is UTF-8, and
    where it cannot be that, it is taken for the fallback, which is a guess.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile(too_large(MAX_BYTES))
    if data.startswith(WORKBOOKS):
        raise UnreadableFile(_("This is a workbook or an archive. Save it as CSV first."))
    if declared:
        return Decoded(decode_as(declared, data), declared, False)
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return Decoded(decode_as(encoding, data), encoding.removesuffix("-sig"), False)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", False)
    except UnicodeDecodeError:
        return Decoded(decode_as(FALLBACK, data), FALLBACK, True)


def too_large(most: int) -> str:
    return _("The file is larger than %s.") % filesizeformat(most)


def decode_as(encoding: str, data: bytes) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError as error:
        raise UnreadableFile(_("There is no encoding “%s”.") % encoding) from error
    except ValueError as error:
        raise UnreadableFile(_("This is no text in the encoding %s.") % encoding) from error
