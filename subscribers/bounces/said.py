"""What a message that came back turns out to say."""

import enum
from typing import NamedTuple

from subscribers.models import Bounce

Kind = Bounce.Kind


class Sort(enum.StrEnum):
    HARD = Kind.HARD.value
    SOFT = Kind.SOFT.value
    COMPLAINT = Kind.COMPLAINT.value
    UNDER_WAY = "under way"  # delayed, passed on, or delivered
    ANSWER = "answer"  # of a machine: its owner is away
    OTHER = "other"


class Said(NamedTuple):
    sort: Sort
    status: str = ""
    detail: str = ""
    address: str = ""  # for people to read; nothing is done because of it

    @property
    def kind(self) -> Kind | None:
        return Kind(self.sort) if self.sort in Kind.values else None
