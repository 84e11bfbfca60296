"""What the worker does again and again: one function for each thread of it."""

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections, connections

from bitsletter import faults
from issues import images
from subscribers import letters, upkeep
from subscribers.bounces import reading
from subscribers.connection import Interrupted
from subscribers.delivery import controlling, nudging, starting
from subscribers.delivery.heart import Heart
from subscribers.delivery.sending import Sender

logger = logging.getLogger(__name__)

LOOKING = 2  # seconds between two looks for letters and mailings
BEATING = 5  # seconds between two signs of life
MINUTE = 60
CLEARING = 20  # seconds between two looks for what killed processes left
FIRST_PAUSE, LONGEST_PAUSE = 5, 60  # seconds after the mail server could not be reached
DAY = 24 * 60 * 60
AT_FAULT = 1  # second after the database or the disk was away: then it must go on at once
SOON = 10 * 60  # seconds until the daily work is tried again


def send_letters(stop: threading.Event) -> float:
    """Send what is due; give in how many seconds to look again."""
    letters.send_due(stop.is_set)
    return LOOKING


def begin_mailings(stop: threading.Event) -> float:
    """Begin the mailings whose time has come, and close those that were cancelled."""
    starting.begin_due(is_ending=stop.is_set)
    controlling.close_cancelled()
    return LOOKING


def remind(stop: threading.Event) -> float:
    """Remind publishers of a slot for which nothing is approved."""
    nudging.nudge_due()
    return MINUTE


def read_bounces(stop: threading.Event) -> float:
    """Read what came back by mail, if there is a mailbox for it."""
    reading.read_mailbox_due()
    return MINUTE


def clear_unfinished(stop: threading.Event) -> float:
    """Remove the files that processes of this machine have left when they were killed."""
    if count := images.clear_unfinished():
        logger.info("%d files of pictures that were never saved were removed.", count)
    return CLEARING


def keep_up(stop: threading.Event) -> float:
    """Do the daily work; give in how many seconds it is due again."""
    return DAY if upkeep.do_all(is_ending=stop.is_set) else SOON


def rounds_of_mailings(heart: Heart, senders: int) -> list[Callable[[threading.Event], float]]:
    """Give what one worker does for mailings: a sign of life, the beginning, and the senders."""

    def live(stop: threading.Event) -> float:
        heart.beat()
        return BEATING

    def sending(sender: Sender) -> Callable[[threading.Event], float]:
        def send_mailings(stop: threading.Event) -> float:
            if heart.is_beating:
                with heart.minding():
                    sender.send_due(stop)
            return LOOKING

        return send_mailings

    each = (Sender(heart.name, heart.pacing) for _turn in range(senders))
    return [live, begin_mailings, *map(sending, each), remind, read_bounces]


class Round(threading.Thread):
    """Does one thing again and again; nothing that goes wrong there ends it."""

    def __init__(self, do: Callable[[threading.Event], float], stop: threading.Event):
        super().__init__(name=do.__name__, daemon=True)  # a mail server that hangs holds up no end
        self.do, self.stop = do, stop
        self.trouble = 0  # how often in a row

    def run(self) -> None:
        try:
            while not self.stop.wait(self.once()):
                close_old_connections()
        finally:
            connections.close_all()

    def once(self) -> float:
        """Do it; give in how many seconds to do it again."""
        try:
            pause = self.do(self.stop)
        except Interrupted as error:
            self.trouble += 1
            if self.trouble == 1:
                logger.warning("No mail goes out for now. %s", error)
        except Exception as error:
            self.trouble += 1
            if faults.is_fault(error):
                return self.wait(error)
            logger.exception("The worker's round “%s” failed.", self.name)
        else:
            if self.trouble:
                logger.warning("The worker's round “%s” is well again.", self.name)
            self.trouble = 0
            return pause
        return min(FIRST_PAUSE * 2 ** min(self.trouble - 1, 10), LONGEST_PAUSE)

    def wait(self, error: Exception) -> float:
        """Wait for the end of a fault, and say so once."""
        if self.trouble == 1:
            logger.warning("The worker's round “%s” waits. %s", self.name, str(error).strip())
        return AT_FAULT
