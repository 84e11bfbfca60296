"""The rows of a table in a backup: in parts that fit into memory, each compressed by itself."""

import json
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from bitsletter.backup import archive
from bitsletter.backup.archive import Member
from bitsletter.backup.errors import Damaged
from bitsletter.backup.manifest import Table

PART = 4 * 1024 * 1024  # bytes at which a part is full, before it is compressed
MOST_IN_PART = 64 * 1024 * 1024  # of one with a very long row
GZIP = 31  # what zlib calls that format, with a window of the usual size


def part_name(label: str, number: int) -> str:
    return f"tables/{label}/{number:06}.jsonl.gz"


def rows_of(file: BinaryIO, members: dict[str, Member], label: str, table: Table) -> Iterator[list]:
    """Read the rows of a table; raises Damaged unless they are what the manifest says."""
    count = 0
    for number in range(table.parts):
        for line in lines_of(file, members, part_name(label, number)):
            yield row_of(line, label, table)
            count += 1
    if count != table.rows:
        raise Damaged(f"It holds {count} rows of {label}, and not {table.rows}.")


def lines_of(file: BinaryIO, members: dict[str, Member], name: str) -> list[bytes]:
    member = members.get(name)
    if member is None or member.size > MOST_IN_PART:
        raise Damaged(f"{name} is missing, or too long.")
    unpack = zlib.decompressobj(GZIP)
    try:
        # No more than that, whatever it would become.
        data = unpack.decompress(archive.read(file, member), MOST_IN_PART)
    except zlib.error as error:
        raise Damaged(f"{name} cannot be unpacked.") from error
    if not unpack.eof or unpack.unused_data:
        raise Damaged(f"{name} cannot be unpacked, or is too long.")
    return data.splitlines()


def row_of(line: bytes, label: str, table: Table) -> list:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"A row of {label} cannot be read.") from error
    if not isinstance(row, list) or len(row) != len(table.fields):
        raise Damaged(f"A row of {label} is not as long as it should be.")
    return row
