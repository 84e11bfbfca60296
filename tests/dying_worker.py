"""A worker that ends at the n-th of its steps, without a word, as a power cut would end it.

A step is what happens before and after each statement and commit of the database, and each word
said to the mail server and heard from it. `python -m tests.dying_worker` reads numbers, one a line;
for each it lets a worker of its own process send what is due, and ends it at that step (never for
0). It answers with the worker's exit status and the last line of what that knew: "taken" where the
mail server may have a message of which our tables do not know, else "safe".
"""

import os
import smtplib
import sys
import threading
import traceback
from contextlib import suppress
from functools import wraps

import django
from django.urls import reverse

DIED = 9


class Steps:
    """Counts the steps of a worker, and ends it at one of them."""

    def __init__(self, last: int, told: int):
        self.last, self.told = last, told  # the step at which to end, and where to say what is so
        self.count, self.knows = 0, b"safe"

    def step(self) -> None:
        self.count += 1
        if self.count == self.last:
            os.write(self.told, self.knows)
            os._exit(DIED)

    def watch(self, owner: type, name: str, after=lambda *args: None) -> None:
        """Let each call of a method be a step before it, and another behind it."""
        method = getattr(owner, name)

        @wraps(method)
        def watched(*args, **kwargs):
            self.step()
            result = method(*args, **kwargs)
            after(*args)
            self.step()
            return result

        setattr(owner, name, watched)

    def note_words(self, _server, words: str | bytes) -> None:
        if words[-5:] == b"\r\n.\r\n":
            self.knows = b"taken"

    def note_commit(self, *_args) -> None:
        self.knows = b"safe"

    def watch_all(self) -> None:
        from django.db.backends.base.base import BaseDatabaseWrapper
        from django.db.backends.utils import CursorWrapper

        self.watch(CursorWrapper, "execute")
        self.watch(BaseDatabaseWrapper, "commit", self.note_commit)
        self.watch(smtplib.SMTP, "send", self.note_words)
        self.watch(smtplib.SMTP, "getreply")


def work(last: int, told: int) -> None:
    """Do what a worker does for mailings, once."""
    from subscribers.connection import Interrupted
    from subscribers.delivery import starting
    from subscribers.delivery.pacing import Pacing
    from subscribers.delivery.sending import Sender

    steps = Steps(last, told)
    steps.watch_all()
    starting.begin_due()
    with suppress(Interrupted):
        Sender("dying", Pacing()).send_due(threading.Event())
    os.write(told, steps.knows)


def live(last: int) -> str:
    """Let a worker live until that step; give how it ended, and what it knew."""
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work(last, told)
            status = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(told)
    with os.fdopen(heard) as pipe:
        knew = pipe.read()
    _, status = os.waitpid(child, 0)
    return f"{os.waitstatus_to_exitcode(status)} {knew}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bitsletter.settings")
    django.setup()
    reverse(
        "subscribers:preferences", args=["token"]
    )  # reads all addresses once, not in each child
    for line in sys.stdin:
        print(live(int(line)), flush=True)
