"""What everybody gets of an issue, with slots for what is personal."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Self


class Slot(StrEnum):
    """What is filled in later: for each person, or for those who left the same sections out."""

    EMAIL = "email"
    CHOOSE_URL = "choose_url"
    LEAVE_URL = "leave_url"
    LEFT_OUT = "left_out"  # "2 sections left out", in words

    @property
    def mark(self) -> str:
        """Give what stands for it until then: characters that no text of ours holds."""
        return f"\x02{self}\x03"


class Piece(NamedTuple):
    """A part of the mail; that of a section goes to those who want its type."""

    html: str
    text: str
    type: int | None = None  # the key of the section's type; None: for everybody
    is_if_left_out: bool = False  # only for those who get less than everything


@dataclass(frozen=True)
class Contents:
    """All that an issue's mail says. The same issue makes the same contents at any time."""

    subject: str
    sender: str  # such as `Bitsletter <news@example.org>`
    pieces: tuple[Piece, ...]

    @property
    def types(self) -> list[int]:
        """Give the keys of the types of its sections, in order."""
        return sorted({piece.type for piece in self.pieces if piece.type is not None})

    @property
    def digest(self) -> str:
        """Give a hash of all that it says."""
        everything = json.dumps([self.subject, self.sender, self.pieces], ensure_ascii=True)
        return hashlib.sha256(everything.encode()).hexdigest()

    def chosen(self, unwanted: Collection[int]) -> list[Piece]:
        """Give the pieces for those who leave types out; none if no section remains for them.

        An issue without any section goes to everybody.
        """
        is_wanted = [piece.type not in unwanted for piece in self.pieces]
        if self.types and not set(self.types) - set(unwanted):
            return []
        return [
            piece
            for piece, stays in zip(self.pieces, is_wanted, strict=True)
            if stays and (not piece.is_if_left_out or not all(is_wanted))
        ]

    def left_out(self, unwanted: Collection[int]) -> int:
        """Say how many sections those who leave types out do not get."""
        return sum(piece.type in unwanted for piece in self.pieces if piece.type is not None)

    def as_json(self) -> list:
        return [list(piece) for piece in self.pieces]

    @classmethod
    def from_json(cls, subject: str, sender: str, pieces: list) -> Self:
        return cls(subject, sender, tuple(Piece(*piece) for piece in pieces))
