"""How old the archive is that readers see: keeping what is counted until something changes."""

import datetime
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db.models import Max

from issues.models import Issue

KEPT = 10 * 60  # seconds; two changes in one microsecond are noticed after that


def content_version() -> str:
    """Give a text that is another as soon as readers would see something else.

    Every change of an issue, of what is in it and of its tags moves `updated_at` of the issue
    (see `touch`); a deletion moves their number, and a scheduled issue that goes public the
    newest public moment. Asked one by one, each is read from the end of an index.
    """
    changed = Issue.objects.aggregate(moment=Max("updated_at"))["moment"]
    newest = Issue.objects.published().aggregate(moment=Max("published_at"))["moment"]
    return f"{changed}/{Issue.objects.count()}/{newest}"


def newest_change() -> datetime.datetime | None:
    """Give when something in an issue that readers see now was last changed."""
    changed = Issue.objects.published().order_by("-updated_at")
    return changed.values_list("updated_at", flat=True).first()


def kept(name: str, make: Callable[[], Any]) -> Any:
    """Give what `make` counts, from the cache while the archive is what it was.

    `name` says what is counted: plain characters, at most 150.
    """
    version = content_version()
    found = cache.get(name)
    if found is None or found[0] != version:
        found = (version, make())
        cache.set(name, found, KEPT)
    return found[1]
