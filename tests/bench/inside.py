"""What is asked of a site from inside, in a process of its own with the site's settings.

`python -m tests.bench.inside addresses` prints as JSON what there is to ask the archive for,
`… questions` how many questions to the database a page costs that is made anew, `… pictures` the
seconds that a large picture takes, `… illustrated` publishes an issue of pictures and prints where
it is; `… changes` changes an issue for each line that it reads.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time

import django

from tests.bench.photograph import photograph

PAGES = 10  # whose questions are counted
LARGE = (4000, 3000)  # pixels: twelve million of them
PICTURES = 3
NUMBER, PLACES = 999, 10  # of the issue of pictures


# Started from outside -----------------------------------------------------------------------


def told(what: str, environment: dict[str, str]) -> dict:
    command = [sys.executable, "-m", "tests.bench.inside", what]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


class Changes:
    """Somebody who changes an issue, whenever told to."""

    def __init__(self, environment: dict[str, str]):
        command = [sys.executable, "-m", "tests.bench.inside", "changes"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, env=environment, **pipes)

    def make(self) -> None:
        print(file=self.process.stdin, flush=True)
        self.process.stdout.readline()

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


# Inside -------------------------------------------------------------------------------------


def addresses() -> None:
    from issues.models import Asset, Issue, Section, Tag

    sections = Section.objects.published().select_related("issue").order_by("?")
    issues = Issue.objects.published().order_by("?")
    tags = Tag.objects.with_public_counts()
    words = {word for section in sections[:200] for word in section.body_text.lower().split()}
    print(
        json.dumps(
            {
                "issues": [issue.get_absolute_url() for issue in issues],
                "sections": [section.get_absolute_url() for section in sections],
                "tags": [tag.get_absolute_url() for tag in tags],
                "words": sorted(word for word in words if word.isalpha() and word.isascii()),
                "pictures": [asset.file.url for asset in Asset.objects.all()],
            }
        )
    )


def questions() -> None:
    """Count for several issues: the first ones pay for what is counted once for all of them."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from issues.models import Issue

    client, counts = Client(headers={"accept-encoding": "br"}), []
    for issue in Issue.objects.published().order_by("?")[: PAGES + 2]:
        with CaptureQueriesContext(connection) as asked:
            client.get(issue.get_absolute_url())
        counts.append(len(asked))
    print(json.dumps({"issue": counts[2:]}))


def pictures() -> None:
    from issues import images

    times = []
    for seed in range(PICTURES):
        file = photograph(LARGE, seed)
        started = time.perf_counter()
        images.store(file)
        times.append(time.perf_counter() - started)
    print(json.dumps({"seconds": times}))


def illustrated() -> None:
    """Publish an issue of ten sections with a photograph each, in the words of the demo archive."""
    from django.utils import timezone

    from issues.models import Issue

    issue = Issue.objects.create(number=NUMBER, title="Ten places", published_at=timezone.now())
    sizes = [add_place(issue, place) for place in range(PLACES)]
    url, size = issue.get_absolute_url(), statistics.mean(sizes)
    print(json.dumps({"url": url, "pictures": len(sizes), "bytes": size}))


def add_place(issue, place: int) -> int:
    """Add a section with a picture; give the bytes of the picture as it was uploaded."""
    from issues import images, search
    from issues.models import Section, SectionType, Tag

    source, file = random.Random(place), photograph(seed=place)
    types, tags = SectionType.objects.all(), Tag.objects.all()
    asset = images.store(file, alt=f"Hills one before the other, the {place + 1}. of ten places.")
    texts = " ".join(Section.objects.exclude(issue=issue).values_list("body_text", flat=True))
    words = [word for word in texts.split() if word.replace(",", "").replace(".", "").isalpha()]
    start, length = source.randrange(len(words) - 200), source.randint(120, 200)
    text = " ".join(words[start : start + length // 2])
    more = " ".join(words[start + length // 2 : start + length])
    section = Section.objects.create(
        issue=issue,
        type=types[place % len(types)],
        position=place + 1,
        title=" ".join(source.sample(words, 5)).capitalize(),
        body=f"![{asset.alt}]({asset.file.url})\n\n{text}\n\n{more}",
    )
    section.tags.set(source.sample(list(tags), 3))
    search.index([section])
    return len(file.getvalue())


def changes() -> None:
    from issues.models import Issue

    newest = Issue.objects.published().newest_first()[:1]
    for _ in sys.stdin:
        Issue.objects.filter(pk__in=newest.values("pk")).note_change()
        print(flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitsletter.settings")
    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    parts = (addresses, questions, pictures, illustrated, changes)
    {part.__name__: part for part in parts}[sys.argv[1]]()
