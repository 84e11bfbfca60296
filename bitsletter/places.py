"""Whether what the site keeps outside its database can be kept: pictures, files, the cache."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from subscribers.delivery.health import Trouble

FEW = 200_000_000  # bytes that are free: a day's pictures and a growing log
PAGE = b"\0" * 4096  # enough that a full disk must refuse it


def of_disk() -> list[Trouble]:
    """Say whether files can be kept in the folder of the site, with room for more."""
    return [Trouble("disk", words) for words in wrong_with(settings.DATA_DIR)]


def of_storage() -> list[Trouble]:
    """Say whether pictures can be stored."""
    try:
        folder = Path(default_storage.path(""))
    except NotImplementedError:  # it is elsewhere
        return list(of_remote_storage())
    return [Trouble("storage", words) for words in wrong_with(folder)]


def wrong_with(folder: Path) -> Iterator[str]:
    """Write a file that has no name, so that it is gone again whatever happens."""
    while not folder.exists():  # it will be made in there
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
            file.write(PAGE)
    except OSError as error:
        yield _("Nothing can be written to %(folder)s: %(why)s") % {
            "folder": folder,
            "why": error.strerror,
        }
        return
    free = shutil.disk_usage(folder).free
    if free < FEW:
        words = _("Only %(free)d MB are free for %(folder)s.")
        yield words % {"free": free // 1_000_000, "folder": folder}


def of_remote_storage() -> Iterator[Trouble]:
    """Store a small file and remove it; what was left by one who died in between goes first."""
    name = f"probe-{socket.gethostname()}"
    try:
        with suppress(FileNotFoundError):
            default_storage.delete(name)
        default_storage.delete(default_storage.save(name, ContentFile(b"ok")))
    except Exception as error:  # each kind of storage has its own
        words = _("Pictures cannot be stored: %s")
        yield Trouble("storage", words % type(error).__name__)


def of_cache() -> list[Trouble]:
    """Say whether what is put into the cache is found there.

    The site works without, but more slowly, and limits count for each process by itself.
    """
    name = f"probe-{socket.gethostname()}"
    try:
        caches["default"].set(name, 1, 60)
        is_well = caches["default"].get(name) == 1
    except Exception:  # each kind of cache has its own
        is_well = False
    return [] if is_well else [Trouble("cache", _("The cache of CACHE_URL does not answer."))]
