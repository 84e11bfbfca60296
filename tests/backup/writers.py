"""People and a worker who write to a site at once, as they do it on a lively day."""

import random
import secrets
import threading
import time
from collections import Counter
from contextlib import suppress

from django.db import IntegrityError, connections, transaction

from issues import images, search
from issues.models import Asset, Issue, Section
from subscribers import subscriptions
from subscribers.addresses import read_address
from subscribers.consent import Proof
from subscribers.delivery import ledger
from subscribers.models import Delivery, Mailing, Subscriber
from tests.builders import make_issue, make_section, picture

PAUSE = 0.1  # seconds between two acts of one of them, on average
PROOF = Proof("sign-up", "/")


class Writers:
    """Eight threads, each doing what chance says, until they are told to stop."""

    def __init__(self, count: int = 8):
        self.stop, self.done, self.wrong = threading.Event(), Counter(), []
        self.threads = [threading.Thread(target=self.write, args=[n]) for n in range(count)]

    def __enter__(self) -> "Writers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def write(self, seed: int) -> None:
        source = random.Random(seed)
        try:
            while not self.stop.is_set():
                act = source.choice(ACTS)
                act(source)
                self.done[act.__name__] += 1
                time.sleep(source.random() * 2 * PAUSE)
        except Exception as error:
            self.wrong.append(error)
        finally:
            connections.close_all()


def save_issue(source: random.Random) -> None:
    """Write an issue whose sections show a picture, all of it or nothing."""
    asset = images.store(drawn(source), alt="A field")
    with suppress(IntegrityError), transaction.atomic():  # somebody may have deleted it since
        Issue.objects.select_for_update().order_by("pk").first()  # they get their numbers in turn
        number = Issue.objects.next_number()
        body = f"{words(source)} ![A field]({asset.file.url})"
        issue = make_issue(number, sections=[{"title": f"Tip {number}", "body": body}])
        make_section(issue, words(source), tags=[source.choice("abc")], position=2)


def edit_section(source: random.Random) -> None:
    key = Section.objects.order_by("?").values_list("pk", flat=True)[0]
    with transaction.atomic():
        Section.objects.filter(pk=key).lock_issues()
        section = Section.objects.get(pk=key)
        section.title = words(source)
        section.save()
        search.index([section])


def subscribe(source: random.Random) -> None:
    address = read_address(f"{secrets.token_hex(6)}@example.org")
    subscriptions.ask(address, PROOF)
    subscriptions.confirm(Subscriber.objects.get(key=address.key), PROOF)


def leave(source: random.Random) -> None:
    for person in Subscriber.objects.active().order_by("?")[:1]:
        subscriptions.leave(person, PROOF)


def store_picture(source: random.Random) -> None:
    images.store(drawn(source))


def delete_picture(source: random.Random) -> None:
    """Delete one, if nothing shows it."""
    for asset in Asset.objects.filter(uses=None, covered_issues=None).order_by("?")[:1]:
        with suppress(IntegrityError):  # somebody has used it since
            images.discard(asset)


def send(source: random.Random) -> None:
    """Take a message in hand, and write down that it was sent."""
    mailing = Mailing.objects.get()
    job = ledger.settle_and_claim(None, mailing.pk, "worker")
    if job:
        ledger.settle(ledger.Outcome(job.row, Delivery.State.SENT, "250 OK", code=250))


ACTS = [
    *(save_issue, edit_section, subscribe, leave),
    *(store_picture, delete_picture, delete_picture, send),
]


def drawn(source: random.Random):
    return picture(size=(16, 12), color=tuple(source.randrange(256) for _ in range(3)))


def words(source: random.Random) -> str:
    return " ".join(source.choices(["warm", "rate", "slow", "grid", "flex", "naïve"], k=5))
