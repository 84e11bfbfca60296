"""What a page may load and do in a browser: as little as it needs."""

import re
from html import unescape
from urllib.parse import urlsplit

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponse

# Nothing here is ever asked for, by us or by what an editor has put on a page:
# https://www.w3.org/TR/permissions-policy/
PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in ("browsing-topics", "camera", "geolocation", "microphone", "payment", "usb")
)
DESK = "/admin/"
# As our sanitiser writes it.
PICTURE = re.compile(rb'<img src="([^"]*)"')
# Nothing else comes into the header.
HOST = re.compile(r"[a-z0-9._-]{1,253}")
MOST_HOSTS = 20  # proxies refuse headers of some kilobytes
ANY_HOST = "https:"


class PolicyMiddleware(CSPMiddleware):
    """Opens the one policy of the settings for those hosts alone whose pictures a page shows."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponse, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        hosts = [] if report_only else picture_hosts(request, response)
        if hosts:
            parts.update = {**(parts.update or {}), "img-src": hosts}
        return parts

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response.setdefault("Permissions-Policy", PERMISSIONS)
        return super().process_response(request, response)


def picture_hosts(request: HttpRequest, response: HttpResponse) -> list[str]:
    """Give where the pictures of a page come from, other than from this site.

    At the desk that may be anywhere: a preview shows what an editor has just written.
    """
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return []
    if request.path_info.startswith(DESK):
        return [ANY_HOST]
    addresses = set(PICTURE.findall(response.content))
    found = {source_of(unescape(one.decode()), request.scheme) for one in addresses} - {""}
    return sorted(found) if len(found) <= MOST_HOSTS else [ANY_HOST]


def source_of(address: str, scheme: str) -> str:
    """Name where a picture comes from, on a page of this scheme; "" if that cannot be named."""
    try:
        parts = urlsplit(address, scheme)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # no address at all
        return ""
    host = nameable(host) if parts.scheme == "https" and HOST.fullmatch(host) else ""
    if not host:
        return ""
    return f"https://{host}" if port is None else f"https://{host}:{port}"


def nameable(host: str) -> str:
    """Give the host, or a pattern of it and its neighbours if it has underscores; "" if too wide.

    Buckets have them in their names, but a policy cannot; nor can it have IPv6 addresses.
    https://www.w3.org/TR/CSP3/#grammardef-host-source
    """
    _, underscore, rest = host.rpartition("_")
    if not underscore:
        return host
    parent = rest.partition(".")[2]
    return f"*.{parent}" if "." in parent else ""
