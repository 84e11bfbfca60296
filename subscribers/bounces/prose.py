"""Reports in prose, of mail servers that know no other: qmail, old Exim, old Exchange, and more."""

import re
from email.message import Message

from subscribers.bounces.parsing import header, text_of
from subscribers.bounces.said import Said, Sort
from subscribers.bounces.statuses import kind_in, status_in

DAEMON = re.compile(
    r"mailer-daemon|postmaster|mail delivery (sub)?system|system administrator", re.I
)
# Whoever reads on from here reads our own message, or what its reader has to say.
RETURNED = re.compile(
    r"^.*(below this line is a copy|this is a copy of (the|your) message|original message"
    r"|unsent message below|message headers? follow|returned message).*$",
    re.I | re.M,
)
DELAYED = re.compile(
    r"\bdelayed\b|could not send message for|has not yet been delivered|will (be re|re|keep )try"
    r"|will continue to try|do not need to resend|this is a warning message only",
    re.I,
)
FAILED = re.compile(
    r"could not be delivered|couldn.t be delivered|undeliver|delivery (has )?failed"
    r"|permanent(ly)? (fatal )?(error|failure)|failed permanently|returned mail|did not reach"
    r"|unable to deliver|wasn.t able to deliver|not delivered|delivery failure|failure notice"
    r"|giving up",
    re.I,
)
ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"]{1,64}@[^\s<>()\[\]:;,\"]{1,190}")


def read(message: Message) -> Said | None:
    """Read what a mail server wrote; None if it is no report of one."""
    failed = header(message, "X-Failed-Recipients")
    if not failed and not is_from_server(message):
        return None
    text = f"{header(message, 'Subject')}\n{text_of(message)}"
    text = RETURNED.split(text, maxsplit=1)[0].strip()
    if FAILED.search(text) or failed:
        return bounce(text, failed)
    return Said(Sort.UNDER_WAY) if DELAYED.search(text) else None


def is_from_server(message: Message) -> bool:
    return bool(DAEMON.search(header(message, "From")))


def bounce(text: str, failed: str) -> Said:
    if DELAYED.search(text) and not failed:
        return Said(Sort.UNDER_WAY)
    found = ADDRESS.search(failed or text)
    kind = kind_in(text)
    return Said(
        Sort(kind) if kind else Sort.SOFT,
        status=status_in(text),
        detail=text,
        address=found[0] if found else "",
    )
