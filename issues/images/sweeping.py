"""Files that no picture names: from before a renewal, or of a process that was killed.

`clear_unfinished` knows of the latter soon, and `sweep` finds whatever is left once a day.
"""

import datetime
import re

from django.utils import timezone

from issues import uses
from issues.images import unfinished
from issues.images.encoding import NAME
from issues.images.storing import unnamed
from issues.models import Asset

# Much longer than a browser or a proxy shows a page that names them.
AGE = datetime.timedelta(days=1)


def sweep() -> int:
    """Remove the files that have outlived their pictures; give how many.

    One that a text names stays: its address may have been copied from a page.
    """
    a_day_ago = timezone.now() - AGE
    # No file tells when it was replaced; and a database without pictures may be the wrong one.
    if not Asset.objects.exists() or Asset.objects.filter(renewed_at__gt=a_day_ago).exists():
        return 0
    names = {name for name in unnamed(stored_names()) if modified_at(name) < a_day_ago}
    if names:
        names -= uses.names_in_texts()
    for name in names:
        Asset.storage().delete(name)
    return len(names)


def clear_unfinished(at: datetime.datetime | None = None) -> int:
    """Remove what was left by processes that are gone at the moment `at`; give how many files.

    Whatever is written after the files were listed is none of them.
    """
    with unfinished.alone() as is_ours:
        if not is_ours:
            return 0
        there = stored_names()
        names, notes = unfinished.abandoned(at)
        left = unnamed(name for name in there if unfinished.plain(name) in names)
        if left:
            left -= uses.names_in_texts()
        for name in left:
            Asset.storage().delete(name)
        for note in notes:
            note.unlink(missing_ok=True)
        return len(left)


def stored_names() -> set[str]:
    """Give the names of all files that are called as we call them."""
    try:
        _, files = Asset.storage().listdir("a")
    except FileNotFoundError:  # nobody has stored a picture yet
        return set()
    return {name for name in (f"a/{file}" for file in files) if re.fullmatch(NAME, name)}


def modified_at(name: str) -> datetime.datetime:
    try:
        return Asset.storage().get_modified_time(name)
    except FileNotFoundError:  # somebody else has just removed it
        return timezone.now()
