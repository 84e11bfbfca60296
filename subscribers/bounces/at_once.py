"""What a mail server says at once, when it is given a message."""

import datetime

from subscribers.bounces.noting import note
from subscribers.bounces.statuses import kind_of, status_in
from subscribers.models import Bounce, Delivery


def refused(delivery: Delivery, reply: str, at: datetime.datetime | None = None) -> bool:
    """Note what a mail server said when it refused a message for good; say whether it was news.

    Call it when the refusal stands in the ledger. What says nothing of the address is not noted.
    """
    kind = kind_of(delivery.code, reply)
    if kind is None or delivery.subscriber is None:
        return False
    return note(
        delivery.subscriber,
        kind,
        Bounce.Source.SMTP,
        event=f"smtp:{delivery.uid.hex}:{delivery.ended_at.isoformat()}",
        status=status_in(reply) or str(delivery.code or ""),
        detail=reply,
        message=delivery,
        at=at,
    )
