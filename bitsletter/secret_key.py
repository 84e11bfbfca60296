"""The key that signs sessions and links: from the environment, or from a file of DATA_DIR.

The file holds the key in its first line. Lines below it are former keys, whose links still work:
a restore that is killed in its last moment leaves both the site's key and that of the backup.
"""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

NAME = "secret_key"


def read_secret_keys(given: str, debug: bool, folder: Path) -> list[str]:
    """Give the key, and the former ones that are kept with it.

    It is what is `given`, else what is kept. Where there is neither, one is made and kept while
    `debug` is on; a public site refuses to start instead.
    """
    if given:
        return [given]
    keep_in = folder / NAME
    if kept := read_kept(folder):
        return kept
    if not debug:
        raise ImproperlyConfigured(
            f"Give SECRET_KEY a long random value, or keep one in {keep_in}: "
            "with DEBUG off the site does not start without it."
        )
    key = get_random_secret_key()
    keep_in.touch(mode=0o600)
    keep_in.write_text(key)
    return [key]


def read_kept(folder: Path) -> list[str]:
    """Give the keys in the file; none if there is none."""
    try:
        lines = (folder / NAME).read_text().splitlines()
    except FileNotFoundError:
        return []
    return [line.strip() for line in lines if line.strip()]
