"""DKIM signatures (RFC 6376), for a site that hands its mail to the world itself.

A relay or a provider signs by itself, and faster: whoever uses one leaves this alone.
"""

import base64
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Self

import dkim
from django.conf import settings
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

from subscribers.addresses import ascii_domain
from subscribers.mime import read_mailbox

RELAXED = (b"relaxed", b"relaxed")  # of headers and body: spaces may be changed on the way
# RFC 6376, section 5.4.1, and 8058, section 4.
SIGNED = [
    *("From", "To", "Cc", "Subject", "Date", "Reply-To", "Message-ID"),
    *("List-Id", "List-Archive", "List-Unsubscribe", "List-Unsubscribe-Post"),
    *("Auto-Submitted", "MIME-Version", "Content-Type"),
]
FEWEST_BITS = 1024  # RFC 8301, section 3.2
PEM = re.compile("-----BEGIN (?:RSA )?PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END")
RSA = bytes.fromhex("06092a864886f70d010101")  # its name in a key (RFC 8017, appendix A)
SEQUENCE, INTEGER, BITS = 0x30, 0x02, 0x03


class UnusableKey(Exception):
    """DKIM_KEY holds nothing that a message can be signed with; says why, and never the key."""


class Signer(NamedTuple):
    """Signs messages for a domain; whoever reads them finds the key under the selector."""

    key: bytes
    selector: str
    domain: str

    @classmethod
    def from_settings(cls) -> Self | None:
        """Give what the settings say; None where they name no key. May raise UnusableKey."""
        if not settings.DKIM_KEY:
            return None
        return cls(read_key(settings.DKIM_KEY), settings.DKIM_SELECTOR, signing_domain())

    def signed(self, data: bytes) -> bytes:
        """Give a message with its signature above it."""
        return self.signature(data) + data

    def signature(self, data: bytes) -> bytes:
        return dkim.DKIM(data).sign(
            self.selector.encode(),
            self.domain.encode(),
            self.key,
            canonicalize=RELAXED,
            include_headers=SIGNED * 2,  # once more than each is there: nobody can add one
        )

    @property
    def bits(self) -> int:
        return parse_pem_private_key(self.key)["modulus"].bit_length()

    @property
    def public_key(self) -> str:
        """Give what stands as `p=` in the DNS record."""
        key = parse_pem_private_key(self.key)
        numbers = number(key["modulus"]) + number(key["publicExponent"])
        name = der(SEQUENCE, RSA + bytes.fromhex("0500"))
        whole = der(SEQUENCE, name + der(BITS, b"\0" + der(SEQUENCE, numbers)))
        return base64.b64encode(whole).decode()


def signing_domain() -> str:
    """Give the domain that signs: that of the sender, if no setting names another."""
    sender = read_mailbox(settings.DEFAULT_FROM_EMAIL).address
    return ascii_domain(settings.DKIM_DOMAIN.strip().lower() or sender.rpartition("@")[2])


@lru_cache(maxsize=8)  # each connection asks for it
def read_key(setting: str) -> bytes:
    """Read a private key: the setting names its file, or is the key itself."""
    text = setting if "-----BEGIN" in setting else read_file(setting)
    found = PEM.search(text.replace("\\n", "\n"))  # so are its lines kept in many environments
    if not found:
        raise UnusableKey("it holds no private key in PEM form, or one that a password protects")
    body = "".join(found[1].split())
    key = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n".encode()
    try:
        bits = parse_pem_private_key(key)["modulus"].bit_length()
    except (UnparsableKeyError, ValueError, LookupError, AssertionError) as error:
        raise UnusableKey("it holds no RSA key; other kinds are not supported") from error
    if bits < FEWEST_BITS:
        raise UnusableKey(f"it has {bits} bits, and receivers trust none below {FEWEST_BITS}")
    return key


def read_file(path: str) -> str:
    try:
        return Path(path).read_text("ascii")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UnusableKey(f"its file cannot be read ({reason})") from error


def number(value: int) -> bytes:
    return der(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def der(tag: int, content: bytes) -> bytes:
    """Write a value as keys are written (X.690): its kind, its length, itself."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content
