"""The files of pictures, out of the storage and into it again, wherever that is.

A file's name tells its content: under one name there is never another picture. So files may be
copied before or after the rows that name them, and put back before anybody knows of them.
"""

import hashlib
import re
from collections.abc import Iterable
from typing import BinaryIO

from django.core.files import File
from django.db import models

from bitsletter.backup import archive
from bitsletter.backup.archive import PIECE, Member, Slice, Writer
from issues.images.encoding import NAME
from issues.images.sweeping import stored_names
from issues.models import Asset

FOLDER = "media/"


def named_in(assets: type[models.Model]) -> set[str]:
    """Give the files that the rows of pictures name; before they had variants, just their own."""
    names = [field.name for field in assets._meta.concrete_fields if field.name == "variants"]
    found = set()
    for name, *variants in assets._base_manager.values_list("file", *names).iterator():
        found |= {name, *(one["name"] for some in variants for one in some)}
    return found - {""}


def all_names(assets: type[models.Model]) -> set[str]:
    """Give those, and all others that are there: a text may name a file that no row does."""
    return named_in(assets) | stored_names()


def copy_all(names: Iterable[str], writer: Writer) -> set[str]:
    """Copy files into a backup; give those that are not there, or not whole."""
    return {name for name in sorted(names) if not copy(name, writer)}


def copy(name: str, writer: Writer) -> bool:
    """Copy a file; say whether it was there and whole: it may be being written just now."""
    mark = writer.mark()
    if not copy_as_it_is(name, writer):
        return False
    if is_as_named(name, writer.sums[FOLDER + name]):
        return True
    writer.go_back(mark)
    return False


def is_as_named(name: str, digest: str) -> bool:
    """Say whether a file can be what its name tells; a name of another kind tells nothing."""
    return not re.fullmatch(NAME, name) or digest.startswith(name[2:34])


def copy_as_it_is(name: str, writer: Writer) -> bool:
    """Copy a file; say whether it was there, from its beginning to its end."""
    mark = writer.mark()
    try:
        with Asset.storage().open(name) as file:
            writer.stream(FOLDER + name, file.size, file.chunks(PIECE))
    except Exception:
        writer.go_back(mark)
        if Asset.storage().exists(name):
            raise
        return False
    return True


def files_of(members: dict[str, Member]) -> dict[str, Member]:
    """Give the members that are files, by the names that they have in the storage."""
    return {
        name.removeprefix(FOLDER): member
        for name, member in members.items()
        if name.startswith(FOLDER)
    }


def put_back(name: str, file: BinaryIO, member: Member) -> bool:
    """Put a file back unless it is there as it was; say whether anything was written."""
    storage = Asset.storage()
    if storage.exists(name):
        if is_same(name, file, member):
            return False
        storage.delete(name)  # a part of it, left by somebody who was killed
    taken = File(Slice(file, member), name)
    taken.size = member.size
    if storage.save(name, taken) != name:
        raise OSError(f"{name} could not be written under its name.")
    return True


def is_same(name: str, file: BinaryIO, member: Member) -> bool:
    with Asset.storage().open(name) as there:
        if there.size != member.size:
            return False
        found = hashlib.sha256()
        for piece in there.chunks(PIECE):
            found.update(piece)
    return found.hexdigest() == archive.digest_at(file, member)
