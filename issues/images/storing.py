"""The files of pictures and their rows: all of them, or none."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from issues.images.encoding import Picture, made
from issues.images.opening import contents
from issues.images.unfinished import about_to_store, noted
from issues.models import Asset, Issue

# The files that were written inside of `undone_together`.
written: ContextVar[set[str] | None] = ContextVar("written", default=None)


def store(
    file: BinaryIO, alt: str = "", caption: str = "", picture: Picture | None = None
) -> Asset:
    """Check an uploaded file and store it as an Asset.

    The same file uploaded again gives the same Asset, with its own words. `picture` is what
    `read_new` gave for it, where a transaction should not wait for that. Raises InvalidImage.
    """
    data = contents(file)
    if asset := stored_as(data):
        return asset
    picture = picture or made(data)
    return known(picture) or keep(picture, Asset(alt=alt[:500], caption=caption[:500]))


def read_new(file: BinaryIO) -> Picture | None:
    """Make all files of a picture unless it is stored already. Raises InvalidImage."""
    data = contents(file)
    return None if stored_as(data) else made(data)


def stored_as(data: bytes) -> Asset | None:
    return Asset.objects.filter(sha256=hashlib.sha256(data).hexdigest()).first()


def known(picture: Picture) -> Asset | None:
    """Give the stored picture that is the same one, whatever the metadata of its file were."""
    same = Q(sha256=picture.sha256) | Q(file=picture.original.name)
    return Asset.objects.filter(same).first()


def keep(picture: Picture, asset: Asset) -> Asset:
    """Write the files and the new row of a picture.

    A transaction around it stands in `undone_together`, which tells when the row is certain. Gives
    the other row if somebody else has just stored the same picture.
    """
    with noted():
        about_to_store(picture)
        try:
            asset.take(picture)
            with transaction.atomic():
                asset.save()
        except BaseException as error:
            remove(asset.file_names())
            if isinstance(error, IntegrityError) and (other := known(picture)):
                return other
            raise
    if (names := written.get()) is not None:
        names |= asset.file_names()
    return asset


def renew(asset: Asset) -> bool:
    """Make the variants of a stored picture anew; say whether anything is another now.

    Pages that are kept somewhere go on naming the files from before, which `sweep` removes later.
    Raises InvalidImage or OSError where its file is broken or missing.
    """
    with asset.file.open("rb") as file:
        picture = made(file.read(), is_ours=True)
    old_facts = asset.derived()
    try:
        asset.take_variants(picture)
        if asset.derived() == old_facts:
            return False
        with transaction.atomic():
            now = timezone.now()
            if not Asset.objects.filter(pk=asset.pk).update(**asset.derived(), renewed_at=now):
                raise Asset.DoesNotExist  # it was deleted meanwhile
            Issue.objects.showing(asset).note_change()
    except BaseException:
        remove(asset.file_names())
        raise
    return True


def discard(asset: Asset) -> None:
    """Delete a picture, and its files once that is certain.

    Raises IntegrityError if the database keeps it for something, also for what has begun to show it
    in this very moment.
    """
    names = asset.file_names()
    with transaction.atomic():
        asset.delete()
        transaction.on_commit(lambda: remove(names), robust=True)


def remove(names: Iterable[str]) -> None:
    """Remove those files that no picture names."""
    for name in unnamed(names):
        Asset.storage().delete(name)


def unnamed(names: Iterable[str]) -> set[str]:
    """Give those names of files that no picture has."""
    left = set(names)
    for asset in Asset.objects.only("file", "variants").iterator() if left else ():
        left -= asset.file_names()
    return left


@contextmanager
def undone_together() -> Iterator[None]:
    """Remove the files of the pictures that are stored in here, should it fail.

    Stands around a transaction that writes more than pictures and takes their rows with it.
    """
    outer, names = written.get(), set()
    token = written.set(names)
    try:
        with noted():
            yield
    except BaseException:
        remove(names)
        raise
    finally:
        written.reset(token)
    if outer is not None:  # which may fail yet
        outer |= names
