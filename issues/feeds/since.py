"""Since when a feed is as it is now: its Last-Modified, for readers who ask by date alone.

No date in the archive says it: what was unpublished or deleted takes its own dates with it. So
the moment is kept at which each feed was first given with its present text.
"""

import hashlib
import time

from django.core.cache import cache

ONE_WEEK = 7 * 24 * 60 * 60


def first_given(address: str, text: bytes) -> int:
    """Give the second since when the feed at `address` has this text; now, if nobody knows.

    Two texts never have the same second: the later of them gets the next one.
    """
    name = f"feed-since/{digest(address.encode())}"
    known, second = cache.get(name, ("", 0))
    if known != digest(text):
        second = max(int(time.time()), second + 1)
        cache.set(name, (digest(text), second), ONE_WEEK)
    return second


def digest(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=16).hexdigest()
