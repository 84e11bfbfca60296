"""Sending mailings: message after message on one connection, each written down before the next."""

import datetime
import logging
import threading
import traceback

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from subscribers.bounces import at_once
from subscribers.connection import Connection, Interrupted, Refused, without_addresses
from subscribers.delivery import ledger
from subscribers.delivery.ledger import Job, Outcome
from subscribers.delivery.pacing import Pacing
from subscribers.issue_mail.messages import IssueMail
from subscribers.mime import Message
from subscribers.models import Delivery, Mailing

logger = logging.getLogger(__name__)

State = Delivery.State

LONGEST_PAUSE = datetime.timedelta(hours=1)
PATIENCE = datetime.timedelta(hours=24)  # then what was put off again and again has failed
# When so many of the last ones have failed, something is wrong with all of them.
LAST_ONES, MOST_FAILED = 200, 10


class Sender:
    """Sends over a connection of its own, in a thread of its own."""

    def __init__(self, worker: str, pacing: Pacing):
        self.worker, self.pacing = worker, pacing
        self.stop = threading.Event()
        self.mails: dict[tuple[int, str], IssueMail] = {}
        # What has become of the last row, until it is written: a database that takes nothing for
        # now must not make us forget what a mail server took.
        self.outcome: Outcome | None = None

    def send_due(self, stop: threading.Event) -> None:
        """Send what is due of all mailings, until there is nothing or it is time to stop.

        Raises Interrupted when the mail server cannot be reached: what was not sent stays due.
        """
        self.stop = stop
        self.settle()
        with Connection() as connection:
            for mailing in Mailing.objects.filter(state=Mailing.State.SENDING).light():
                self.send_all(mailing, connection)
                finish(mailing.pk)

    def send_all(self, mailing: Mailing, connection: Connection) -> None:
        mail = self.mail_of(mailing)
        while not self.stop.is_set():
            self.wait_for_turn()
            if self.stop.is_set():
                break
            job = ledger.settle_and_claim(self.outcome, mailing.pk, self.worker, mail.has_something)
            self.outcome = None
            if job is None:
                return
            self.outcome = self.outcome_of(job, mail, connection)
            if self.outcome and self.outcome.state == State.FAILED:
                failed = self.outcome
                self.settle()
                follow_failure(failed)
        self.settle()

    def settle(self) -> None:
        if self.outcome:
            ledger.settle(self.outcome)
            self.outcome = None

    def mail_of(self, mailing: Mailing) -> IssueMail:
        key = (mailing.pk, mailing.digest)
        if key not in self.mails:
            self.mails = {key: IssueMail.of(mailing)}  # of one at a time: variants take room
        return self.mails[key]

    def wait_for_turn(self) -> None:
        """Wait as long as the rate asks; what has become of the last row is written before."""
        if pause := self.pacing.wait():
            self.settle()
            self.stop.wait(pause)

    def outcome_of(self, job: Job, mail: IssueMail, connection: Connection) -> Outcome | None:
        """Send a message, unless its domain has had enough for now.

        Gives what came of it, or nothing if that is written already.
        """
        domain = job.person.email.rpartition("@")[2]
        if pause := self.pacing.wait_for(domain):
            due_at = timezone.now() + datetime.timedelta(seconds=pause)
            return Outcome(job.row, State.QUEUED, due_at=due_at, was_no_attempt=True)
        try:
            message = written(job, mail)
        except Exception as error:  # whatever it is, it must not reach the others
            return broken(job, error, "It could not be written")
        try:
            reply = connection.send(message)
        except Refused as refusal:
            if not refusal.is_final:
                self.pacing.slow_down(domain)
            return refused(job, refusal)
        except Interrupted as trouble:
            outcome = interrupted(job, trouble)
            ledger.settle(outcome)
            if outcome.state == State.FAILED:
                follow_failure(outcome)
            if trouble.was_working:
                return None
            raise
        except Exception as error:  # nor must this
            connection.drop()  # it may be anywhere in a message
            return broken(job, error, "It could not be sent")
        return Outcome(job.row, State.SENT, reply, code=code_of(reply))


def follow_failure(outcome: Outcome) -> None:
    """Do what follows from a failure, once it is written: for its reader, and for all others."""
    delivery = Delivery.objects.select_related("subscriber").get(pk=outcome.row.pk)
    at_once.refused(delivery, outcome.reply)
    stop_if_failing(delivery.mailing_id)


def written(job: Job, mail: IssueMail) -> Message:
    variant = mail.variant(job.person.unwanted)
    to = mail.recipient(job.person)
    return mail.message(job.row.uid, to, variant, timezone.localtime(job.row.first_at))


def broken(job: Job, error: Exception, words: str) -> Outcome:
    """Put off a message on which something of ours breaks."""
    where = "".join(traceback.format_tb(error.__traceback__))  # without words, which name addresses
    logger.error("%s: %s: %s\n%s", job.row.uid, words, type(error).__name__, where)
    return put_off(job, f"{words}: {type(error).__name__}")


def refused(job: Job, refusal: Refused) -> Outcome:
    if refusal.is_final:
        return Outcome(job.row, State.FAILED, refusal.reply, code=code_of(refusal.reply))
    return put_off(job, refusal.reply)


def interrupted(job: Job, trouble: Interrupted) -> Outcome:
    """Say what becomes of a row when the connection ends: if the server may have it, it waits."""
    if trouble.is_attempt:
        return put_off(job, str(trouble))
    return Outcome(job.row, State.QUEUED, due_at=timezone.now(), was_no_attempt=True)


def put_off(job: Job, reply: str) -> Outcome:
    """Let a row wait, longer after each attempt; give it up after a day."""
    row, now = job.row, timezone.now()
    if row.first_at < now - PATIENCE:
        return Outcome(row, State.FAILED, reply, code=code_of(reply))
    first = datetime.timedelta(seconds=settings.RETRY_AFTER)
    pause = min(first * 2 ** min(row.attempts - 1, 10), LONGEST_PAUSE)
    return Outcome(row, State.DEFERRED, reply, code=code_of(reply), due_at=now + pause)


def code_of(reply: str) -> int | None:
    """Give the number with which a mail server begins its answer."""
    code = reply[:3]
    return int(code) if code.isascii() and code.isdigit() and len(code) == 3 else None


def stop_if_failing(mailing_id: int) -> None:
    """Pause a mailing when more than one in twenty of the last messages have failed."""
    ended = Delivery.objects.filter(mailing=mailing_id).order_by("-ended_at")
    looked_at = Mailing.objects.values_list("resumed_at", flat=True).get(pk=mailing_id)
    if looked_at:
        ended = ended.filter(ended_at__gt=looked_at)
    too_many = MOST_FAILED + 1
    failed = list(ended.filter(state=State.FAILED).values_list("ended_at", "reply")[:too_many])
    if len(failed) < too_many:
        return
    sent_since = ended.filter(state=State.SENT, ended_at__gt=failed[-1][0])[:LAST_ONES].count()
    if too_many + sent_since > LAST_ONES:
        return
    words = _(
        "%(failed)d of the last %(all)d messages have failed. The mail server said: %(reply)s"
    )
    reply = without_addresses(failed[0][1])
    reason = words % {"failed": too_many, "all": too_many + sent_since, "reply": reply}
    sending = Mailing.objects.filter(pk=mailing_id, state=Mailing.State.SENDING)
    if sending.update(state=Mailing.State.PAUSED, reason=reason):
        words = "Mailing %d is paused: too many messages fail."
        logger.warning(words, mailing_id, extra={"mailing": mailing_id})


def finish(pk: int) -> None:
    """End a mailing of which nothing is left to do."""
    if Delivery.objects.open().filter(mailing=pk).exists():
        return
    with transaction.atomic():
        # Held, so that nobody adds rows between our look and our word.
        mailing = Mailing.objects.select_for_update().light().get(pk=pk)
        is_open = Delivery.objects.open().filter(mailing=pk).exists()
        if mailing.state == Mailing.State.SENDING and not is_open:
            mailing.state, mailing.ended_at = Mailing.State.SENT, timezone.now()
            mailing.save(update_fields=["state", "ended_at"])
