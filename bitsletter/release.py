"""Which site this is: its code, its templates, its static files, and what it is called."""

import hashlib
from functools import cache
from itertools import chain

from django.conf import settings

# What pages show of the settings.
SHOWN = (
    *("SITE_NAME", "SITE_URL", "LANGUAGE_CODE", "TIME_ZONE", "MEDIA_URL", "STATIC_URL"),
    *("CONTENT_SECURITY_POLICY", "X_FRAME_OPTIONS"),
    *("CONSENT_KEEPS_NETWORK", "REPLY_TO", "SMTPUTF8"),
)


@cache
def release() -> str:
    """Give a text that is another for another release of the site, and for another site.

    What outlives a process, such as pages that are kept in Redis, holds for one release.
    """
    found = hashlib.blake2b(digest_size=16)
    found.update(repr([getattr(settings, name) for name in SHOWN]).encode())
    folders = ("bitsletter", "issues", "subscribers", "templates", "static")
    files = chain.from_iterable((settings.BASE_DIR / folder).rglob("*") for folder in folders)
    for file in sorted(files):
        if file.suffix in (".py", ".html", ".xml", ".css", ".js", ".svg"):
            found.update(f"{file.relative_to(settings.BASE_DIR)} ".encode() + file.read_bytes())
    return found.hexdigest()
