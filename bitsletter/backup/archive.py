"""The file of a backup: a plain tar archive, written and read from one end to the other.

It is read by code of ours, since what tar may hold besides has no place here: links, devices,
names that lead elsewhere, files with holes. Whatever is not exactly as `Writer` writes it is
refused before anything is done with it.
"""

import hashlib
import re
import tarfile
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

from bitsletter.backup.errors import Damaged
from issues.images import CONTENT_TYPES

BLOCK = tarfile.BLOCKSIZE
PIECE = 1024 * 1024  # bytes that are held in memory at once
SUMS, MANIFEST, KEY = "SHA256SUMS", "manifest.json", "secret_key"
PICTURE = rf"a/[0-9A-Za-z][0-9A-Za-z_-]*\.(?:{'|'.join(CONTENT_TYPES)})"
NAMES = re.compile(
    rf"media/{PICTURE}|tables/[a-z0-9_]+\.[a-z0-9_]+/[0-9]{{6}}\.jsonl\.gz|{MANIFEST}|{KEY}|{SUMS}"
)
# Those that are read as a whole.
MOST = {SUMS: 256 * 1024 * 1024, MANIFEST: 64 * 1024 * 1024, KEY: 64 * 1024}


class Mark(NamedTuple):
    """A place in a file, and what stands before it."""

    position: int
    count: int


class Writer:
    """Writes members one after the other, and what their sums are."""

    def __init__(self, file: BinaryIO):
        self.file, self.sums = file, {}

    def add(self, name: str, data: bytes) -> None:
        self.stream(name, len(data), [data])

    def stream(self, name: str, size: int, pieces: Iterable[bytes]) -> None:
        """Write a member; raises ValueError where the pieces are not as long as was said."""
        if not NAMES.fullmatch(name) or name in self.sums:
            raise ValueError(f"No member can be called {name!r}.")
        self.file.write(header(name, size))
        found, written = hashlib.sha256(), 0
        for piece in pieces:
            written += len(piece)
            found.update(piece)
            self.file.write(piece)
        if written != size:
            raise ValueError(f"{name} has {written} bytes, and not {size}.")
        self.file.write(bytes(padding(size)))
        self.sums[name] = found.hexdigest()

    def mark(self) -> Mark:
        return Mark(self.file.tell(), len(self.sums))

    def go_back(self, mark: Mark) -> None:
        """Take back what was written since."""
        self.file.seek(mark.position)
        self.file.truncate()
        for name in list(self.sums)[mark.count :]:
            del self.sums[name]

    def close(self) -> None:
        """Write the sums, and the end of the archive."""
        lines = "".join(f"{digest}  {name}\n" for name, digest in self.sums.items())
        self.add(SUMS, lines.encode())
        self.file.write(bytes(2 * BLOCK))


class Member(NamedTuple):
    """Where a member stands in the file."""

    offset: int
    size: int


def header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def padding(size: int) -> int:
    return -size % BLOCK


def read_all(file: BinaryIO) -> dict[str, Member]:
    """Read a file from its beginning to its end; give the members, whose sums are right.

    Raises Damaged for anything that `Writer` would not have written.
    """
    found, sums = {}, {}
    file.seek(0)
    while (info := next_header(file)) is not None:
        if SUMS in found or info.name in found:
            raise Damaged(f"It holds {info.name!r} where it should not.")
        found[info.name] = Member(file.tell(), info.size)
        sums[info.name] = digest(file, info.name, info.size)
        file.seek(padding(info.size), 1)
    compare(file, found, sums)
    return found


def next_header(file: BinaryIO) -> tarfile.TarInfo | None:
    """Read what comes next; None at the end of the archive."""
    block = file.read(BLOCK)
    if block == bytes(BLOCK) and file.read(BLOCK + 1) == bytes(BLOCK):
        return None
    try:
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
    except (tarfile.HeaderError, ValueError) as error:
        words = "It is no backup, or a part of one is missing or was changed"
        raise Damaged(f"{words}: {error}.") from error
    if info.type != tarfile.REGTYPE or not NAMES.fullmatch(info.name):
        raise Damaged(f"It holds {info.name!r}, which is in no backup.")
    if not 0 <= info.size <= MOST.get(info.name, info.size):
        raise Damaged(f"{info.name} is too long.")
    return info


def digest(file: BinaryIO, name: str, left: int) -> str:
    """Give the sum of what comes next."""
    found = hashlib.sha256()
    while left:
        piece = file.read(min(PIECE, left))
        if not piece:
            raise Damaged(f"The file ends in the middle of {name}: a part is missing.")
        found.update(piece)
        left -= len(piece)
    return found.hexdigest()


def digest_at(file: BinaryIO, member: Member) -> str:
    file.seek(member.offset)
    return digest(file, "it", member.size)


def compare(file: BinaryIO, found: dict[str, Member], sums: dict[str, str]) -> None:
    """Hold the members against what was written down of them."""
    if SUMS not in found or MANIFEST not in found:
        raise Damaged("A part of it is missing.")
    del sums[SUMS]
    text = read(file, found[SUMS]).decode("ascii", "replace")
    written = dict(reversed(line.split("  ", 1)) for line in text.splitlines() if "  " in line)
    for name in sums.keys() | written.keys():
        if sums.get(name) != written.get(name):
            raise Damaged(f"{name} is missing, or not what was written.")


def read(file: BinaryIO, member: Member) -> bytes:
    """Read a member as a whole."""
    file.seek(member.offset)
    return file.read(member.size)


class Slice:
    """A member as a file that is only read: there may be more of it than fits into memory."""

    def __init__(self, file: BinaryIO, member: Member):
        self.file, self.member = file, member
        self.position, self.left = member.offset, member.size

    def read(self, size: int = -1) -> bytes:
        self.file.seek(self.position)
        data = self.file.read(self.left if size < 0 else min(size, self.left))
        self.position += len(data)
        self.left -= len(data)
        return data

    def seek(self, position: int, whence: int = 0) -> int:
        """Go to a place in it, as storages do before they send it."""
        base = {0: 0, 1: self.tell(), 2: self.member.size}[whence]
        self.left = max(self.member.size - base - position, 0)
        self.position = self.member.offset + self.member.size - self.left
        return self.tell()

    def tell(self) -> int:
        return self.position - self.member.offset

    def seekable(self) -> bool:
        return True
