"""What comes back by mail: a bounce, a complaint, or nothing of the kind.

Mail servers report in a form for machines (RFC 3464), and mailbox providers pass on complaints in
another (RFC 5965); for those who do neither, see `prose`. Answers of people who are away are no
bounces (RFC 3834), and neither is what is still being tried.
"""

import datetime
import hashlib
import uuid
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime

from django.utils import timezone

from subscribers.bounces import prose
from subscribers.bounces.parsing import STATUS_TYPES, Fields, groups, header, parse, parts
from subscribers.bounces.said import Said, Sort
from subscribers.bounces.statuses import kind_in, status_in
from subscribers.bounces.whose import numbers_in

COMPLAINTS = {"abuse", "fraud", "opt-out", "opt-out-list"}
ANSWERING = ("X-Autoreply", "X-Autorespond", "X-AutoReply-From", "X-Mail-Autoreply")
# The worse, the further behind.
GRAVITY = [Sort.UNDER_WAY, Sort.SOFT, Sort.HARD]


@dataclass(frozen=True)
class Report:
    said: Said
    numbers: list[uuid.UUID]  # of the messages of ours that it may be about
    event: str
    at: datetime.datetime


def read(data: bytes) -> Report:
    """Read a message; raises whatever a broken one makes Python's reader raise."""
    message = parse(data)
    name = header(message, "Message-ID") or hashlib.sha256(data).hexdigest()
    said = what_is_said(message)
    return Report(said, numbers_in(message, data), f"report:{name}", moment(message))


def what_is_said(message: Message) -> Said:
    for part in parts(message):
        if part.get_content_type() in STATUS_TYPES:
            return of_statuses(groups(part))
        if part.get_content_type() == "message/feedback-report":
            return of_feedback(groups(part))
    if message.get_content_type() == "multipart/report" and is_receipt(message):
        return Said(Sort.OTHER)
    return prose.read(message) or Said(Sort.ANSWER if is_answer(message) else Sort.OTHER)


def of_statuses(found: list[Fields]) -> Said:
    """Judge a report with a group of fields for each recipient (RFC 3464).

    One message of ours has one recipient, who may let it be passed on to several: it has arrived
    if it arrived with any of them.
    """
    said = [of_recipient(fields) for fields in found if "action" in fields]
    return min(said, key=lambda one: GRAVITY.index(one.sort), default=Said(Sort.OTHER))


def of_recipient(fields: Fields) -> Said:
    address = named(fields.get("original-recipient") or fields.get("final-recipient", ""))
    status, diagnostic = fields.get("status", ""), fields.get("diagnostic-code", "")
    if not fields["action"].lower().startswith("failed"):
        return Said(Sort.UNDER_WAY, status_in(status), diagnostic, address)
    # Many servers say 5.0.0, and tell the reason in what another server told them.
    kind = kind_in(status) or kind_in(diagnostic)
    is_vague = status_in(status).endswith(".0.0")
    status = (is_vague and status_in(diagnostic)) or status_in(status) or status_in(diagnostic)
    return Said(Sort(kind) if kind else Sort.SOFT, status, diagnostic, address)


def named(recipient: str) -> str:
    """Give the address in a field such as "rfc822; ada@example.org"."""
    return recipient.rpartition(";")[2].strip(" <>")


def of_feedback(found: list[Fields]) -> Said:
    """Judge what a mailbox provider passes on: "not-spam" and reports of forgers are nothing."""
    fields = {name: value for one in reversed(found) for name, value in one.items()}
    kind = fields.get("feedback-type", "").lower()
    address = named(fields.get("original-rcpt-to", ""))
    sort = Sort.COMPLAINT if kind in COMPLAINTS else Sort.OTHER
    return Said(sort, detail=kind, address=address)


def is_receipt(message: Message) -> bool:
    """Say whether somebody's program tells that the message was opened, or thrown away."""
    kinds = {one.get_content_type() for one in parts(message)}
    return "message/disposition-notification" in kinds


def is_answer(message: Message) -> bool:
    submitted = header(message, "Auto-Submitted").lower()
    return (
        submitted not in ("", "no")
        or header(message, "Precedence").lower() in ("auto_reply", "bulk", "junk")
        or any(name in message for name in ANSWERING)
    )


def moment(message: Message) -> datetime.datetime:
    """Give when a report was written; now if that cannot be."""
    now = timezone.now()
    try:
        at = parsedate_to_datetime(header(message, "Date"))
        return min(at, now) if at.tzinfo else now
    except (TypeError, ValueError, IndexError, OverflowError):
        return now
