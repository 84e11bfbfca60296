"""How fast messages go out: as fast as the settings say, and nobody waits for nothing."""

import heapq

import pytest

from subscribers.delivery.pacing import DOUBLES_EVERY, FORGOTTEN_AFTER, MOST_DOMAINS, Pacing
from subscribers.rounds import LOOKING

pytestmark = pytest.mark.once

LARGE, SMALL = "large.example.org", "small.example.org"


class Clock:
    """A clock that a test turns."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pacing(clock, settings):
    """Paces of 8 messages in a second, of which 4 may go to one domain."""
    settings.RATE, settings.RATE_PER_DOMAIN = 8, 4
    return Pacing(clock)


def warm_up(pacing: Pacing, clock: Clock, domain: str = LARGE) -> None:
    """Let so much time pass that the whole rate is allowed."""
    for _turn in range(4):
        pacing.wait()
        pacing.wait_for(domain)
        clock.now += DOUBLES_EVERY


def sent(pacing: Pacing, clock: Clock, seconds: float) -> int:
    """Send as a worker does that waits as long as it is told; give how many went out."""
    count, end = 0, clock.now + seconds
    while True:
        clock.now += pacing.wait()
        if clock.now > end:
            return count
        count += 1


class Queue:
    """Rows to one domain, as a worker takes them: it looks for some that are due, and rests."""

    def __init__(self, pacing: Pacing, clock: Clock, rows: int):
        self.pacing, self.clock = pacing, clock
        self.due = [clock.now] * rows
        self.sent = self.looks = 0

    def work(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.due and self.clock.now < end:
            while self.due and self.due[0] <= self.clock.now:
                self.take_one()
            self.clock.now += LOOKING

    def take_one(self) -> None:
        heapq.heappop(self.due)
        self.looks += 1
        if pause := self.pacing.wait_for(LARGE):
            heapq.heappush(self.due, self.clock.now + pause)
        else:
            self.sent += 1


class TestNoRate:
    def test_nobody_waits(self, settings, clock):
        settings.RATE = settings.RATE_PER_DOMAIN = 0
        pacing = Pacing(clock)

        assert [pacing.wait(), pacing.wait_for(LARGE)] == [0, 0]
        pacing.slow_down(LARGE)
        assert pacing.wait_for(LARGE) == 0


class TestRate:
    def test_it_begins_slowly_and_doubles_each_minute(self, pacing, clock):
        counts = [sent(pacing, clock, DOUBLES_EVERY) for _minute in range(5)]

        assert counts == pytest.approx([60, 120, 240, 480, 480], abs=9)

    def test_a_slow_rate_has_no_slower_beginning(self, settings, clock):
        settings.RATE = 0.5

        assert sent(Pacing(clock), clock, 60) == pytest.approx(30, abs=1)

    def test_threads_share_it_each_waits_for_a_turn_of_its_own(self, pacing, clock):
        assert [pacing.wait() for _thread in range(4)] == [0, 1, 2, 3]

    def test_workers_share_it(self, pacing, clock):
        warm_up(pacing, clock)
        pacing.workers = 4

        assert sent(pacing, clock, 100) == pytest.approx(200, abs=2)

    def test_a_pause_is_not_made_up_for(self, pacing, clock):
        warm_up(pacing, clock)
        clock.now += 3600

        assert sent(pacing, clock, 10) == pytest.approx(80, abs=1)


class TestDomain:
    def test_one_that_has_had_enough_holds_up_no_other(self, pacing, clock):
        assert pacing.wait_for(LARGE) == 0
        assert pacing.wait_for(LARGE) > 0

        assert pacing.wait_for(SMALL) == 0

    def test_one_that_has_had_enough_takes_no_turn_from_the_others(self, pacing, clock):
        began, refused = clock.now, 0
        for _time in range(5):
            pacing.slow_down(LARGE)

        while refused < 100:
            clock.now += pacing.wait()
            refused += pacing.wait_for(LARGE) > 0

        assert clock.now - began < 2

    def test_who_asks_too_early_is_told_a_moment_of_their_own(self, pacing, clock):
        pauses = [pacing.wait_for(LARGE) for _row in range(10)]

        assert pauses[0] == 0
        assert len(set(pauses)) == 10
        assert pauses == sorted(pauses)

    @pytest.mark.parametrize("rows", [500, 20_000])
    def test_all_of_the_rate_is_used_by_a_worker_that_looks_now_and_then(self, pacing, clock, rows):
        warm_up(pacing, clock)
        queue = Queue(pacing, clock, rows)

        queue.work(100)

        assert queue.sent == pytest.approx(400, rel=0.1)

    def test_hardly_anybody_is_looked_at_again_and_again(self, pacing, clock):
        warm_up(pacing, clock)
        queue = Queue(pacing, clock, 20_000)

        queue.work(3 * 3600)

        assert queue.sent == 20_000
        assert queue.looks < 4 * 20_000

    def test_workers_share_it(self, pacing, clock):
        warm_up(pacing, clock)
        pacing.workers = 2
        queue = Queue(pacing, clock, 500)

        queue.work(100)

        assert queue.sent == pytest.approx(200, rel=0.1)

    def test_it_is_slower_where_a_server_asks_for_it_and_recovers(self, pacing, clock):
        warm_up(pacing, clock)
        queue = Queue(pacing, clock, 5000)
        pacing.slow_down(LARGE)
        pacing.slow_down(LARGE)

        counts = []
        for _minute in range(3):
            queue.work(DOUBLES_EVERY)
            counts.append(queue.sent - sum(counts))

        assert counts == pytest.approx([60, 120, 240], rel=0.2)


class TestManyDomains:
    def test_only_so_many_are_remembered(self, pacing, clock):
        for number in range(3 * MOST_DOMAINS):
            pacing.wait_for(f"{number}.example.org")

        assert len(pacing.domains) == MOST_DOMAINS

    def test_those_of_longest_ago_are_forgotten_first(self, pacing, clock):
        pacing.wait_for(SMALL)
        clock.now += FORGOTTEN_AFTER + 1
        pacing.wait_for(LARGE)
        for number in range(MOST_DOMAINS - 1):
            pacing.wait_for(f"{number}.example.org")

        assert SMALL not in pacing.domains
        assert LARGE in pacing.domains
