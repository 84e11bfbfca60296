"""The key that signs sessions and links, where it is kept in a file."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

NAME = "secret_key"


def read(given: str, folder: Path, may_make: bool) -> str:
    """Give the key of the settings, else the one that is kept in the folder.

    Where there is neither, a site on somebody's own machine makes one. A public one refuses to
    start: on the next machine it would be another, and no link in a letter would hold.
    """
    file = folder / NAME
    if given:
        return given
    if may_make:
        make(folder)
    elif not file.exists():
        raise ImproperlyConfigured(
            f"Let “manage.py setup” make a key in {file}, or give SECRET_KEY a long random value: "
            "a public site does not start without it."
        )
    return file.read_text().strip()


def make(folder: Path) -> bool:
    """Keep a new key, readable for us alone, unless there is one; say whether there was none.

    Several processes may begin at once: all of them read the one that came first, and whole.
    """
    if (folder / NAME).exists():
        return False
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix=f".{NAME}-") as file:
        file.write(get_random_secret_key())
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, folder / NAME)
    return True
