"""What a mail server means by a refusal: that nobody is there, or only not this time."""

import re

from subscribers.models import Bounce

Kind = Bounce.Kind

# RFC 3463, behind three digits of RFC 5321 or without: "550 5.1.1", "550-5.1.1", "(#5.1.1)".
STATUS = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.])", re.ASCII)
CODE = re.compile(r"(?<![\w.])([45]\d\d)(?=[ \-]|$)", re.ASCII)

# The address does not exist, or no longer: nothing that we do changes that.
GONE = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
GONE_CODES = {550, 551, 553}
# Address, mailbox, system, network, content, policy. The rest is about how we talk (5.5.x) or
# about nothing that has a name (5.0.0): there the three digits say more.
ABOUT_THEM = {"1", "2", "3", "4", "6", "7"}
SOFT_CODES = {552, 554}
# Many a server that takes nothing from us says so with the digits of "nobody here".
ABOUT_US = re.compile(
    r"spam|block|black.?list|polic|reputation|\brbl\b|dnsbl|dmarc|\bspf\b|dkim|\bbanned\b", re.I
)


def kind_of(code: int | None, reply: str) -> Kind | None:
    """Say what an answer tells of an address; None if it tells nothing.

    What was put off until there was no more time to try has failed as well, softly.
    """
    status = status_in(reply)
    if status in GONE:
        return Kind.HARD
    if status and status.split(".")[1] in ABOUT_THEM:
        return Kind.SOFT
    if code in GONE_CODES:
        return Kind.SOFT if ABOUT_US.search(reply) else Kind.HARD
    is_for_now = status.startswith("4.") or (code is not None and 400 <= code < 500)
    return Kind.SOFT if code in SOFT_CODES or is_for_now else None


def kind_in(text: str) -> Kind | None:
    """Say what a text tells of an address that has an answer somewhere in it."""
    return kind_of(code_in(text), text)


def status_in(text: str) -> str:
    """Give the first status in a text, as RFC 3463 writes it; nothing if there is none."""
    found = STATUS.search(text)
    return ".".join(found.groups()) if found else ""


def code_in(text: str) -> int | None:
    """Give the first three digits in a text with which a mail server may refuse."""
    found = CODE.search(text)
    return int(found[1]) if found else None
