"""How old the archive is that readers see: keeping what is counted until something changes."""

import datetime
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max
from django.utils import timezone

from issues.models import Issue

# Seconds, after which also that is counted again which `content_version` cannot notice: a change
# that began before another one and ended after it.
KEPT = 10 * 60


def content_version() -> str:
    """Give a text that is another as soon as readers would see something else.

    How many issues are public moves with all that comes and goes: what is published, unpublished
    or deleted, and a scheduled issue whose moment has come; also where the change began before
    another one that was seen already. The newest public moment and the newest change tell one
    that comes from another that goes; and every change of a public issue, of what is in it and of
    its tags moves its `updated_at` (see `touch`). Work on drafts moves nothing. All are read along
    one index of issues, and at the end of another.
    """
    at = timezone.now()
    public = Issue.objects.published(at).aggregate(total=Count("*"), newest=Max("published_at"))
    return f"{public['total']}/{public['newest']}/{newest_change(at)}"


def newest_change(at: datetime.datetime | None = None) -> datetime.datetime | None:
    """Give when something in an issue that readers see at the moment `at` was last changed.

    The few hidden issues are left out, for the same reason as in `SearchEntryQuerySet.published`:
    asked for those that are public, a database may sort all of them instead of going to the end
    of its index.
    """
    hidden = Issue.objects.unpublished(at).order_by().values("pk")
    changed = Issue.objects.exclude(pk__in=hidden).order_by("-updated_at")
    return changed.values_list("updated_at", flat=True).first()


def kept(name: str, make: Callable[[], Any]) -> Any:
    """Give what `make` counts, from the cache while the archive is what it was.

    `name` says what is counted: plain characters, at most 150. `make` asks for the whole answer:
    a QuerySet that was built before would not know of an issue that went public meanwhile.
    """
    version = content_version()
    found = cache.get(name)
    if found is None or found[0] != version:
        found = (version, make())
        cache.set(name, found, KEPT)
    return found[1]
