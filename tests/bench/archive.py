"""How long the archive takes to answer, beside the bare engine in the same process.

`python -m tests.bench.archive search` measures the search of whichever database the settings
name, `python -m tests.bench.archive pages` prints the medians of the pages as JSON; `report` runs
both for `make bench`. Times are those of the process: no network, no other server.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import django

SMALL, LARGE, SECTIONS = 1000, 16700, 6
QUERIES, ROUNDS = 200, 40
ENGINE_TIMES = 3  # the engine's own time for the same hits and tags that we may take


# Started for each database ------------------------------------------------------------------


def report(name: str, small: dict[str, str], large: dict[str, str]) -> None:
    """Print what there is to say of two archives in databases of one kind."""
    print(f"\n{name}: {LARGE} issues of {SECTIONS} sections, milliseconds", flush=True)
    run("search", large)
    print(f"{'page':28}{SMALL:>9}{LARGE:>9}{'ratio':>8}{'limit':>8}")
    # In turn, so that what slows the machine for a while slows both.
    times: dict[str, list[dict]] = {"small": [], "large": []}
    for _ in range(3):
        times["small"].append(json.loads(run("pages", small, subprocess.PIPE)))
        times["large"].append(json.loads(run("pages", large, subprocess.PIPE)))
    for page in times["small"][0]:
        few, many = (
            statistics.median(one[page] for one in times[size]) for size in ("small", "large")
        )
        ratio = many / few
        print(f"{page:28}{few:9.1f}{many:9.1f}{ratio:8.2f}{1.2:8}{verdict(ratio, 1.2)}")


def run(what: str, environment: dict[str, str], output=None) -> str:
    command = [sys.executable, "-m", "tests.bench.archive", what]
    done = subprocess.run(command, env=environment, check=True, stdout=output, text=True)
    return done.stdout


def verdict(value: float, limit: float) -> str:
    return "" if value <= limit else "  OVER"


# Inside one of them --------------------------------------------------------------------------


def timed(call: Callable, *arguments) -> float:
    """Give the milliseconds that a call takes."""
    started = time.perf_counter()
    call(*arguments)
    return (time.perf_counter() - started) * 1000


def line(name: str, times: list[float], p50: float, p95: float) -> None:
    median, high = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    over = verdict(median, p50) or verdict(high, p95)
    print(f"{name:28}{median:9.1f}{high:9.1f}  limits {p50:g} and {p95:g}{over}", flush=True)


def measure_search() -> None:
    from django.db import connection
    from django.test import Client

    from issues import search
    from issues.models import Issue

    factor = 2 if connection.vendor == "postgresql" else 1
    client, words = Client(), Words()
    queries = list(words.queries())
    client.get("/search/?q=warm")
    pages = [timed(client.get, f"/search/?{one.urlencode()}") for one in queries]
    answers = [timed(search.answer, one) for one in queries]
    engine = [timed(ask_engine, one) for one in queries]
    print(f"{QUERIES} questions{'median':>23}{'p95':>9}")
    line("page of the search", pages, 10 * factor, 40 * factor)
    limits = [ENGINE_TIMES * part(engine) for part in (statistics.median, p95)]
    line("answer alone", answers, *limits)
    line("the engine alone", engine, float("inf"), float("inf"))
    everywhere = [timed(client.get, f"/search/?q={words.everywhere}") for _ in range(20)]
    line("a word of every section", everywhere, 150 * factor, 150 * factor)
    typed = [words.typed() for _ in range(QUERIES)]
    line("suggestions", [timed(search.suggest, one) for one in typed], 10, 10)
    issues = Issue.objects.order_by("?")[:30]
    saved = [timed(search.index, one.sections.all()) for one in issues]
    line("indexing one saved issue", saved, 20, 20)
    print(f"index: {size_of_index() / 2**20:.0f} MB", flush=True)
    seconds = timed(search.rebuild) / 1000
    print(f"full reindex: {seconds:.0f} s, limit 60{verdict(seconds, 60)}", flush=True)


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


class Words:
    """Words of the archive, by how many sections hold them, and questions made of these."""

    def __init__(self):
        from issues.models import Section, Tag

        self.source = random.Random(7)
        pks = self.source.sample(list(Section.objects.values_list("pk", flat=True)), 500)
        texts = Section.objects.filter(pk__in=pks).values_list("body_text", flat=True)
        self.texts = [text.lower().replace(".", "").split() for text in texts]
        self.titles = list(Section.objects.filter(pk__in=pks).values_list("title", flat=True))
        self.tags = list(Tag.objects.values_list("slug", flat=True))
        counts = Counter(word for text in self.texts for word in set(text))
        share = {word: count / len(pks) for word, count in counts.items()}
        self.everywhere = max(share, key=share.get)
        self.common = [word for word, part in share.items() if 0.1 <= part <= 0.2]
        self.usual = [word for word, part in share.items() if 0.01 <= part < 0.1]
        self.rare = [word for word, part in share.items() if part < 0.01]

    def queries(self) -> Iterator:
        """Yield questions as readers ask them: most have one or two words that are not common."""
        kinds = [self.one_rare] * 6 + [self.one_usual] * 4 + [self.two_words] * 4
        kinds += [self.phrase] * 2 + [self.filtered] * 3 + [self.one_common]
        for place in range(QUERIES):
            yield kinds[place % len(kinds)]()

    def question(self, text: str, **filters):
        from issues.search import Question

        return Question(text, **filters)

    def one_rare(self):
        return self.question(self.source.choice(self.rare))

    def one_usual(self):
        return self.question(self.source.choice(self.usual))

    def one_common(self):
        return self.question(self.source.choice(self.common))

    def two_words(self):
        return self.question(" ".join(self.source.sample(self.usual, 2)))

    def phrase(self):
        text = self.source.choice(self.texts)
        start = self.source.randrange(len(text) - 2)
        return self.question(f'"{" ".join(text[start : start + 2])}"')

    def filtered(self):
        filters = [
            {"type": "web-tip"},
            {"year": "2020"},
            {"tags": (self.source.choice(self.tags),)},
        ]
        return self.question(self.source.choice(self.usual), **self.source.choice(filters))

    def typed(self) -> str:
        """Give the beginning of a title, as somebody types it."""
        title = self.source.choice(self.titles)
        return title[: self.source.randint(1, 14)]


def ask_engine(question) -> None:
    """Ask the bare engine for ten hits with snippets and for the counts of tags."""
    from django.db import connection

    from issues.search import engines, query

    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[connection.vendor]
    expression = engines.current().expression(query.parse(question.text))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, [expression] * statement.count("%s"))
            cursor.fetchall()


SQLITE = (
    "SELECT rowid, title, snippet(issues_search, 2, '<', '>', '…', 30) FROM issues_search"
    " WHERE issues_search MATCH %s ORDER BY rank LIMIT 10",
    "SELECT tag_id, count(*) FROM issues_search JOIN issues_sectiontag"
    " ON content_object_id = issues_search.rowid WHERE issues_search MATCH %s GROUP BY tag_id",
)
POSTGRESQL = (
    "SELECT id, title, ts_headline('simple', body_text, %s::tsquery) FROM issues_section"
    " JOIN (SELECT section_id, ts_rank(document, %s::tsquery) AS rank FROM issues_search"
    " WHERE document @@ %s::tsquery ORDER BY rank DESC LIMIT 10) AS found ON section_id = id"
    " ORDER BY rank DESC",
    "SELECT tag_id, count(*) FROM issues_search JOIN issues_sectiontag"
    " ON content_object_id = section_id WHERE document @@ %s::tsquery GROUP BY tag_id",
)


def size_of_index() -> int:
    """Give the bytes of the words and titles: what the index holds, and its copy of the texts."""
    from django.db import connection

    sizes = {"sqlite": SQLITE_SIZES, "postgresql": POSTGRESQL_SIZES}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {' + '.join(sizes)}")
        return int(cursor.fetchone()[0])


SQLITE_SIZES = [
    "(SELECT sum(length(block)) FROM issues_search_data)",
    "(SELECT sum(length(c0) + length(c1) + length(c2)) FROM issues_search_content)",
    "(SELECT sum(length(block)) FROM issues_search_title_data)",
    "(SELECT sum(length(c0)) FROM issues_search_title_content)",
]
POSTGRESQL_SIZES = ["pg_total_relation_size('issues_search')"]


def measure_pages() -> None:
    """Print the median of each page as JSON."""
    from django.test import Client

    from issues.models import Issue, Tag

    middle = Issue.objects.order_by("number")[Issue.objects.count() // 2].number
    most_used = max(Tag.objects.with_public_counts(), key=lambda tag: tag.count)
    pages = {
        "home": "/",
        "issue": f"/issues/{middle}/",
        "section": f"/issues/{middle}/section-2/",
        "tag, the most used": most_used.get_absolute_url(),
    }
    client = Client()
    for path in pages.values():
        client.get(path)
    times = {page: [] for page in pages}
    for _ in range(ROUNDS):
        for page, path in pages.items():
            times[page].append(timed(client.get, path))
    print(json.dumps({page: statistics.median(found) for page, found in times.items()}))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitsletter.settings")
    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    {"search": measure_search, "pages": measure_pages}[sys.argv[1]]()
