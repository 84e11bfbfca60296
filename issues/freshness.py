"""How old the archive is that readers see: keeping what is made of it until something changes."""

import datetime
import hashlib
from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import Count, Max, Min
from django.utils import timezone

from bitsletter import commits
from issues.models import Issue

# Seconds, after which what is kept is made again, should `content_version` ever miss something.
KEPT = 10 * 60
# Moments of change that are told apart. A transaction may end after later ones that are known
# already; it is missed only if that many others have begun and ended meanwhile.
MOMENTS = 20


class Seen(NamedTuple):
    """A version, the mark of the database it was read at, and until when it can be so."""

    mark: Hashable
    until: datetime.datetime | None  # when the next issue goes public by itself
    version: str


seen: Seen | None = None


def content_version() -> str:
    """Give a text that is another as soon as readers would see something else.

    While nobody commits anything and no scheduled moment passes, nothing is asked of the archive.
    """
    global seen
    mark, at, known = commits.mark(), timezone.now(), seen
    if mark is not None and known and known.mark == mark and (not known.until or at < known.until):
        return known.version
    # The mark was read before: what is committed meanwhile makes it another.
    version = read_version(at)
    if mark is not None:
        coming = Issue.objects.scheduled(at).aggregate(moment=Min("published_at"))
        seen = Seen(mark, coming["moment"], version)
    return version


def read_version(at: datetime.datetime) -> str:
    """Read how old the archive is at the moment `at`.

    How many issues are public moves with all that comes and goes: what is published, unpublished
    or deleted, and a scheduled issue whose moment has come. The newest public moment and the
    newest changes tell one that comes from another that goes. Every change of a public issue,
    of what is in it, of its tags and of what else it shows moves its `updated_at` (see `touch`
    and `note_change`). Work on drafts moves nothing. All are read along one index of issues, and
    at the end of another.
    """
    public = Issue.objects.published(at).aggregate(total=Count("*"), newest=Max("published_at"))
    return digest(public["total"], public["newest"], list(newest_changes(at)[:MOMENTS]))


def issue_version(issue: Issue, neighbours: Iterable[Issue | None]) -> str:
    """Give a text that is another as soon as readers would see another page of this issue.

    That is so where its texts say nothing of what is elsewhere. The issue must have been read
    before all that the page shows.
    """
    around = [one and (one.number, one.title) for one in neighbours]
    return digest(issue.pk, issue.number, issue.updated_at, around)


def public_issue_version(number: int | str) -> str:
    """Give the same of the public issue of this number, by three short questions; "" of none."""
    public = Issue.objects.published().only("number", "title", "published_at", "updated_at")
    issue = public.filter(number=number).first()
    return issue_version(issue, public.neighbours(issue)) if issue else ""


def digest(*facts) -> str:
    return hashlib.blake2b(repr(facts).encode(), digest_size=12).hexdigest()


def newest_changes(at: datetime.datetime):
    """Give when issues that readers see at the moment `at` were changed, and how many then.

    The few hidden issues are left out, for the same reason as in `SearchEntryQuerySet.published`:
    asked for those that are public, a database may sort all of them instead of going to the end
    of its index.
    """
    hidden = Issue.objects.unpublished(at).order_by().values("pk")
    moments = Issue.objects.exclude(pk__in=hidden).order_by("-updated_at").values("updated_at")
    return moments.annotate(issues=Count("pk")).values_list("updated_at", "issues")


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
