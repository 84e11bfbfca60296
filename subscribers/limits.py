"""How often something may be done, counted where all processes and machines see it.

That is Redis where the cache is kept there and answers, else a table. In both it is decided where
it is counted: whoever asks at the same time waits, and then finds the new count.
"""

import datetime
from typing import NamedTuple

from django.core.cache import caches
from django.db import connection
from django.utils import timezone

from bitsletter.shared_cache import OutOfReach, SharedCache
from subscribers.models import Limit

# No rule counts for longer.
LONGEST = datetime.timedelta(days=1)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)


class Rule(NamedTuple):
    """At most so often within a time that begins with the first, and never too soon again."""

    most: int
    within: datetime.timedelta
    apart: datetime.timedelta = datetime.timedelta(0)


# https://sqlite.org/lang_upsert.html
IN_TABLE = """
    INSERT INTO subscribers_limit AS known (name, count, began_at, last_at)
    VALUES (%(name)s, 1, %(now)s, %(now)s)
    ON CONFLICT (name) DO UPDATE SET
        count = CASE WHEN known.began_at <= %(expired)s THEN 1 ELSE known.count + 1 END,
        began_at = CASE WHEN known.began_at <= %(expired)s THEN %(now)s ELSE known.began_at END,
        last_at = %(now)s
    WHERE known.last_at <= %(too_soon)s
        AND (known.began_at <= %(expired)s OR known.count < %(most)s)
"""

# A script runs while nothing else does: https://redis.io/docs/latest/develop/programmability/
# Moments are microseconds since 1970, which Lua's numbers hold exactly.
IN_REDIS = """
    local now, within, apart, most = unpack(ARGV)
    local known = redis.call("HMGET", KEYS[1], "count", "began_at", "last_at")
    local count, began_at, last_at = known[1], known[2], known[3]
    if count then
        if tonumber(apart) > 0 and now - last_at < tonumber(apart) then return 0 end
        if now - began_at >= tonumber(within) then
            count, began_at = 0, now
        elseif tonumber(count) >= tonumber(most) then
            return 0
        end
    else
        count, began_at = 0, now
    end
    redis.call("HSET", KEYS[1], "count", count + 1, "began_at", began_at, "last_at", now)
    redis.call("PEXPIRE", KEYS[1], math.ceil(math.max(within, apart) / 1000))
    return 1
"""


def take(name: str, rule: Rule, at: datetime.datetime | None = None) -> bool:
    """Say whether something may be done at the moment `at` (now by default), and count it if so.

    `name` says what is counted, in at most 80 characters.
    """
    now = at or timezone.now()
    if isinstance(caches["default"], SharedCache):
        try:
            return take_in_redis(name, rule, now)
        except OutOfReach:  # one may do so twice as often, rather than never or as one likes
            pass
    return take_in_table(name, rule, now)


def take_in_table(name: str, rule: Rule, now: datetime.datetime) -> bool:
    """Do the same in the table: the count is kept or given back with the whole transaction."""
    # Who asks at the same time may be counted first, so that the last time is ahead of ours.
    too_soon = now - rule.apart if rule.apart else now + LONGEST
    moments = {"now": now, "expired": now - rule.within, "too_soon": too_soon}
    adapt = connection.ops.adapt_datetimefield_value
    values = {key: adapt(moment) for key, moment in moments.items()}
    with connection.cursor() as cursor:
        cursor.execute(IN_TABLE, {"name": name, "most": rule.most, **values})
        return cursor.rowcount == 1


def take_in_redis(name: str, rule: Rule, now: datetime.datetime) -> bool:
    """Do the same in Redis, which spares the database what robots send."""
    moments = (now - EPOCH, rule.within, rule.apart)
    numbers = (moment // MICROSECOND for moment in moments)
    cache = caches["default"]
    redis = cache._cache.get_client(write=True)  # as the settings describe it
    with cache.breaker.guarding():
        return redis.eval(IN_REDIS, 1, cache.make_key(f"limit:{name}"), *numbers, rule.most) == 1


def forget_old(at: datetime.datetime | None = None) -> int:
    """Delete what no rule counts any more at the moment `at` (now by default); say how much.

    Redis forgets by itself.
    """
    deleted, _ = Limit.objects.filter(last_at__lte=(at or timezone.now()) - LONGEST).delete()
    return deleted
