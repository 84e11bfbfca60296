"""Text to records: the cells of each line, by RFC 4180, and the line on which they begin."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subscribers.exchange.problems import Problem

# Of one record, below the limit of the csv module; a quote that is never closed ends with it.
MAX_CHARACTERS, MAX_LINES = 100_000, 200

LINE = re.compile(r"[^\r\n]+(?:\r\n|\r|\n)?|\r\n|\r|\n")
QUOTED = re.compile(r'"(?:[^"]|"")*"')


class Delimiter(models.TextChoices):
    """What divides cells; the names are what commands call them."""

    COMMA = ",", gettext_lazy("comma")
    SEMICOLON = ";", gettext_lazy("semicolon")
    TAB = "\t", gettext_lazy("tab")


class Record(NamedTuple):
    line: int
    cells: list[str]


class TooLong(ValueError):
    """A record does not end."""


class Lines:
    """Gives a text to the CSV reader line by line, and takes back what was no record."""

    def __init__(self, text: str):
        self.rest = (found[0] for found in LINE.finditer(text))
        self.returned: deque[str] = deque()
        self.taken: list[str] = []
        self.length, self.number = 0, 1

    def __iter__(self):
        return self

    def __next__(self) -> str:
        line = self.returned.popleft() if self.returned else next(self.rest)
        self.taken.append(line)
        self.length += len(line)
        if self.length > MAX_CHARACTERS or len(self.taken) > MAX_LINES:
            raise TooLong
        return line

    def begin(self) -> None:
        """Let a new record begin."""
        self.number += len(self.taken)
        self.length = 0
        self.taken.clear()

    def give_back(self) -> None:
        """Take all but the first line of the record back: what follows may be sound."""
        self.returned.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def records(text: str, delimiter: str) -> Iterator[Record | Problem]:
    """Give each record, or why a line is none; empty ones are left out."""
    lines = Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, TooLong) as error:
            yield Problem(lines.number, reason_of(error, lines.taken))
            lines.give_back()
        else:
            if any(map(str.strip, cells)):
                yield Record(lines.number, cells)


def reason_of(error: Exception, taken: list[str]) -> str:
    if isinstance(error, TooLong) and len(taken[0]) > MAX_CHARACTERS:
        return _("The line has more than %d characters.") % MAX_CHARACTERS
    if isinstance(error, TooLong) or "end of data" in str(error):
        return _("A quotation mark is opened here and not closed.")
    return _("Something stands between a closing quotation mark and the end of its cell.")


def recognised_delimiter(text: str) -> str:
    """Give what divides the cells of the first line; a comma where there is one cell."""
    found = LINE.search(text.lstrip())
    first = QUOTED.sub("", found[0][:MAX_CHARACTERS]) if found else ""
    return max(Delimiter.values, key=first.count)
