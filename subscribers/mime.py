"""Messages as they go over the wire, written byte by byte (RFC 5322, 2045, 2047, 6532).

Python's own writers fold long links in headers until no mail program finds them, and make an
address that nobody has of a name with letters beyond ASCII. These few lines are also many times
faster, which counts where a message goes to a hundred thousand people.
"""

import datetime
import email
import re
import textwrap
import uuid
from binascii import b2a_qp
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.header import Header, decode_header, make_header
from email.message import Message as ParsedMessage
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import NamedTuple, Protocol

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import MIMEMixin
from django.utils.encoding import punycode

from issues.characters import one_line
from subscribers.addresses import ascii_domain

LINE_END = re.compile(r"\r\n|\r|\n")
LONG = 900  # characters of a header that fit on one line (998 octets), with its name
WIDTH = 78  # of a line that can be broken (RFC 5322, section 2.1.1)


class Mailbox(NamedTuple):
    """Somebody to whom, or from whom, a message goes."""

    name: str
    address: str

    def __str__(self) -> str:
        return named(self.name, self.address)

    @property
    def in_words(self) -> str:
        """Give it in the letters of its name, for those who encode it themselves."""
        quoted = self.name.replace("\\", r"\\").replace('"', r"\"")
        return f'"{quoted}" <{self.address}>' if quoted else self.address


def read_mailbox(text: str) -> Mailbox:
    """Read what a setting says, such as `Bitsletter <news@example.org>`."""
    name, address = parseaddr(one_line(text))
    local, at, host = address.rpartition("@")
    address = f"{local}{at}{ascii_domain(host)}"
    return Mailbox(one_line(str(make_header(decode_header(name)))), address)


class Body(Protocol):
    """What a message says, in two forms, and how it goes over the wire."""

    text: str
    html: str

    def encoded(self, boundary: str) -> bytes:
        """Give both parts, each with its heading, between lines that hold the boundary."""


class Texts(NamedTuple):
    """A body that is written for one message."""

    text: str
    html: str

    def encoded(self, boundary: str) -> bytes:
        return parts(self, boundary, "quoted-printable", quoted)


@dataclass(frozen=True)
class Message:
    """One message to one recipient; whatever its parts hold, no header can come of them."""

    uid: uuid.UUID  # makes the Message-ID
    host: str  # as well
    sender: Mailbox
    recipient: str
    subject: str
    body: Body
    at: datetime.datetime
    headers: Mapping[str, str] = field(default_factory=dict)  # further ones, in ASCII
    envelope: str = ""  # where it comes back to if it cannot be delivered; else to the sender

    @property
    def returns_to(self) -> str:
        return self.envelope or self.sender.address

    @property
    def needs_smtputf8(self) -> bool:
        """Say whether the mail server must take letters beyond ASCII in addresses (RFC 6531)."""
        return not (self.recipient + self.sender.address + self.envelope).isascii()

    def head(self) -> dict[str, str]:
        return {
            "Date": format_datetime(self.at),
            "From": str(self.sender),
            "To": one_line(self.recipient),
            "Subject": words(self.subject, "Subject"),
            "Message-ID": f"<{self.uid}@{domain(self.host)}>",
            **{name: folded(value) for name, value in self.headers.items()},
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative;\r\n boundary="{self.boundary}"',
        }

    @property
    def boundary(self) -> str:
        # Quoted-printable never writes "=_"; what is not quoted cannot know the number.
        return f"=_{self.uid.hex}"

    def as_bytes(self) -> bytes:
        """Give the whole message, with the line ends of the wire."""
        return self.head_bytes() + self.body.encoded(self.boundary)

    def readable(self) -> bytes:
        """Give the message with texts and links as they are, and the line ends of a file."""
        whole = self.head_bytes() + parts(self.body, self.boundary, "8bit", plain)
        return whole.replace(b"\r\n", b"\n")

    def head_bytes(self) -> bytes:
        head = "".join(f"{name}: {value}\r\n" for name, value in self.head().items())
        return head.encode("utf-8", "replace") + b"\r\n"

    def for_django(self) -> EmailMultiAlternatives:
        """Give the message to what is no SMTP server: a file, or the interface of a provider."""
        return Written(self)


class Parsed(MIMEMixin, ParsedMessage):
    pass


class Written(EmailMultiAlternatives):
    """A message whose bytes are there already, and what the interface of a provider needs of it."""

    def __init__(self, message: Message):
        known = ("From", "To", "Subject", "MIME-Version", "Content-Type")
        super().__init__(
            subject=one_line(message.subject),
            body=message.body.text,
            from_email=message.sender.in_words,
            to=[message.recipient],
            # Providers get values, not lines.
            headers={n: one_line(one) for n, one in message.head().items() if n not in known},
            alternatives=[(message.body.html, "text/html")],
        )
        self.written = message
        # For django-anymail: what tells us of a bounce which message it was, and where it goes.
        self.metadata = {"delivery": message.uid.hex}
        if message.envelope:
            self.envelope_sender = message.envelope

    @property
    def answer(self) -> str:
        """Give what a provider said when it took the message; nothing of anybody else."""
        status = getattr(self, "anymail_status", None)
        if status is None:
            return ""
        return one_line(f"{', '.join(sorted(status.status or ()))} {status.message_id or ''}")

    def message(self) -> Parsed:
        return email.message_from_bytes(self.written.as_bytes(), Parsed)

    def readable(self) -> bytes:
        return self.written.readable()


def parts(body: Body, boundary: str, encoding: str, encoded: Callable[[str], bytes]) -> bytes:
    """Give both parts of a body, encoded in the way that is named."""
    found = []
    for kind, content in (("plain", body.text), ("html", body.html)):
        found += [part_head(kind, boundary, encoding), encoded(content), b"\r\n"]
    return b"".join([*found, closing(boundary)])


def part_head(kind: str, boundary: str, encoding: str = "quoted-printable") -> bytes:
    return (
        f"--{boundary}\r\n"
        f'Content-Type: text/{kind}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    ).encode()


def closing(boundary: str) -> bytes:
    return f"--{boundary}--\r\n".encode()


@lru_cache(maxsize=256)  # thousands of messages have the same subject
def words(text: str, header: str) -> str:
    """Give a text as the value of a header: in ASCII, on short lines (RFC 2047)."""
    text = one_line(text)
    if is_plain(text):
        return on_lines(text, header)
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


@lru_cache(maxsize=256)
def named(name: str, address: str) -> str:
    """Give what stands in brackets, an address or the like, with its name before it."""
    name = one_line(name)
    if not name:
        return f"<{address}>"
    if is_plain(name):
        quoted = name.replace("\\", r"\\").replace('"', r"\"")
        return on_lines(f'"{quoted}" <{address}>', "Reply-To")
    return f"{words(name, 'Reply-To')}\r\n <{address}>"


def folded(value: str) -> str:
    """Give the value of a header without anything that would end it."""
    return "\r\n ".join(filter(None, map(one_line, value.split("\r\n "))))


def on_lines(text: str, header: str) -> str:
    """Give a text in ASCII as the value of a header, with its lines broken at spaces."""
    lines = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * len(f"{header}: "),
        subsequent_indent=" ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\r\n".join(lines).lstrip(" ")


def is_plain(text: str) -> bool:
    return text.isascii() and len(text) < LONG and "=?" not in text


def domain(host: str) -> str:
    """Give a host as identifiers of messages name it."""
    return f"[IPv6:{host}]" if ":" in host else punycode(host)


def quoted(text: str) -> bytes:
    """Encode a text so that no server on its way changes it."""
    return b2a_qp(plain(text), istext=True)


def quoted_part(text: str) -> bytes:
    """Encode a part of a text, which goes on before and behind it."""
    data = LINE_END.sub("\r\n", text).encode("utf-8", "replace")
    # Where there is no line end to learn from, it would break long lines as files do.
    return b2a_qp(data + b"\r\n", istext=True)[:-2]


def plain(text: str) -> bytes:
    return LINE_END.sub("\r\n", text.rstrip("\r\n") + "\n").encode("utf-8", "replace")
