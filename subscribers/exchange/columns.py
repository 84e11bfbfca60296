"""The heading of a file: which column holds what."""

import re
from typing import NamedTuple

from issues.characters import one_line

# As programs and people call them, the more exact names first; see `plain`.
NAMES = {
    "email": ("email", "e mail", "email address", "e mail address", "mail", "mail address"),
    "name": ("name", "full name"),
    "first_name": ("first name", "firstname", "given name", "forename"),
    "last_name": ("last name", "lastname", "family name", "surname"),
    "state": ("state", "status"),
    "left_out": ("left out", "unwanted"),
    "chosen": ("choices", "sections", "topics", "interests"),
    "asked_at": ("asked", "asked at"),
    "confirmed_at": (
        *("confirmed", "confirmed at", "confirm time", "confirmation date"),
        *("joined", "joined at", "date joined", "subscribed at", "optin time"),
        *("created", "created at", "creation date"),
    ),
    "left_at": ("left", "left at", "unsubscribed at"),
    "paused_until": ("paused until", "pause until"),
    "uid": ("uid",),
    "proof_form": ("proof form",),
    "proof_source": ("proof source",),
    "proof_at": ("proof at",),
    "proof_words": ("proof words",),
    "proof_policy": ("proof policy",),
}


class Columns(NamedTuple):
    """Which cell holds what."""

    places: dict[str, int]
    headings: list[str]
    has_heading: bool = True

    @property
    def read(self) -> list[str]:
        """Give the headings of the columns that are read, in their order."""
        return [self.headings[place] for place in sorted(self.places.values())]

    @property
    def ignored(self) -> list[str]:
        places = set(self.places.values())
        return [name for at, name in enumerate(self.headings) if at not in places and name]

    def only(self, wanted) -> "Columns":
        """Leave out what is not wanted."""
        places = {name: place for name, place in self.places.items() if name in wanted}
        return self._replace(places=places)


def read_heading(cells: list[str]) -> Columns:
    """Find the columns by their names; where two are called alike, the first one counts."""
    headings = [one_line(cell)[:60] for cell in cells]
    known = {plain(name): at for at, name in reversed(list(enumerate(headings)))}
    places = {
        meaning: next(known[name] for name in names if name in known)
        for meaning, names in NAMES.items()
        if any(name in known for name in names)
    }
    return Columns(places, headings)


def plain(heading: str) -> str:
    """Give a heading as it stands in NAMES: small letters, single spaces."""
    return " ".join(re.split(r"[\s_\u2010-\u2015-]+", heading.strip(" '\"").casefold()))
