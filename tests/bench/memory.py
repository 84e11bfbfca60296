"""How much memory a web worker has after fifty thousand requests of all kinds."""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote

from tests.bench.load import Readers
from tests.bench.worker import resident, worker
from tests.web_process import Server

REQUESTS, STEP = 50_000, 5_000
LIMIT = 150  # megabytes
GROWTH = 0.05  # of the last half, at most
POPULAR = 30  # pages of each kind that most readers come for
# How often of a hundred each is asked for.
MIX = {
    "popular": 70,
    "picture": 13,
    "any_page": 4,
    "any_tag": 2,
    "new_search": 3,
    "unknown": 5,
    "nonsense": 3,
}


class Visitors:
    """Readers, crawlers and whoever tries addresses; the same ones each time."""

    def __init__(self, there: dict[str, list[str]]):
        self.there, self.source = there, random.Random(11)
        lists = (there["issues"], there["sections"], there["tags"])
        self.pages = [page for one in lists for page in one[:POPULAR]]
        self.pages += ["/", "/issues/", "/tags/", "/feed.xml", "/sitemap.xml", "/search/"]

    def __iter__(self) -> Iterator[str]:
        kinds = [getattr(self, kind) for kind in MIX]
        while True:
            yield self.source.choices(kinds, MIX.values())[0]()

    def popular(self) -> str:
        return self.source.choice(self.pages)

    def picture(self) -> str:
        return self.source.choice(self.there["pictures"])

    def any_page(self) -> str:
        return self.source.choice(
            self.source.choice([self.there["issues"], self.there["sections"]])
        )

    def any_tag(self) -> str:
        return self.source.choice(self.there["tags"]) + self.source.choice(["", "feed.xml"])

    def new_search(self) -> str:
        """Ask for words that hardly anybody asked for together, one of them no word at all."""
        words = [*self.source.sample(self.there["words"], 2), self.letters()]
        return f"/search/?q={quote(' '.join(words[self.source.randrange(2) :][:2]))}"

    def unknown(self) -> str:
        return self.source.choice(["/{}/", "/issues/{}/", "/tags/{}/", "/media/a/{}.jpg"]).format(
            self.letters()
        )

    def nonsense(self) -> str:
        return f"{self.popular()}?{self.letters()}={self.letters()}"

    def letters(self) -> str:
        return "".join(self.source.choices("abcdefghijklmnopqrstuvwxyz", k=10))


def report(readers: Readers, site: Server, there: dict[str, list[str]]) -> None:
    """Print the worker's memory now, and after each step."""
    pid, paths = worker(site), iter(Visitors(there))
    sizes, statuses, seconds = [resident(pid)], Counter(), 0.0
    for _ in range(REQUESTS // STEP):
        done = readers.ask(site.port, list(islice(paths, STEP)))
        sizes.append(resident(pid))
        statuses.update(done["statuses"])
        seconds += done["seconds"]
    half = len(sizes) // 2
    growth = sizes[-1] / sizes[half] - 1
    print(
        f"memory of the worker, MB, {REQUESTS} mixed requests in {seconds:.0f} s:", dict(statuses)
    )
    print(
        " ".join(f"{size:.0f}" for size in sizes)
        + f"  limit {LIMIT}{'' if max(sizes) <= LIMIT else '  OVER'};"
        + f" the last half grew by {growth:.1%}{'' if growth < GROWTH else '  NOT FLAT'}",
        flush=True,
    )
