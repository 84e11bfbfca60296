"""Which message of ours a report is about: the number it bears, which nobody can guess.

That is in the address to which it came back (VERP), or in the Message-ID of what was returned. An
address alone says nothing: anybody could write that Ada's mailbox is gone.
"""

import re
import uuid
from collections.abc import Iterable
from email.message import Message

from django.conf import settings

from subscribers.bounces.parsing import LARGEST, headers
from subscribers.mime import domain
from subscribers.models import Delivery, Letter

CAME_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Rcpt-To")
MOST = 5  # numbers in one report: nobody returns many messages at once
HEX = "[0-9a-f]"
DASHED = "-".join(f"{HEX}{{{count}}}" for count in (8, 4, 4, 4, 12))


def numbers_in(message: Message, data: bytes) -> list[uuid.UUID]:
    """Give the numbers of messages that a report may be about, the surest first."""
    came_to = "\n".join(headers(message, *CAME_TO))
    everything = data[:LARGEST].decode("latin-1")
    found = [
        *returned_to(came_to),
        *re.findall(rf"({DASHED})@{re.escape(domain(settings.SITE_HOST))}", everything, re.I),
        *returned_to(everything),
    ]
    return list(dict.fromkeys(map(uuid.UUID, found)))[:MOST]


def returned_to(text: str) -> list[str]:
    """Give the numbers in the addresses for what cannot be delivered; see `emails.envelope`."""
    before, braces, after = settings.BOUNCE_ADDRESS.partition("{}")
    if not braces:
        return []
    pattern = rf"(?<!\w){re.escape(before)}({HEX}{{32}}){re.escape(after)}"
    return re.findall(pattern, text, re.I)


def find(numbers: Iterable[uuid.UUID]) -> Delivery | Letter | None:
    """Give the first message of ours that bears one of these numbers."""
    numbers = list(numbers)
    found = {}
    for model in (Delivery, Letter):
        rows = model.objects.filter(uid__in=numbers).select_related("subscriber")
        found |= {one.uid: one for one in rows}
    return next((found[one] for one in numbers if one in found), None)
