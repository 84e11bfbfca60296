"""A folder in place of a mail server: one file for each message, for people to open and read."""

import os
import re
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.text import slugify

from subscribers.mime import Written

UNSAFE = re.compile(r"[^A-Za-z0-9@.+_-]+")  # in the name of a file
LONGEST = 80  # characters of the address, and of the subject, in the name of a file


class OutboxBackend(BaseEmailBackend):
    """Writes messages into EMAIL_FILE_PATH; mail programs open what is there."""

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        sent = 0
        for message in email_messages:
            try:
                write(folder, name_of(message), readable(message))
            except OSError:
                if not self.fail_silently:
                    raise
            else:
                sent += 1
        return sent


def name_of(message: EmailMessage) -> str:
    """Give the name of a message's file: they sort by time, and say to whom and which."""
    at = timezone.now().strftime("%Y%m%d-%H%M%S.%f")
    to = UNSAFE.sub("_", ",".join(message.recipients()))[:LONGEST]
    subject = slugify(message.subject)[:LONGEST]
    return "-".join(part for part in (at, to, subject) if part) + ".eml"


def readable(message: EmailMessage) -> bytes:
    """Give a message with its texts as they are; Django leaves its own so."""
    return message.readable() if isinstance(message, Written) else message.message().as_bytes()


def write(folder: Path, name: str, data: bytes) -> None:
    """Write a file that nobody else can read, whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(".part", ".", folder)  # for our eyes alone
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(unfinished, folder / name)
    except BaseException:
        os.unlink(unfinished)
        raise
