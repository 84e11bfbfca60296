"""How large a picture is. Pure."""

import re
from typing import NamedTuple

MOST = 10_000  # pixels that a picture elsewhere may say it has


class Size(NamedTuple):
    """A picture's width and height in pixels."""

    width: int
    height: int


def size_of(width: str, height: str) -> Size | None:
    """Read the dimensions of a picture; None if there is no such picture."""
    for side in (width, height):
        if not re.fullmatch(r"[1-9][0-9]{0,4}", side) or int(side) > MOST:
            return None
    return Size(int(width), int(height))
