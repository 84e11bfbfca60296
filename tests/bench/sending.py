"""How fast a mailing goes out, beside a bare loop of smtplib on the same mail server.

`python -m tests.bench.sending SENDERS PEOPLE PORT` runs inside a site: it gives that many people
their rows, sends to them over that many connections, and prints what it took as JSON. The bare
loop sends one message of the same size, built before, again and again over as many connections; it
runs before and after.
"""

import json
import os
import smtplib
import statistics
import subprocess
import sys
import threading
import time
import uuid

import django

from tests.machine import mail_sink

SITE = "sent"  # in a database of its own
SIZE = 28_000  # bytes of a message
FEW, MANY = 10_000, 100_000  # people
BARE = 5000  # messages of each half of the bare loop
SAMPLE = 100  # messages whose statements are counted
SENDERS = (1, 4)
HOST = "127.0.0.1"
# Of the bare loop; statements for each message; seconds; megabytes; of many to few, for each.
RATIO, STATEMENTS, LISTED_WITHIN, MEMORY, GROWTH = 0.7, 3, 10, 150, 1.15


# Started from outside -----------------------------------------------------------------------


def report(engine: str, environment: dict[str, str]) -> None:
    """Print what there is to say of a site in a database of one kind."""
    with mail_sink() as port:
        print(f"\n{engine}: sending, a second")
        print(f"{'connections':14}{'bytes':>8}{'bare':>8}{'ours':>8}{'ratio':>8}{'statements':>12}")
        for senders in SENDERS:
            print_rates(senders, measured(environment, senders, FEW, port))
        print_growth(measured(environment, 1, MANY, port))


def print_rates(senders: int, found: dict) -> None:
    ratio = found["ours"] / found["bare"]
    print(
        f"{senders:<14}{found['bytes']:8}{found['bare']:8.0f}{found['ours']:8.0f}{ratio:8.2f}"
        f"{found['statements']:12.2f}{'' if ratio >= RATIO else '  UNDER'}"
    )


def print_growth(found: dict) -> None:
    first, last = found["times"][0] / FEW, found["times"][-1] / found["sent"]
    a_million = found["times"][-1] / found["sent"] * 1_000_000 / 60
    print(
        f"{MANY} people: listed in {found['listing']:.1f} s (limit {LISTED_WITHIN}); "
        f"for each message {last / first:.2f} times the first {FEW} (limit {GROWTH}); "
        f"{found['memory'][0]:.0f} MB early, {found['memory'][1]:.0f} MB at most (limit {MEMORY}); "
        f"a million would take {a_million:.0f} minutes"
    )


def measured(environment: dict[str, str], senders: int, people: int, port: int) -> dict:
    command = [sys.executable, "-m", "tests.bench.sending", *map(str, (senders, people, port))]
    mail = {"EMAIL_URL": f"smtp://{HOST}:{port}", "MESSAGES_PER_CONNECTION": "1000000"}
    done = subprocess.run(
        command, env=environment | mail, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)


# Inside -------------------------------------------------------------------------------------


def measure(senders: int, people: int, port: int) -> dict:
    """Send to people, between two halves of the bare loop."""
    from subscribers.delivery import starting

    add_people(people)
    mailing = make_mailing()
    message = example(mailing)

    def list_all() -> None:
        while starting.list_people(mailing.pk):
            pass

    listing = timed(list_all)
    statements = statements_each(mailing)
    before = bare(message, senders, port)
    times, memory = send(senders)
    after = bare(message, senders, port)
    return {
        "bytes": len(message),
        "listing": listing,
        "statements": statements,
        "bare": statistics.mean([before, after]),
        "ours": (people - SAMPLE) / times[-1],
        "times": times,
        "memory": memory,
        "sent": mailing.deliveries.filter(state="sent").count(),
    }


def add_people(count: int) -> None:
    from django.utils import timezone

    from subscribers.models import Subscriber

    Subscriber.objects.all().delete()
    now = timezone.now()
    addresses = (f"reader-{number}@mail{number % 97}.example.org" for number in range(count))
    Subscriber.objects.bulk_create(
        (Subscriber(email=one, key=one, state="active", confirmed_at=now) for one in addresses),
        batch_size=5000,
    )


def make_mailing():
    """Make a mailing whose messages are as large as those of the demo archive."""
    from issues.models import Issue
    from subscribers.issue_mail.contents import Piece
    from subscribers.models import Mailing
    from tests.builders import make_contents, make_issue
    from tests.builders import make_mailing as make

    Mailing.objects.all().delete()
    contents = make_contents("ml-tip", "tool", "news")
    words = "A word about warm starts, and one about patience. " * (SIZE // 100 - 38)
    lines = "\n".join([words[:77]] * (len(words) // 77))
    long = Piece(f"<p>{words}</p>", lines)
    contents = type(contents)(contents.subject, contents.sender, (long, *contents.pieces))
    issue = make_issue(Issue.objects.next_number())
    return make(issue, contents, state=Mailing.State.STARTING)


def example(mailing) -> bytes:
    from django.utils import timezone

    from subscribers.issue_mail.messages import IssueMail
    from subscribers.models import Subscriber

    mail = IssueMail.of(mailing)
    to = mail.recipient(Subscriber.objects.first())
    return mail.message(uuid.uuid4(), to, mail.variant(), timezone.now()).as_bytes()


def timed(do) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def together(do, times: int) -> float:
    """Do something in several threads; give the seconds until the last is ready."""
    threads = [threading.Thread(target=do) for _turn in range(times)]
    started = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return time.perf_counter() - started


def bare(message: bytes, senders: int, port: int) -> float:
    """Give how many messages a second smtplib alone sends."""

    def loop() -> None:
        with smtplib.SMTP(HOST, port) as server:
            for number in range(BARE // senders):
                server.sendmail("news@example.org", f"reader-{number}@example.org", message)

    return BARE // senders * senders / together(loop, senders)


class AfterSome(threading.Event):
    """Says that it is time to end when it has been asked for so many messages."""

    left = 2 * SAMPLE  # a sender asks twice for each

    def is_set(self) -> bool:
        self.left -= 1
        return self.left < 0


def statements_each(mailing) -> float:
    """Send a few, and count the statements for each."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from subscribers.delivery.pacing import Pacing
    from subscribers.delivery.sending import Sender

    with CaptureQueriesContext(connection) as asked:
        Sender("bench", Pacing()).send_due(AfterSome())
    first_words = (one["sql"].split()[0] for one in asked)
    count = sum(word in ("SELECT", "UPDATE", "INSERT") for word in first_words)
    return count / mailing.deliveries.filter(state="sent").count()


def send(senders: int) -> tuple[list[float], list[float]]:
    """Send to all; give the seconds after each some thousand, and the megabytes then."""
    from django.db import connections

    from subscribers.delivery.pacing import Pacing
    from subscribers.delivery.sending import Sender

    times, memory, started = [], [], time.perf_counter()

    class Counting(Pacing):
        count = 0

        def wait(self) -> float:
            self.count += 1
            if self.count % FEW == 0:
                times.append(time.perf_counter() - started)
                memory.append(resident())
            return super().wait()

    pacing = Counting()

    def run() -> None:
        Sender("bench", pacing).send_due(threading.Event())
        connections.close_all()

    times.append(together(run, senders))
    memory.append(resident())
    return times, [memory[0], max(memory)]


def resident() -> float:
    """Give the megabytes that this process holds."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitsletter.settings")
    django.setup()
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
