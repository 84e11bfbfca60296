"""Letters: queued in the transaction of whatever calls for them, sent by the worker."""

from subscribers.models import Letter, Subscriber


def queue(kind: Letter.Kind, subscriber: Subscriber, email: str = "") -> Letter:
    """Let the worker send a letter, to another address than the person's if one is given.

    Call it within the transaction that makes the letter true: both are kept, or neither.
    """
    return Letter.objects.create(kind=kind, subscriber=subscriber, email=email or subscriber.email)


def withdraw(subscriber: Subscriber) -> None:
    """Let nothing that still waits go out to a person."""
    subscriber.letters.waiting().delete()
