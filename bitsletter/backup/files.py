"""The file of a backup on the disk: there under its name when it is whole, and never before."""

import datetime
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bitsletter.backup.errors import BackupError

# What a backup in a folder of them is called, so that names sort by time.
DATED = re.compile(r"bitsletter-\d{8}-\d{6}\.tar")


def dated(folder: Path, at: datetime.datetime) -> Path:
    return folder / f"bitsletter-{at:%Y%m%d-%H%M%S}.tar"


def rotate(folder: Path, keep: int) -> list[Path]:
    """Remove the oldest backups of a folder, but for so many; give which."""
    found = sorted(path for path in folder.iterdir() if DATED.fullmatch(path.name))
    removed = found[:-keep]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write into that nobody else can read; it gets its name at the end.

    Whoever is killed meanwhile leaves `.partial` behind, which the next one takes over.
    """
    partial = path.with_name(f"{path.name}.partial")
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w+b") as file:
        take(file, path)
        try:
            os.fchmod(descriptor, 0o600)
            file.truncate()
            yield file
            file.flush()
            os.fsync(descriptor)
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    sync(path.parent)


def take(file: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BackupError(f"Somebody else is writing {path} just now.") from error


def sync(folder: Path) -> None:
    """Let names in a folder outlive a fall of the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
