"""What the site is called and where it lives."""

from urllib.parse import urljoin

from django.conf import settings


def absolute_url(path: str) -> str:
    """Give the full address of a path of this site; other addresses stay as they are."""
    return urljoin(settings.SITE_URL + "/", path)


def site(request) -> dict:
    """Tell every template the site's name and address."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "page_url": absolute_url(request.path),
    }
