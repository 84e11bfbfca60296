"""Cells to what they mean: an address, and what the file says of the person."""

import datetime
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.characters import FORBIDDEN, one_line
from issues.importing.dates import read_date
from issues.models import SectionType
from issues.moments import two_readings
from subscribers.addresses import Address, read_address
from subscribers.exchange.columns import Columns
from subscribers.exchange.formulas import unescaped
from subscribers.exchange.problems import Unusable
from subscribers.exchange.records import Record
from subscribers.models import Subscriber

State = Subscriber.State
MAX_NAME = Subscriber._meta.get_field("name").max_length
MAX_PROOF = 1000
FIRST_DAY = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
LAST_DAY = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)

# What other programs call the states.
STATES = {
    State.ACTIVE: ("active", "subscribed", "confirmed", "enabled", "regular", "member"),
    State.PENDING: ("pending", "unconfirmed", "unactivated"),
    State.LEFT: ("left", "unsubscribed", "opted out", "disabled", "blocklisted", "complained"),
    State.BOUNCED: ("bounced", "cleaned", "unreachable", "undeliverable"),
}
STATE_BY_WORD = {word: state for state, words in STATES.items() for word in words}
ALL, NONE = "all", "none"
BETWEEN_CHOICES = re.compile(r"[,;|\r\n]")


class Row(NamedTuple):
    """What a line of a file says of a person; what it does not say is not in `says`."""

    line: int
    address: Address
    says: dict[str, Any]


class Types:
    """The kinds of sections, by all that a file may call them."""

    def __init__(self, types: Iterable[SectionType]):
        self.slugs = {one.pk: one.slug for one in types}
        self.by_word = {
            word.casefold(): one.pk for one in types for word in (one.plural, one.name, one.slug)
        }

    def read(self, text: str) -> frozenset[int]:
        words = [" ".join(word.split()) for word in BETWEEN_CHOICES.split(text)]
        return frozenset(self.key(word) for word in words if word)

    def key(self, word: str) -> int:
        try:
            return self.by_word[word.casefold()]
        except KeyError:
            raise Unusable(_("There is no kind of section “%s”.") % word[:60]) from None


class RowReader:
    """Reads the records of one file.

    `empty_is_said` tells what an empty cell means: that there is no name, nothing left out, no
    pause, as in our own exports; or else, in files of others, that the file does not say.
    """

    def __init__(self, columns: Columns, types: Types, empty_is_said: bool):
        self.columns, self.types, self.empty_is_said = columns, types, empty_is_said
        self.readers: dict[str, Callable[[str], Any]] = {
            "name": read_name,
            "state": read_state,
            "left_out": self.read_left_out,
            "chosen": self.read_chosen,
            "asked_at": read_past,
            "confirmed_at": read_past,
            "left_at": read_past,
            "paused_until": read_moment,
            "uid": read_uid,
            "proof_form": read_proof,
            "proof_source": read_proof,
            "proof_at": read_proof,
            "proof_words": read_proof,
            "proof_policy": read_proof,
        }
        self.empty: dict[str, Any] = {"name": "", "left_out": frozenset(), "paused_until": None}
        self.lines_of: dict[Any, int] = {}

    def read(self, record: Record) -> Row:
        """Give what a record says; raise Unusable with the reason if that cannot be used."""
        cells = self.cells_of(record.cells)
        try:
            address = read_address(cells.pop("email"))
        except ValidationError as error:
            raise Unusable(" ".join(error.messages)) from error
        says: dict[str, Any] = {}
        for meaning, text in cells.items():
            if text:
                says[meaning] = self.readers[meaning](text)
            elif meaning == "state":
                raise Unusable(_("The state is empty."))
            elif self.empty_is_said and meaning in self.empty:
                says[meaning] = self.empty[meaning]
        if "chosen" in says:
            says.setdefault("left_out", says.pop("chosen"))
        if (first := self.first_with(address.key, record.line)) != record.line:
            raise Unusable(_("The same address as on line %d, which counts.") % first)
        if "uid" in says and (first := self.first_with(says["uid"], record.line)) != record.line:
            raise Unusable(_("The same uid as on line %d, which counts.") % first)
        return Row(record.line, address, says)

    def cells_of(self, cells: list[str]) -> dict[str, str]:
        """Give the text of each column that is read."""
        columns = self.columns
        if columns.has_heading and any(map(str.strip, cells[len(columns.headings) :])):
            words = _("The line has %(cells)d cells, but there are %(columns)d columns.")
            raise Unusable(words % {"cells": len(cells), "columns": len(columns.headings)})
        found = {
            meaning: unescaped(cells[place].strip(" ")).strip() if place < len(cells) else ""
            for meaning, place in columns.places.items()
        }
        if "first_name" in found or "last_name" in found:
            parts = (found.pop("first_name", ""), found.pop("last_name", ""))
            found["name"] = found.get("name") or " ".join(filter(None, parts))
        return found

    def first_with(self, value: Any, line: int) -> int:
        """Give the first line on which something stands that may stand in a file once."""
        return self.lines_of.setdefault(value, line)

    def read_left_out(self, text: str) -> frozenset[int]:
        return frozenset() if text.casefold() == NONE else self.types.read(text)

    def read_chosen(self, text: str) -> frozenset[int]:
        """Give what is left out by what is chosen."""
        if text.casefold() == ALL:
            return frozenset()
        return frozenset(self.types.slugs) - self.types.read(text)


def read_name(text: str) -> str:
    """Give a name on one line; one that holds characters which are no text is refused."""
    name = re.sub(r"[\t\r\n]+", " ", text)
    if found := FORBIDDEN.search(name):
        raise Unusable(_("The name holds a character that is no text: U+%04X.") % ord(found[0]))
    if len(name) > MAX_NAME:
        raise Unusable(_("The name has more than %d characters.") % MAX_NAME)
    return name


def read_state(text: str) -> State:
    word = " ".join(re.split(r"[\s_-]+", text.casefold()))
    if word not in STATE_BY_WORD:
        raise Unusable(_("There is no state “%s”.") % text[:60])
    return STATE_BY_WORD[word]


def read_past(text: str) -> datetime.datetime:
    moment = read_moment(text)
    if moment > timezone.now():
        raise Unusable(_("“%s” lies in the future.") % text)
    return moment


def read_moment(text: str) -> datetime.datetime:
    """Read a date or a time, which is meant in the site's zone if it names none."""
    try:
        moment = in_zone(read_date(text)).astimezone(datetime.UTC)
    except (ValueError, OverflowError) as error:
        if isinstance(error, Unusable):
            raise
        words = _("“%s” is no date that can be read. Write it as 2021-05-31 or 2021-05-31T10:20Z.")
        raise Unusable(words % text[:60]) from error
    if not FIRST_DAY <= moment < LAST_DAY:
        raise Unusable(_("“%s” is no date between 1970 and 2099.") % text)
    return moment


def in_zone(found: datetime.date | datetime.datetime) -> datetime.datetime:
    zone = timezone.get_current_timezone()
    if not isinstance(found, datetime.datetime):  # the day begins then, whatever clocks do
        return datetime.datetime.combine(found, datetime.time(), tzinfo=zone)
    if found.tzinfo is not None:
        return found
    if readings := two_readings(found):
        raise Unusable(readings.in_words())
    return found.replace(tzinfo=zone)


def read_uid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Unusable(_("“%s” is no uid.") % text[:60]) from error


def read_proof(text: str) -> str:
    return one_line(text)[:MAX_PROOF]
