"""manage.py worker: what has to happen without anybody asking for it."""

import logging
import signal
import threading
import time
from contextlib import suppress

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from subscribers import written_mails
from subscribers.delivery import holding
from subscribers.delivery.heart import Heart
from subscribers.delivery.pacing import Pacing
from subscribers.rounds import (
    Round,
    clear_unfinished,
    keep_up,
    rounds_of_mailings,
    send_letters,
)

logger = logging.getLogger(__name__)

ENDINGS = {signal.SIGTERM, signal.SIGINT}
GRACE = 7  # seconds for what is in hand when the worker is told to end


class Command(BaseCommand):
    help = (
        "Send mailings and letters, and keep what is derived up to date: render anew after an "
        "upgrade, mend the search index, drop expired sessions, the old files of pictures, and "
        "people who never confirmed. Any number of workers may run, and each message goes out "
        "once. Example: manage.py worker --once"
    )

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="do what is due and stop")

    def handle(self, once, **options):
        warn_of_files()
        warn_of_hold()
        stop = threading.Event()
        heart = Heart(Pacing())
        mailings = rounds_of_mailings(heart, 1 if once else settings.SENDERS)
        rounds = [Round(do, stop) for do in (*mailings, send_letters, clear_unfinished, keep_up)]
        if once:
            for one in rounds:
                one.once()
            heart.stop()
            return
        rounds[0].once()  # the sign of life, before anybody sends
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # for the threads, too
        for one in rounds:
            one.start()
        logger.info("The worker is at work.")
        signal.sigwait(ENDINGS)
        stop.set()
        # A letter that takes longer is sent once more when its lease has run out.
        deadline = time.monotonic() + GRACE
        for one in rounds:
            one.join(max(0, deadline - time.monotonic()))
        # A database that takes nothing must not keep us; that we are silent says the same.
        goodbye = threading.Thread(target=heart.stop, daemon=True)
        goodbye.start()
        goodbye.join(1)


def warn_of_hold() -> None:
    """Say so if nothing will go out, and what to do about it."""
    with suppress(DatabaseError):  # of which the first sign of life tells
        if hold := holding.current():
            logger.warning("%s No mail goes out until “manage.py resume_sending”.", hold.reason)


def warn_of_files() -> None:
    """Say so if a site that people read writes its letters to files: nobody gets one of them."""
    if written_mails.is_used() and not settings.IS_LOCAL:
        where = settings.EMAIL_FILE_PATH
        logger.warning("Letters go to files in %s, and to nobody. EMAIL_URL sends them.", where)
