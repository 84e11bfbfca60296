"""What a browser sends for somebody who signs up."""

import datetime

from django.utils import timezone

from subscribers import stamps

MINUTE = datetime.timedelta(minutes=1)


def ripe_stamp() -> str:
    return stamps.make(timezone.now() - MINUTE)


def post(client, email, headers=None, REMOTE_ADDR="192.0.2.1", **fields):  # noqa: N803
    """Send the form as a browser does after a minute on a page, with other `fields` if given."""
    fields = {"email": email, "page": "/", "stamp": ripe_stamp(), "website": "", **fields}
    headers = {"Sec-Fetch-Site": "same-origin", **(headers or {})}
    return client.post("/subscribe/", fields, headers=headers, REMOTE_ADDR=REMOTE_ADDR)
