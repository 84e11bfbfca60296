"""What cannot be read, and where."""

from typing import NamedTuple


class Problem(NamedTuple):
    """Why one line of a file was left out."""

    line: int
    reason: str


class Unusable(ValueError):
    """What a line says cannot be used; the message says why."""


class UnreadableFile(ValueError):
    """Nothing of a file can be used; the message says why."""
