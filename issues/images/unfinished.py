"""What a process is about to store, noted until it is certain: so that one that is killed leaves no
file behind that nobody knows of.

A note lies in DATA_DIR, on the machine of its process, which keeps it locked for as long as it
lives. The system lets go of the lock with the process, however that ends.
"""

import datetime
import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from issues.images.encoding import Picture

# What a database still does for a process that was killed is done by then.
AGE = datetime.timedelta(seconds=20)
# What a storage adds to a name that was taken.
ADDED = re.compile(r"_[0-9A-Za-z]{7}\.")


class Note:
    """Names files, one a line; there is none until there is something to note."""

    def __init__(self):
        self.file: BinaryIO | None = None

    def add(self, names: list[str]) -> None:
        if self.file is None:
            folder().mkdir(exist_ok=True)
            self.file = (folder() / secrets.token_hex(16)).open("xb")
            fcntl.flock(self.file, fcntl.LOCK_EX)
        self.file.write("".join(f"{name}\n" for name in names).encode())
        self.file.flush()

    def end(self, is_certain: bool) -> None:
        if self.file:
            if is_certain:
                os.unlink(self.file.name)
            self.file.close()


note: ContextVar[Note | None] = ContextVar("note", default=None)


@contextmanager
def noted() -> Iterator[None]:
    """Keep a note of what is stored in here until all of it is certain.

    Where it fails, the note stays: the same fault may have kept the files from being removed.
    """
    if note.get():  # the outer one ends later
        yield
        return
    ours, is_certain = Note(), False
    token = note.set(ours)
    try:
        yield
        is_certain = True
    finally:
        note.reset(token)
        ours.end(is_certain)


def about_to_store(picture: Picture) -> None:
    """Note the files of a picture before the first of them is written."""
    note.get().add([one.name for one in (picture.original, *picture.variants)])


def folder() -> Path:
    return Path(settings.DATA_DIR, "unfinished")


@contextmanager
def alone() -> Iterator[bool]:
    """Tell whether there are notes, and nobody else looks at them until the end."""
    try:
        opened = os.open(folder(), os.O_RDONLY)
    except FileNotFoundError:  # nobody has stored a picture yet
        yield False
        return
    try:
        yield is_free(opened, fcntl.LOCK_EX) and any(folder().iterdir())
    finally:
        os.close(opened)


def abandoned(at: datetime.datetime | None = None) -> tuple[set[str], list[Path]]:
    """Give what processes that are gone were about to store, and their notes.

    What anybody else is about to store is left out: two may store the same picture.
    """
    before = ((at or timezone.now()) - AGE).timestamp()
    left, under_way, notes = set(), set(), []
    for path in folder().iterdir():
        with suppress(FileNotFoundError), path.open("rb") as file:
            names = set(file.read().decode().split())
            if is_free(file, fcntl.LOCK_SH) and os.fstat(file.fileno()).st_mtime < before:
                left |= names
                notes.append(path)
            else:
                under_way |= names
    return left - under_way, notes


def is_free(file, lock: int) -> bool:
    """Say whether nobody holds a lock; who asks holds it from now on."""
    try:
        fcntl.flock(file, lock | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def plain(name: str) -> str:
    """Give the name of a file without what a storage has added."""
    return ADDED.sub(".", name)
