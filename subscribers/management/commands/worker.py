"""manage.py worker: what has to happen without anybody asking for it."""

import logging
import signal
import threading
import time

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from issues import images, search, uses
from issues.rendering import rerender

logger = logging.getLogger(__name__)

PAUSE = 60  # seconds between two rounds
DAY = 24 * 60 * 60  # seconds


class Command(BaseCommand):
    help = (
        "Keep what is derived up to date: render anew after an upgrade, mend the search index, "
        "drop expired sessions and the old files of pictures. Any number of workers may run. "
        "Example: manage.py worker --once"
    )

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="do what is due and stop")

    def handle(self, once, **options):
        if once:
            do_daily()
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        self.stdout.write("The worker is at work.")
        next_day = 0.0
        while not stop.is_set():
            next_day = self.round(next_day)
            stop.wait(PAUSE)

    def round(self, next_day: float) -> float:
        """Do what is due; give when the daily work is due again."""
        close_old_connections()
        if time.monotonic() < next_day:
            return next_day
        try:
            do_daily()
        except Exception:  # the next round tries again; the worker must not die of one
            logger.exception("The daily work failed.")
            return next_day
        return time.monotonic() + DAY


def do_daily() -> None:
    """Mend what is derived, and drop what has expired."""
    issues, sections = rerender()
    if issues or sections:
        logger.warning("Rendered %d issues and %d sections anew.", issues, sections)
    if count := uses.mend():
        logger.warning("Uses of pictures were mended in %d of the texts.", count)
    if count := search.mend():
        logger.warning("The search index differed in %d places.", count)
    if count := images.sweep():
        logger.info("%d files that belonged to no picture were removed.", count)
    call_command("clearsessions")
