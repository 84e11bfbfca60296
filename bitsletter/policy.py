"""What browsers may do with an answer of this site: as little as it needs.

Two parts say it. `PolicyMiddleware` reads a page, and says from which hosts it shows pictures; that
is kept with the page. `on_every_answer` stands outermost and adds whatever has not been said, so
that no way of answering leaves it out.
"""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import urlsplit

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.http import ConditionalGetMiddleware
from django.middleware.security import SecurityMiddleware

# Nothing here is ever asked for, by us or by what an editor has put on a page:
# https://www.w3.org/TR/permissions-policy/
PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in ("browsing-topics", "camera", "geolocation", "microphone", "payment", "usb")
)
# What other sites show: pictures, feeds, the API, and what feed readers show beside a feed.
SHOWN_ELSEWHERE = re.compile(r"/(static|media|api)/|.*/(feed\.[a-z]+|share\.png)$")
# Their addresses are keys, which no other page may hear of.
KEYS = re.compile(r"/(confirm|preferences|unsubscribe|share)/.")
# What a page may have said of itself, and must be said again when it has not changed: browsers put
# the headers of a 304 in the place of those that they keep (RFC 9111, section 4.3.4).
CSP = "Content-Security-Policy"
OF_THE_PAGE = (CSP, "Referrer-Policy", "X-Frame-Options")
DESK = "/admin/"
# Django's own scripts write HTML as text: jQuery, and with it the rows of forms and all choices
# that are looked up, stop where that is forbidden.
WITHOUT_TRUSTED_TYPES = {"require-trusted-types-for": None, "trusted-types": None}
# As our sanitiser writes it.
PICTURE = re.compile(rb'<img src="([^"]*)"')
# Nothing else comes into the header.
HOST = re.compile(r"[a-z0-9._-]{1,253}")
MOST_HOSTS = 20  # proxies refuse headers of some kilobytes
ANY_HOST = "https:"


def on_every_answer(get_response: Callable[[HttpRequest], HttpResponse]):
    """Stand outermost, where refusals, failures and kept pages come by, too."""
    policy, security = PolicyMiddleware(get_response), SecurityMiddleware(get_response)

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        path = request.path_info
        elsewhere = "cross-origin" if SHOWN_ELSEWHERE.match(path) else "same-origin"
        response.setdefault("Cross-Origin-Resource-Policy", elsewhere)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        if KEYS.match(path):
            response["Referrer-Policy"] = "no-referrer"
        if CSP not in response:
            response = policy.process_response(request, response)
        return security.process_response(request, response)

    return answer


class PolicyMiddleware(CSPMiddleware):
    """Opens the one policy of the settings where it must be: for pictures, and at the desk."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponse, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if report_only:
            return parts
        if hosts := picture_hosts(request, response):
            parts.update = {**(parts.update or {}), "img-src": hosts}
        if request.path_info.startswith(DESK):
            parts.replace = {**(parts.replace or {}), **WITHOUT_TRUSTED_TYPES}
        return parts


class ConditionalMiddleware(ConditionalGetMiddleware):
    """Answers 304 with what the page says of itself."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return say_again(response, super().process_response(request, response))


def say_again(page: HttpResponse, answer: HttpResponse) -> HttpResponse:
    """Give the 304 that takes the place of a page, with what the page says of itself."""
    if answer.status_code == 304:
        for name in OF_THE_PAGE:
            if name in page:
                answer[name] = page[name]
    return answer


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
