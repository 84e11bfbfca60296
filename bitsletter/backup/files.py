"""The file of a backup on the disk: there under its name when it is whole, and never before."""

import datetime
import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bitsletter.backup.errors import BackupError

# What a backup in a folder of them is called, so that names sort by time.
DATED = re.compile(r"bitsletter-\d{8}-\d{6}\.tar")
PARTIAL = re.compile(rf"{DATED.pattern}\.partial")
ABANDONED = 24 * 60 * 60  # seconds after which nobody is writing one any more


def dated(folder: Path, at: datetime.datetime) -> Path:
    return folder / f"bitsletter-{at:%Y%m%d-%H%M%S}.tar"


def rotate(folder: Path, keep: int) -> list[Path]:
    """Remove the oldest backups of a folder, but for so many, and parts of some; give which.

    Nobody takes over the part of one whose name tells another time.
    """
    found = sorted(path for path in folder.iterdir() if DATED.fullmatch(path.name))
    since = time.time() - ABANDONED
    parts = [path for path in folder.iterdir() if PARTIAL.fullmatch(path.name)]
    removed = found[:-keep] + [path for path in parts if path.stat().st_mtime < since]
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
        take(file, path, partial)
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


def take(file: BinaryIO, path: Path, partial: Path) -> None:
    """Let nobody else write there. Raises BackupError if somebody does, or has just done so."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = os.path.samestat(os.fstat(file.fileno()), partial.stat())
    except (BlockingIOError, FileNotFoundError):
        is_ours = False
    if not is_ours:
        raise BackupError(f"Somebody else is writing {path} just now.")


def sync(folder: Path) -> None:
    """Let names in a folder outlive a fall of the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
