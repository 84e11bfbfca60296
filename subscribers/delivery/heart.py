"""What says that a worker lives."""

import datetime
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from subscribers.connection import Interrupted
from subscribers.delivery import restored
from subscribers.delivery.pacing import Pacing
from subscribers.models import Worker

KEPT = datetime.timedelta(days=1)


class Heart:
    """Beats for one worker, and counts the others that live: they share the rate."""

    def __init__(self, pacing: Pacing):
        # In containers, and on machines that were copied, all may have one name and one number.
        self.name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(2)}"
        self.pacing, self.started_at = pacing, timezone.now()
        self.is_beating = False
        self.trouble, self.trouble_at = "", None

    @contextmanager
    def minding(self) -> Iterator[None]:
        """Tell with the next signs of life why nothing can be sent, until something can."""
        try:
            yield
        except Interrupted as trouble:
            self.trouble, self.trouble_at = str(trouble), self.trouble_at or timezone.now()
            raise
        else:
            self.trouble, self.trouble_at = "", None

    def beat(self) -> None:
        """Give a sign of life; before the first one, and after one that failed, nobody may send.

        What went out before the database was put back is not known here: it must be held first.
        """
        self.is_beating, now = False, timezone.now()
        restored.watch(now)
        facts = {"trouble": self.trouble, "trouble_at": self.trouble_at}
        Worker.objects.update_or_create(
            name=self.name, defaults={"seen_at": now, "started_at": self.started_at, **facts}
        )
        self.pacing.workers = max(Worker.objects.alive(now).count(), 1)
        self.is_beating = True

    def stop(self) -> None:
        """Say that it lives no longer, so that the others need not wait for its silence."""
        Worker.objects.filter(name=self.name).delete()


def forget_old() -> None:
    """Forget the workers that have been silent for long."""
    Worker.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()
