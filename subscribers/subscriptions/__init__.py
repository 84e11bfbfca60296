"""Joining, choosing, leaving: what happens to a person's subscription, and the proof of it.

Each function is one transaction, which holds the person as they are at that moment: the state, the
event that proves it and the letter that tells of it are kept together, or none of them is. What
counts a limit does so before it holds anybody, so that no two wait for each other.
"""

from subscribers.subscriptions.choosing import choose, pause
from subscribers.subscriptions.forgetting import (
    UNCONFIRMED_KEPT,
    drop_unconfirmed_changes,
    erase,
    erase_oneself,
    erase_unconfirmed,
    lift,
)
from subscribers.subscriptions.joining import UNASKED, ask, confirm, may_be_written_to
from subscribers.subscriptions.leaving import come_back, give_reason, leave
from subscribers.subscriptions.moving import ask_for_change, change
from subscribers.subscriptions.records import data_of
from subscribers.subscriptions.unreachable import complain, stop_reaching

__all__ = [
    "UNASKED",
    "UNCONFIRMED_KEPT",
    "ask",
    "ask_for_change",
    "change",
    "choose",
    "come_back",
    "complain",
    "confirm",
    "data_of",
    "drop_unconfirmed_changes",
    "erase",
    "erase_oneself",
    "erase_unconfirmed",
    "give_reason",
    "leave",
    "lift",
    "may_be_written_to",
    "pause",
    "stop_reaching",
]
