"""How fast messages may go out: all together, and to each domain, slowly at first.

Mail servers that see an address for the first time trust it little: who begins slowly, and goes
slower where a server asks for it, is let through.
"""

import time
from collections.abc import Callable
from threading import Lock

from django.conf import settings

FIRST_SHARE = 1 / 8  # of the rate, at the beginning
DOUBLES_EVERY = 60  # seconds in which nothing went wrong
LONGEST_PUT_OFF = 3600  # seconds until somebody asks again
# Seconds whose turns are made up for: workers rest between two looks at what is due.
MADE_UP = 4
FORGOTTEN_AFTER = 3600  # seconds without a message
MOST_DOMAINS = 1000


class Pace:
    """A rate that is reached step by step."""

    def __init__(self, rate: float, now: float):
        self.rate = rate
        self.allowed = max(rate * FIRST_SHARE, min(rate, 1))
        self.next_turn = self.put_off_to = self.grown_at = self.used_at = now

    def take(self, now: float, share: float = 1) -> float:
        """Take the next turn; give in how many seconds it is. `share` of the rate is ours."""
        self.grow(now)
        turn = max(self.next_turn, now)
        self.next_turn, self.used_at = turn + 1 / (self.allowed * share), now
        return turn - now

    def take_now(self, now: float, share: float = 1) -> float:
        """Take a turn if there is one now and give 0; else say in how many seconds to ask again.

        Whoever asks is told another moment than the others, so that they do not all come at once.
        """
        self.grow(now)
        if now >= self.next_turn:
            turn = max(self.next_turn, now - MADE_UP)
            self.next_turn, self.used_at = turn + 1 / (self.allowed * share), now
            return 0
        self.put_off_to = max(self.put_off_to, self.next_turn) + 1 / (self.rate * share)
        if self.put_off_to - now > LONGEST_PUT_OFF:
            self.put_off_to = self.next_turn
            return LONGEST_PUT_OFF
        return self.put_off_to - now

    def give_back(self, share: float = 1) -> None:
        """Leave a turn that was taken to somebody else."""
        self.next_turn -= 1 / (self.allowed * share)

    def grow(self, now: float) -> None:
        if now - self.grown_at >= DOUBLES_EVERY:
            self.allowed, self.grown_at = min(self.allowed * 2, self.rate), now

    def slow_down(self, now: float) -> None:
        """Go half as fast, since the server asks for it."""
        self.allowed, self.grown_at = max(self.allowed / 2, self.rate / 64), now


class Pacing:
    """The paces of one worker, which all of its threads share; each of the workers has its part."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock, self.lock = clock, Lock()
        self.workers = 1  # that live now
        self.overall = Pace(settings.RATE, clock()) if settings.RATE else None
        self.domains: dict[str, Pace] = {}

    @property
    def share(self) -> float:
        return 1 / self.workers

    def wait(self) -> float:
        """Give how many seconds to wait before the next message."""
        if self.overall is None:
            return 0
        with self.lock:
            return self.overall.take(self.clock(), self.share)

    def wait_for(self, domain: str) -> float:
        """Take a turn for a domain and give 0; else say in how many seconds to ask again.

        Whoever has waited for a turn of all of them, and has none here, gives that back.
        """
        if not settings.RATE_PER_DOMAIN:
            return 0
        with self.lock:
            now = self.clock()
            pause = self.pace_of(domain, now).take_now(now, self.share)
            if pause and self.overall:
                self.overall.give_back(self.share)
            return pause

    def slow_down(self, domain: str) -> None:
        """Heed a server that has had too much of us for now."""
        if settings.RATE_PER_DOMAIN:
            with self.lock:
                now = self.clock()
                self.pace_of(domain, now).slow_down(now)

    def pace_of(self, domain: str, now: float) -> Pace:
        if domain not in self.domains:
            if len(self.domains) >= MOST_DOMAINS:
                self.forget(now)
            self.domains[domain] = Pace(settings.RATE_PER_DOMAIN, now)
        return self.domains[domain]

    def forget(self, now: float) -> None:
        """Forget the domains to which nothing has gone for long, or else the one of longest ago."""
        by_use = sorted(self.domains, key=lambda name: self.domains[name].used_at)
        for turn, name in enumerate(by_use):
            if turn and now - self.domains[name].used_at < FORGOTTEN_AFTER:
                return
            del self.domains[name]
