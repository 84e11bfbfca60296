"""What the site is called and where it lives."""

import re
from html import unescape
from urllib.parse import urljoin

from django.conf import settings
from django.utils.encoding import escape_uri_path
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# As our sanitiser and our templates write them; no text of theirs holds a "<".
TAG = re.compile(r'<[a-z][a-z0-9]*(?:\s+[\w-]+(?:="[^"]*")?)*\s*/?>')
ATTRIBUTE = re.compile(r'\s([\w-]+)="([^"]*)"')


def absolute_url(path: str) -> str:
    """Give the full address of a path of this site; other addresses stay as they are."""
    return urljoin(settings.SITE_URL + "/", path)


def absolute_html(html: str, page_url: str) -> SafeString:
    """Let the links and pictures of our HTML, as it stands on `page_url`, work anywhere else."""

    def whole(attribute: re.Match) -> str:
        name, address = attribute[1], unescape(attribute[2])
        if name not in ("href", "src") or not address:
            return attribute[0]
        return f' {name}="{escape(joined(page_url, address))}"'

    return mark_safe(TAG.sub(lambda tag: ATTRIBUTE.sub(whole, tag[0]), html))  # nosec B308 B703


def joined(page_url: str, address: str) -> str:
    """Give the full address of what a page links to; what is no address stays as it is."""
    try:
        return urljoin(page_url, address)
    except ValueError:  # such as http://[
        return address


def site(request) -> dict:
    """Tell every template the site's name and address."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "page_url": absolute_url(escape_uri_path(request.path)),
    }
