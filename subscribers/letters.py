"""Letters: queued in the transaction of whatever calls for them, sent by the worker."""

import datetime
import logging
import traceback
from collections.abc import Callable, Collection

from django.utils import timezone

from subscribers import emails
from subscribers.addresses import stored_address
from subscribers.connection import Connection, Interrupted, Refused
from subscribers.mime import Message
from subscribers.models import Letter, Subscriber, Suppression

logger = logging.getLogger(__name__)

Kind, State = Letter.Kind, Subscriber.State

BATCH = 100  # letters that are looked up at once
# Refused for now for so long is refused: mail servers give up earlier themselves.
PATIENCE = datetime.timedelta(days=7)


def queue(kind: Letter.Kind, subscriber: Subscriber, email: str = "") -> Letter:
    """Let the worker send a letter, to another address than the person's if one is given.

    Call it within the transaction that makes the letter true: both are kept, or neither.
    """
    return Letter.objects.create(kind=kind, subscriber=subscriber, email=email or subscriber.email)


def withdraw(subscriber: Subscriber, but: Collection[Letter.Kind] = ()) -> None:
    """Let nothing that still waits go out to a person, but for these kinds."""
    # And what tells the former address that it is no longer one: nobody may hush that up.
    subscriber.letters.waiting().exclude(kind__in=[Letter.Kind.CHANGED, *but]).delete()


def send_due(is_ending: Callable[[], bool] = lambda: False) -> int:
    """Send what is due, until there is nothing or it is time to end; give how many were sent.

    Any number of processes may do so at once. Raises Interrupted when the mail server cannot be
    reached, or hangs up: what was not sent stays due.
    """
    sent = 0
    with Connection() as connection:
        while batch := next_due():
            for pk in batch:
                if is_ending():
                    return sent
                sent += send_one(pk, connection)
    return sent


def next_due() -> list[int]:
    return list(Letter.objects.due().order_by("due_at").values_list("pk", flat=True)[:BATCH])


def send_one(pk: int, connection: Connection) -> bool:
    """Send a letter if nobody else does; say whether it went out.

    Each step is kept before the next one begins: no transaction lasts while a mail server talks.
    """
    letter = Letter.objects.claim(pk)
    if letter is None:
        return False
    if not is_wanted(letter):
        letter.delete()
        return False
    message = written(letter)
    return message is not None and hand_over(letter, message, connection)


def is_wanted(letter: Letter) -> bool:
    """Say whether a letter is still true of the person as they are now."""
    person = letter.subscriber
    address = stored_address(letter.email)
    if Suppression.objects.blocks(address):
        return False
    is_there = address.key == person.key
    match letter.kind:
        case Kind.CONFIRMATION:
            has_left_since = person.left_at is not None and person.left_at > letter.created_at
            return is_there and person.state != State.ACTIVE and not has_left_since
        case Kind.CHANGE:
            return letter.email == person.new_email
        case Kind.CHANGED:
            return True
        case Kind.GOODBYE:
            return person.state == State.LEFT
        case _:
            return is_there and person.state == State.ACTIVE


def written(letter: Letter) -> Message | None:
    """Write a letter; one that cannot be written is put off, and holds up no other."""
    try:
        return emails.build(letter)
    except Exception as error:  # whatever it is, it must not reach the other letters
        trouble = f"It could not be written: {type(error).__name__}"
        if letter.reply != trouble:
            # Without the words of the error, which may name an address.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("%s could not be written: %s\n%s", letter.uid, type(error).__name__, where)
        put_off(letter, trouble)
        return None


def hand_over(letter: Letter, message: Message, connection: Connection) -> bool:
    """Give a message to the mail server, and keep what it said."""
    try:
        reply = connection.send(message)
    except Refused as refusal:
        if refusal.is_final:
            letter.mark_failed(refusal.reply)
        else:
            put_off(letter, refusal.reply)
        return False
    except Interrupted as trouble:
        if trouble.is_attempt:  # it may have arrived, or be why: not again and again in one minute
            put_off(letter, str(trouble))
        else:
            letter.give_back()
        raise
    letter.mark_sent(reply)
    return True


def put_off(letter: Letter, reply: str) -> None:
    """Let a letter wait for better times, or give it up when they did not come."""
    if letter.created_at < timezone.now() - PATIENCE:
        letter.mark_failed(reply)
    else:
        letter.put_off(reply)
