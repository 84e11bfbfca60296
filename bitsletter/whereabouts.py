"""Where a site is, as its settings and whoever sets it up may say it: an address and a zone."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

from bitsletter.blotting import blot

LOCAL = ("127.0.0.1", "localhost", "::1")


def read_site_url(text: str) -> str:
    """Give the address that readers see, without a slash at its end."""
    url = text.rstrip("/")
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("http", "https") and parts.hostname and not parts.path
        _port = parts.port
    except ValueError:
        is_whole = False
    if not is_whole or parts.query or parts.fragment or parts.username is not None:
        raise ImproperlyConfigured(
            "SITE_URL must look like https://news.example.org, without a path; it is "
            f"{blot(url)!r}."
        )
    return url


def is_local(url: str) -> bool:
    return urlsplit(url).hostname in LOCAL


def read_time_zone(name: str) -> str:
    """Give the zone of the editors: dates on pages and in forms are meant in it."""
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise ImproperlyConfigured(f"TIME_ZONE names no known zone: {name!r}.") from error
