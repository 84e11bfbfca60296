"""Questions to what may hang: a database, a storage, a cache.

Each is asked in a thread of its own, so that whoever waits for the answer can stop waiting, and one
at a time: what hangs holds one thread, however many ask.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from django.core.cache import caches
from django.db import connections

logger = logging.getLogger(__name__)


class Probe:
    """One question; an answer may be kept for some seconds."""

    def __init__(self, name: str, ask: Callable, keep: float = 0):
        self.name, self.ask, self.keep = name, ask, keep
        self.lock = threading.Lock()
        self.answer: Future | None = None
        self.answered_at = 0.0

    def begin(self) -> Future:
        """Ask, unless somebody is asking already or the last answer still holds."""
        with self.lock:
            if self.answer is None or (self.answer.done() and self.is_over()):
                answer = Future()
                name = f"probe-{self.name}"
                threading.Thread(target=self.run, args=[answer], name=name, daemon=True).start()
                self.answer = answer  # not before there is a thread that gives it
            return self.answer

    def is_over(self) -> bool:
        return time.monotonic() >= self.answered_at + self.keep

    def run(self, answer: Future) -> None:
        try:
            found, failure = self.ask_and_close(), None
        except Exception as error:
            logger.warning("The probe “%s” has failed.", self.name, exc_info=True)
            found, failure = None, error
        self.answered_at = time.monotonic()
        if failure:
            answer.set_exception(failure)
        else:
            answer.set_result(found)

    def ask_and_close(self):
        """Ask, and leave no connection of this thread behind."""
        try:
            return self.ask()
        finally:
            connections.close_all()
            caches.close_all()

    def forget(self) -> None:
        """Let the next one who asks get an answer of then."""
        with self.lock:
            self.answer = None


def answers(probes: list[Probe], seconds: float) -> dict[str, object]:
    """Ask all at once and wait so long; give what each has answered, an exception if it failed.

    What has not answered by then is a TimeoutError.
    """
    deadline = time.monotonic() + seconds
    asked = {probe.name: probe.begin() for probe in probes}
    return {name: outcome(future, deadline) for name, future in asked.items()}


def outcome(future: Future, deadline: float):
    try:
        return future.result(timeout=max(0, deadline - time.monotonic()))
    except Exception as error:
        return error
