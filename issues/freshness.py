"""How old the archive is that readers see: keeping what is counted until something changes."""

import datetime
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db.models import Subquery

from issues.models import Issue

KEPT = 10 * 60  # seconds; two changes in one microsecond are noticed after that


def content_version() -> str:
    """Give a text that is another as soon as readers would see something else.

    Every change of an issue, of what is in it and of its tags moves `updated_at` of the issue
    (see `touch`); a deletion moves their number, and a scheduled issue that goes public the
    newest public moment. Both moments are read from the ends of indexes, and not by an aggregate
    of both, which would read all rows.
    """
    changed = Issue.objects.order_by("-updated_at").values("updated_at")[:1]
    newest = Issue.objects.published().order_by("-published_at")
    moments = newest.values_list("published_at", Subquery(changed)).first()
    return "/".join(map(str, [Issue.objects.count(), *(moments or ())]))


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
