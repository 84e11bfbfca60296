"""Reading the folder into which `outbox` writes mail, for people at the desk.

Whatever else lies there must not break a page: what cannot be read is shown as far as it can.
"""

import datetime
import email
import os
import re
import stat
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from issues.characters import one_line, printable
from subscribers.outbox import OutboxBackend

# As `outbox.name_of` makes them; nothing of it leads out of the folder.
NAME = re.compile(r"[A-Za-z0-9@+_-][A-Za-z0-9@.+_-]*\.eml")
HEAD = 64_000  # bytes in which the head of a message is looked for
MOST_BYTES = 2_000_000  # of a message that is shown


class Raw(NamedTuple):
    """The beginning of a file, and what the file system knows of it."""

    data: bytes
    facts: os.stat_result


class Listed(NamedTuple):
    """A message as a list shows it."""

    name: str
    at: datetime.datetime
    to: str
    subject: str
    size: int


class Page(NamedTuple):
    mails: list[Listed]
    total: int


class Mail(NamedTuple):
    """A message as it is read."""

    listed: Listed
    head: list[tuple[str, str]]
    text: str
    html: str
    source: str
    is_whole: bool


def is_used() -> bool:
    """Say whether this site writes its mail into a folder."""
    return issubclass(import_string(settings.EMAIL_BACKEND), OutboxBackend)


def names() -> list[str]:
    """Name the messages, the newest first."""
    try:
        found = os.listdir(settings.EMAIL_FILE_PATH)
    except OSError:  # no message has been written yet
        return []
    return sorted(filter(NAME.fullmatch, found), reverse=True)


def page(number: int, size: int) -> Page:
    """Give a page of the list, of which the first is number 1."""
    found = names()
    chosen = found[(number - 1) * size : number * size]
    return Page([one for one in map(listed, chosen) if one], len(found))


def listed(name: str) -> Listed | None:
    """Look at one message; None if it is gone, or no file at all."""
    raw = read(name, HEAD)
    if raw is None:
        return None
    message = parsed(raw.data)
    at = datetime.datetime.fromtimestamp(raw.facts.st_mtime, timezone.get_current_timezone())
    to, subject = header(message, "To"), header(message, "Subject")
    return Listed(name, at, to, subject, raw.facts.st_size)


def opened(name: str) -> Mail | None:
    """Read one message; None if it is gone, or never was one of ours."""
    found, raw = listed(name), read(name, MOST_BYTES)
    if found is None or raw is None:
        return None
    message = parsed(raw.data)
    head = [(one_line(key), header(message, key)) for key in dict.fromkeys(message.keys())]
    text, html = part(message, "plain"), part(message, "html")
    source = printable(raw.data.decode("utf-8", "replace"))
    return Mail(found, head, text, html, source, is_whole=found.size <= MOST_BYTES)


def read(name: str, size: int) -> Raw | None:
    """Give the beginning of a file of the folder; never what a link there points at."""
    if not NAME.fullmatch(name):
        return None
    try:
        with open(Path(settings.EMAIL_FILE_PATH) / name, "rb", opener=without_following) as file:
            facts = os.fstat(file.fileno())
            return Raw(file.read(size), facts) if stat.S_ISREG(facts.st_mode) else None
    except OSError:
        return None


def without_following(path: str, flags: int) -> int:
    """Open no link, and wait for no pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=default)


def header(message: EmailMessage, name: str) -> str:
    """Give a header in words; as it stands where nothing can be made of it."""
    try:
        return one_line(str(message[name] or ""))
    except Exception:  # Python's reader of headers fails in more ways than it says
        return as_it_stands(message, name)


def as_it_stands(message: EmailMessage, name: str) -> str:
    raw = next((value for key, value in message.raw_items() if key == name), "")
    return one_line(str(raw))


def part(message: EmailMessage, kind: str) -> str:
    """Give the text of a message in a form, "plain" or "html"; nothing if it has none."""
    try:
        found = message.get_body([kind])
        if found is None:
            return ""
        data = found.get_payload(decode=True) or b""
        charset = found.get_content_charset("utf-8")
    except Exception:  # as above
        return ""
    try:
        return printable(data.decode(charset, "replace"))
    except (LookupError, ValueError):  # no such encoding
        return printable(data.decode("utf-8", "replace"))
