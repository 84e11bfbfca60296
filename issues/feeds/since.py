"""Since when a feed is as it is now: its Last-Modified, for readers who ask by date alone.

No date in the archive says it: what was unpublished or deleted takes its own dates with it. So
the moment is kept at which each feed was first given with its present text.
"""

import hashlib
import time

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.http import parse_http_date_safe

ONE_WEEK = 7 * 24 * 60 * 60


def first_given(address: str, etag: str) -> int:
    """Give the second since when the feed at `address` has this ETag; now, if nobody knows.

    Two texts never have the same second: the later of them gets the next one.
    """
    name = f"feed-since/{hashlib.blake2b(address.encode(), digest_size=16).hexdigest()}"
    known, second = cache.get(name, ("", 0))
    if known != etag:
        second = max(int(time.time()), second + 1)
        cache.set(name, (etag, second), ONE_WEEK)
    return second


def is_ahead(request: HttpRequest, second: int) -> bool:
    """Say whether a reader knows a later date: from another process, which saw another text."""
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and since > second
