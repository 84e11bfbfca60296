"""How large the mail of an issue is: Gmail cuts off what is behind 102 kB, foot and all."""

import uuid
from collections.abc import Iterator

from django.utils import timezone

from subscribers.issue_mail.messages import IssueMail
from subscribers.issue_mail.variants import Variant

LIMIT = 95_000  # bytes of the HTML as it goes over the wire

ANY_UID = uuid.UUID(int=0)  # all are of one length


def html_size(mail: IssueMail) -> int:
    """Give the bytes of the HTML of the longest message that somebody may get."""
    values = mail.longest().values
    return max(len(variant.html.encoded(values)) for variant in long_variants(mail))


def message_size(mail: IssueMail) -> int:
    """Give the bytes of the whole longest message."""
    to, now = mail.longest(), timezone.now()
    messages = (mail.message(ANY_UID, to, variant, now) for variant in long_variants(mail))
    return max(len(message.as_bytes()) for message in messages)


def long_variants(mail: IssueMail) -> Iterator[Variant]:
    """Give everything, and what is without one type: the words on what is left out may be longer.

    Without more types it only gets shorter.
    """
    for unwanted in [frozenset(), *(frozenset([one]) for one in mail.contents.types)]:
        if variant := mail.variant(unwanted):
            yield variant
