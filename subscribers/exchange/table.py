"""A file as a table: how it was read, and its rows."""

from collections.abc import Collection, Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from issues.characters import one_line
from subscribers.addresses import read_address
from subscribers.exchange.columns import Columns, read_heading
from subscribers.exchange.decoding import decode
from subscribers.exchange.formulas import unescaped
from subscribers.exchange.problems import Problem, UnreadableFile, Unusable
from subscribers.exchange.records import recognised_delimiter, records
from subscribers.exchange.rows import Row, RowReader, Types


class Table:
    """What a file holds, however it was written. Raises UnreadableFile if that is nothing."""

    def __init__(self, data: bytes, encoding: str = "", delimiter: str = ""):
        self.text, self.encoding, self.is_guess = decode(data, encoding)
        self.delimiter = delimiter or recognised_delimiter(self.text)
        self.columns = self.read_columns()
        self.line_count = max(map(self.text.count, "\n\r")) + 1

    def read_columns(self) -> Columns:
        """Find out what the columns hold; addresses alone need no heading."""
        first = next(records(self.text, self.delimiter), None)
        if first is None:
            raise UnreadableFile(_("The file is empty."))
        if isinstance(first, Problem):
            words = _("Line %(line)d cannot be read: %(reason)s")
            raise UnreadableFile(words % first._asdict())
        if any("\0" in cell for cell in first.cells):
            raise UnreadableFile(_("This is no text, or UTF-16 without a mark: say its encoding."))
        columns = read_heading(first.cells)
        if "email" in columns.places:
            return columns
        if is_address(first.cells[0]):
            return Columns({"email": 0}, [], has_heading=False)
        raise UnreadableFile(
            _("No column is called “email”, and the first cell is no address: %s")
            % one_line(first.cells[0])[:60]
        )

    def rows(
        self, types: Types, wanted: Collection[str], empty_is_said: bool = False
    ) -> Iterator[Row | Problem]:
        """Give what each line says in the columns that are wanted, or why it cannot be used."""
        reader = RowReader(self.columns.only(wanted), types, empty_is_said)
        found = records(self.text, self.delimiter)
        if self.columns.has_heading:
            next(found)
        for one in found:
            if isinstance(one, Problem):
                yield one
                continue
            try:
                yield reader.read(one)
            except Unusable as error:
                yield Problem(one.line, one_line(str(error)))


def is_address(cell: str) -> bool:
    try:
        read_address(unescaped(cell))
    except ValidationError:
        return False
    return True
