"""The file of settings: read, and changed line by line, so that nothing else in it is touched."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values, set_key


def read(file: Path) -> dict[str, str]:
    """Give what is set in it; nothing if it is not there."""
    return {name: value or "" for name, value in dotenv_values(file).items()}


def check(name: str, value: str) -> None:
    """Refuse what would be read otherwise than it was written."""
    if "${" in value or not value.isprintable():
        raise ImproperlyConfigured(f"{name} may hold neither ${{ nor a line end.")


def write(file: Path, name: str, value: str) -> None:
    """Set one name, in its place if it stands there, so that nobody but us can read it."""
    if not file.exists():
        file.touch(mode=0o600)
    file.chmod(0o600)  # there may be passwords in it
    # Where a link leads is where it belongs, such as into /etc.
    set_key(file, name, value, quote_mode="auto", follow_symlinks=True)


def overruled(file: Path, values: dict[str, str]) -> list[str]:
    """Name what the environment sets otherwise: it would win over the file."""
    return [name for name, value in values.items() if os.environ.get(name, value) != value]
