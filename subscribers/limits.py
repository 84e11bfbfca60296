"""How often something may be done, counted where all processes and machines see it."""

import datetime
from typing import NamedTuple

from django.db import connection
from django.utils import timezone


class Rule(NamedTuple):
    """At most so often within a time that begins with the first, and never too soon again."""

    most: int
    within: datetime.timedelta
    apart: datetime.timedelta = datetime.timedelta(0)


# Whether it may be done is decided where it is counted: whoever asks at the same time waits, and
# then finds the new count. https://sqlite.org/lang_upsert.html
TAKE = """
    INSERT INTO subscribers_limit AS known (name, count, began_at, last_at)
    VALUES (%(name)s, 1, %(now)s, %(now)s)
    ON CONFLICT (name) DO UPDATE SET
        count = CASE WHEN known.began_at <= %(expired)s THEN 1 ELSE known.count + 1 END,
        began_at = CASE WHEN known.began_at <= %(expired)s THEN %(now)s ELSE known.began_at END,
        last_at = %(now)s
    WHERE known.last_at <= %(too_soon)s
        AND (known.began_at <= %(expired)s OR known.count < %(most)s)
"""


def take(name: str, rule: Rule, at: datetime.datetime | None = None) -> bool:
    """Say whether something may be done at the moment `at` (now by default), and count it if so.

    `name` says what is counted, in at most 80 characters. Within a transaction the count is kept
    or given back with everything else.
    """
    now = at or timezone.now()
    moments = {"now": now, "expired": now - rule.within, "too_soon": now - rule.apart}
    adapt = connection.ops.adapt_datetimefield_value
    values = {key: adapt(moment) for key, moment in moments.items()}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"name": name, "most": rule.most, **values})
        return cursor.rowcount == 1
