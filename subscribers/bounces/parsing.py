"""A message that anybody may have sent, taken apart with care (RFC 5322, 2045, 6522).

Python's lenient reader is meant here: the strict one stumbles over headers that no standard knows.
"""

import email
import re
from collections.abc import Iterator
from email.message import Message

from issues.characters import one_line, printable

# What a report says stands before the message that it returns.
LARGEST = 256 * 1024  # bytes
MOST_PARTS = 100
LONGEST_TEXT = 20_000  # characters
STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
TAG = re.compile(r"<[^>]{0,2000}>")
BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
# Python's reader makes a message of each blank line in a report.
BLANK_LINES = re.compile(rb"(?:\r?\n[ \t]*){3,}")
FIELD = re.compile(r"^([A-Za-z-]{1,60})[ \t]*:(.*(?:\n[ \t]+.*)*)", re.M)

Fields = dict[str, str]  # by their names in small letters


def parse(data: bytes) -> Message:
    """Read a message, or as much of a large one as matters."""
    return email.message_from_bytes(BLANK_LINES.sub(b"\n\n", data[:LARGEST]))


def header(message: Message, name: str) -> str:
    """Give a header on one line, or nothing."""
    return next(iter(headers(message, name)), "")


def headers(message: Message, *names: str) -> list[str]:
    return [one for name in names for one in all_of(message).get(name.lower(), [])]


def all_of(message: Message) -> dict[str, list[str]]:
    """Give all headers, by their names in small letters."""
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        # Bytes beyond ASCII were kept as they are (PEP 383); most often they are UTF-8.
        text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        found.setdefault(name.lower(), []).append(one_line(text))
    return found


def parts(message: Message) -> Iterator[Message]:
    """Give the parts of a message in order, but none of the messages that it returns."""
    waiting = [message]
    for _turn in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        yield part
        if part.get_content_maintype() == "multipart" and isinstance(part.get_payload(), list):
            waiting.extend(reversed(part.get_payload()))


def text_of(message: Message) -> str:
    """Give what a message says to people, without what is marked as something else."""
    found = [text_in(one) for one in parts(message) if one.get_content_maintype() == "text"]
    return "\n".join(found)[:LONGEST_TEXT]


def text_in(part: Message) -> str:
    data = part.get_payload(decode=True) or b""
    text = decoded(data[: 4 * LONGEST_TEXT], part.get_param("charset"))
    if part.get_content_subtype() == "html":
        text = TAG.sub(" ", text)
    return printable(text)


def decoded(data: bytes, charset) -> str:
    try:
        return data.decode(str(charset or "utf-8"), "replace")
    except (LookupError, ValueError):  # there is none of that name
        return data.decode("latin-1")


def groups(part: Message) -> list[Fields]:
    """Give the groups of fields in a part that a machine has written (RFC 3464, 5965)."""
    payload = part.get_payload()
    found = []
    for one in payload[:MOST_PARTS] if isinstance(payload, list) else [part]:
        # Python reads the groups of such a part as messages, but not of all such parts.
        if one is not part:
            found.append({name: values[0] for name, values in all_of(one).items()})
        rest = decoded(one.get_payload(decode=True) or b"", "utf-8")
        found += [fields_in(group) for group in BLANK_LINE.split(rest)[:MOST_PARTS]]
    return [one for one in found if one]


def fields_in(text: str) -> Fields:
    found = FIELD.findall(text.replace("\r\n", "\n"))
    return {name.lower(): one_line(value) for name, value in found}
