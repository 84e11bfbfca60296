"""Pages of results: a cursor says behind which row the next page begins, not how many came before.

So nothing is read twice or left out when an issue appears while somebody walks through.
"""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError

from bitsletter.site import absolute_url
from issues.characters import FORBIDDEN
from issues.models import Issue, SearchEntry

LONGEST_CURSOR = 800
LARGEST = 2**53  # of a number in a cursor: what JSON and every database hold
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Values = tuple[int | str, ...]


class Cursor:
    """A kind of cursor: what it is called and the types of the values that it holds."""

    def __init__(self, kind: str, *types: type):
        self.kind, self.types = kind, types

    def write(self, *values: int | str) -> str:
        text = json.dumps([self.kind, *values], separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def read(self, text: str) -> Values | None:
        """Give the values; None for the first page. Refuse what no page of this kind has given."""
        if not text:
            return None
        try:
            kind, *values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, TypeError, RecursionError):
            raise wrong_cursor() from None
        if kind != self.kind or [type(value) for value in values] != list(self.types):
            raise wrong_cursor()
        if not all(map(is_possible, values)):
            raise wrong_cursor()
        return tuple(values)


def is_possible(value: int | str) -> bool:
    """Say whether a database can compare with the value."""
    return 0 <= value < LARGEST if isinstance(value, int) else not FORBIDDEN.search(value)


def wrong_cursor() -> HttpError:
    return HttpError(422, _("cursor: Take it from “next” of the page before, as it is."))


ISSUES = Cursor("issues", int, int)
SECTIONS = Cursor("sections", int, int)
TAGS = Cursor("tags", str)
HITS = Cursor("hits", int, int)


def in_numbers(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(microseconds: int) -> datetime:
    try:
        return EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        raise wrong_cursor() from None


def issue_cursor(issue: Issue) -> str:
    return ISSUES.write(in_numbers(issue.published_at), issue.number)


def older_issues(issues: QuerySet[Issue], cursor: str) -> QuerySet[Issue]:
    """Keep what comes behind the cursor, in the order of the pages."""
    values = ISSUES.read(cursor)
    if values is None:
        return issues.newest_first()
    moment, number = values
    return issues.before(Issue(published_at=moment_of(moment), number=number))


def entry_cursor(entry: SearchEntry) -> str:
    return SECTIONS.write(in_numbers(entry.published_at), entry.pk)


def older_entries(entries: QuerySet[SearchEntry], cursor: str) -> QuerySet[SearchEntry]:
    """Keep what comes behind the cursor, in the order of the pages."""
    ordered = entries.order_by("-published_at", "pk")
    values = SECTIONS.read(cursor)
    if values is None:
        return ordered
    moment, pk = moment_of(values[0]), values[1]
    behind = Q(published_at__lt=moment) | Q(pk__gt=pk)
    # The second condition lets the database use its index of dates.
    return ordered.filter(behind, published_at__lte=moment)


def next_url(request: HttpRequest, cursor: str | None) -> str | None:
    """Give the address of the next page: this one with another cursor."""
    if cursor is None:
        return None
    query = request.GET.copy()
    query["cursor"] = cursor
    return absolute_url(f"{request.path}?{query.urlencode()}")


def cut(rows: QuerySet, limit: int, cursor_of: Callable[[Model], str]) -> tuple[list, str | None]:
    """Give the first rows, and a cursor behind the last of them if there are more."""
    shown = list(rows[: limit + 1])
    has_more = len(shown) > limit
    return shown[:limit], cursor_of(shown[limit - 1]) if has_more else None
