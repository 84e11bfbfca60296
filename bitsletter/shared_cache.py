"""The cache in Redis, without which the site works too: while Redis is away, nothing is kept.

Redis may be gone, hang, or refuse: where its memory or its disk is full, or it is the copy of
another. That is found out by one who asks, within half a second; for a while the others do not ask
at all.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError, ResponseError, TimeoutError
from redis.retry import Retry

logger = logging.getLogger(__name__)

TIMEOUT = 0.5  # seconds for an answer
PAUSE = 2  # seconds until Redis is asked again
OPTIONS = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
AWAY = (ConnectionError, TimeoutError, ResponseError, OSError)


class OutOfReach(RedisError):
    """Redis keeps nothing, or did not a moment ago."""


class Breaker:
    """Knows whether Redis answers, for all threads of this process."""

    def __init__(self):
        self.lock, self.is_open, self.again_at = Lock(), False, 0.0

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Let a question through. Raises OutOfReach where Redis does not do it."""
        self.let_through()
        try:
            yield
        except AWAY as error:
            self.note(error)
            raise OutOfReach(str(error)) from error
        self.note(None)

    def let_through(self) -> None:
        """Let one of those through who ask while Redis is away; the others come back later."""
        with self.lock:
            now = time.monotonic()
            if self.is_open and now < self.again_at:
                raise OutOfReach
            if self.is_open:
                self.again_at = now + PAUSE

    def note(self, error: Exception | None) -> None:
        if error is None and not self.is_open:
            return
        with self.lock:
            was_open, self.is_open = self.is_open, error is not None
            self.again_at = time.monotonic() + PAUSE
        if error and not was_open:
            logger.warning("The cache is out of reach, and nothing is kept there. %s", error)
        elif was_open and not error:
            logger.warning("The cache is well again.")


breakers: dict[str, Breaker] = {}  # by the address of a Redis


class SharedCache(RedisCache):
    """As Django's own, but that a Redis which is away is an empty one."""

    def __init__(self, server, params):
        # Asked again at once, a Redis that hangs would take twice as long.
        options = {**OPTIONS, "retry": Retry(NoBackoff(), 0), **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self.breaker = breakers.setdefault(str(server), Breaker())

    def attempt(self, do: Callable, *args, otherwise: Any = None, **kwargs) -> Any:
        try:
            with self.breaker.guarding():
                return do(*args, **kwargs)
        except OutOfReach:
            return otherwise

    def get(self, key, default=None, version=None):
        return self.attempt(super().get, key, default, version, otherwise=default)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self.attempt(super().add, key, value, timeout, version, otherwise=False)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        self.attempt(super().set, key, value, timeout, version)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self.attempt(super().touch, key, timeout, version, otherwise=False)

    def delete(self, key, version=None):
        return self.attempt(super().delete, key, version, otherwise=False)

    def has_key(self, key, version=None):
        return self.attempt(super().has_key, key, version, otherwise=False)

    def get_many(self, keys, version=None):
        return self.attempt(super().get_many, keys, version, otherwise={})

    def set_many(self, data, timeout=DEFAULT_TIMEOUT, version=None):
        return self.attempt(super().set_many, data, timeout, version, otherwise=list(data))

    def delete_many(self, keys, version=None):
        self.attempt(super().delete_many, keys, version)

    def clear(self):
        return self.attempt(super().clear, otherwise=False)
