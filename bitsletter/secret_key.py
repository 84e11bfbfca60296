"""The key that signs sessions and links: from the environment, or from a file of DATA_DIR.

The file holds the key in its first line. Lines below it are former keys, whose links still work:
a restore that is killed in its last moment leaves both the site's key and that of the backup.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

NAME = "secret_key"


def read(given: str, folder: Path, may_make: bool) -> list[str]:
    """Give the key of the settings, else the one that is kept in the folder with former ones.

    Where there is neither, a site on somebody's own machine makes one. A public one refuses to
    start: on the next machine it would be another, and no link in a letter would hold.
    """
    if given:
        return [given]
    if may_make:
        make(folder)
    kept = read_kept(folder)
    if not kept:
        raise ImproperlyConfigured(
            f"Let “manage.py setup” make a key in {folder / NAME}, or give SECRET_KEY a long "
            "random value: a public site does not start without it."
        )
    return kept


def read_kept(folder: Path) -> list[str]:
    """Give the keys in the file; none if there is none."""
    try:
        lines = (folder / NAME).read_text().splitlines()
    except FileNotFoundError:
        return []
    return [line.strip() for line in lines if line.strip()]


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
