"""How fast a mailing goes out, beside a bare loop of smtplib on the same mail server.

`python -m tests.bench.sending SENDERS PEOPLE PORT` runs inside a site: it gives that many people
their rows, sends to them over that many connections, and prints what it took as JSON. The bare
loop sends messages of the same size that were built before, over as many connections.
"""

import json
import os
import smtplib
import statistics
import subprocess
import sys
import threading
import time

import django

SIZE = 28_000  # bytes of a message
LIMIT = 0.7  # of the bare loop
BARE = 4000  # messages of the bare loop
STATEMENTS = 3
SAMPLE = 100  # messages whose statements are counted
HOST = "127.0.0.1"
FIRST = 10_000  # of many people, whose time is compared with that of all
LISTED_WITHIN, MOST_MEMORY, MOST_GROWTH = 10, 150, 1.15  # seconds, MB, per message


# Started from outside -----------------------------------------------------------------------


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
    add_people(people)
    mailing = make_mailing()
    message = example(mailing)
    listing = timed(list_all, mailing)
    statements = count_statements(mailing)
    before = bare(message, senders, port)
    times, memory = send(mailing, senders, people - SAMPLE)
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
    for start in range(0, count, 5000):
        Subscriber.objects.bulk_create(
            Subscriber(
                email=f"reader-{number}@mail{number % 97}.example.org",
                key=f"reader-{number}@mail{number % 97}.example.org",
                state="active",
                confirmed_at=now,
            )
            for number in range(start, min(start + 5000, count))
        )


def make_mailing():
    from tests import builders

    mailing_of = builders.make_contents("ml-tip", "tool", "news")
    words = "A word about warm starts, and one about patience. " * (SIZE // 100 - 38)
    piece = type(mailing_of.pieces[0])
    parts = (
        piece(f"<p>{words}</p>", "\n".join([words[:77]] * (len(words) // 77))),
        *mailing_of.pieces,
    )
    contents = type(mailing_of)(mailing_of.subject, mailing_of.sender, parts)
    from issues.models import Issue
    from subscribers.models import Mailing

    Mailing.objects.all().delete()
    number = Issue.objects.next_number()
    issue = builders.make_issue(number)
    return builders.make_mailing(issue, contents, state=Mailing.State.STARTING)


def example(mailing) -> bytes:
    import uuid

    from django.utils import timezone

    from subscribers.issue_mail.messages import IssueMail
    from subscribers.models import Subscriber

    mail = IssueMail.of(mailing)
    to = mail.recipient(Subscriber.objects.first())
    return mail.message(uuid.uuid4(), to, mail.variant(), timezone.now()).as_bytes()


def list_all(mailing) -> None:
    from subscribers.delivery import starting

    while starting.list_people(mailing.pk):
        pass


def timed(do, *args) -> float:
    started = time.perf_counter()
    do(*args)
    return time.perf_counter() - started


def count_statements(mailing) -> float:
    """Send a few, and count the statements for each."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from subscribers.delivery.pacing import Pacing
    from subscribers.delivery.sending import Sender

    class Few(threading.Event):
        left = SAMPLE + 1

        def is_set(self):
            self.left -= 1
            return self.left < 1

    sender = Sender("bench", Pacing())
    stop = Few()
    # Each turn asks twice.
    stop.left = 2 * SAMPLE + 1
    with CaptureQueriesContext(connection) as asked:
        sender.send_due(stop)
    mailing.refresh_from_db()
    sql = [one["sql"] for one in asked if one["sql"].split()[0] in ("UPDATE", "SELECT", "INSERT")]
    sql = [one for one in asked if one["sql"].strip().split()[0] in ("UPDATE", "SELECT", "INSERT")]
    return len(sql) / mailing.deliveries.filter(state="sent").count()


def bare(message: bytes, senders: int, port: int) -> float:
    """Give how many messages a second smtplib alone sends."""

    def loop() -> None:
        with smtplib.SMTP(HOST, port) as server:
            for number in range(BARE // senders):
                server.sendmail("news@example.org", f"reader-{number}@example.org", message)

    threads = [threading.Thread(target=loop) for _turn in range(senders)]
    seconds = timed(run_all, threads)
    return BARE // senders * senders / seconds


def run_all(threads: list[threading.Thread]) -> None:
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def send(mailing, senders: int, people: int) -> tuple[list[float], list[float]]:
    """Send to all; give the seconds, and the megabytes, after each ten thousand."""
    from django.db import connections

    from subscribers.delivery.pacing import Pacing
    from subscribers.delivery.sending import Sender

    pacing = Pacing()

    def run(sender: Sender) -> None:
        sender.send_due(threading.Event())
        connections.close_all()

    threads = [threading.Thread(target=run, args=[Sender("bench", pacing)]) for _ in range(senders)]
    started = time.perf_counter()
    for one in threads:
        one.start()
    times, memory = [], []
    while any(one.is_alive() for one in threads):
        time.sleep(0.2)
        memory.append(resident())
    times.append(time.perf_counter() - started)
    return times, [memory[len(memory) // 4], max(memory)]


def resident() -> float:
    """Give the megabytes that this process holds."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitsletter.settings")
    django.setup()
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
