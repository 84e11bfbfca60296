"""What a browser sends for somebody who signs up, and what may be known of them before."""

import datetime

from django.utils import timezone

from subscribers import stamps, subscriptions
from subscribers.models import Suppression
from tests.builders import make_subscriber

STATES = ("new", "pending", "active", "left", "bounced", "suppressed")
MINUTE = datetime.timedelta(minutes=1)


def ripe_stamp() -> str:
    return stamps.make(timezone.now() - MINUTE)


def post(client, email, headers=None, REMOTE_ADDR="192.0.2.1", **fields):  # noqa: N803
    """Send the form as a browser does after a minute on a page, with other `fields` if given."""
    fields = {"email": email, "page": "/", "stamp": ripe_stamp(), "website": "", **fields}
    headers = {"Sec-Fetch-Site": "same-origin", **(headers or {})}
    return client.post("/subscribe/", fields, headers=headers, REMOTE_ADDR=REMOTE_ADDR)


def make_known(state: str, number: int) -> str:
    """Let an address be known in a state; give the address."""
    email = f"{number}@{state}.example.org"
    if state == "suppressed":
        subscriptions.erase(make_subscriber(email), Suppression.Reason.COMPLAINED)
    elif state != "new":
        make_subscriber(email, state)
    return email
