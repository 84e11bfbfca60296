"""Questions to what may hang: a database, a storage, a cache.

Each is asked in a thread of its own, so that whoever waits for the answer can stop waiting, and one
at a time: what hangs holds one thread, however many ask.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from django.core.cache import caches
from django.db import connections


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
                self.answer = Future()
                thread = threading.Thread(target=self.run, args=[self.answer], daemon=True)
                thread.name = f"probe-{self.name}"
                thread.start()
            return self.answer

    def is_over(self) -> bool:
        return time.monotonic() >= self.answered_at + self.keep

    def run(self, answer: Future) -> None:
        try:
            found = self.ask()
        except Exception as error:
            found = error
        connections.close_all()  # of this thread
        caches.close_all()
        self.answered_at = time.monotonic()
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)

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
