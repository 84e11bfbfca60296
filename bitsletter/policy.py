"""What a page may load and do in a browser: as little as it needs."""

import re

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
REMOTE_PICTURE = re.compile(rb'<img src="(https://[a-z0-9.-]+(?::\d+)?)/', re.IGNORECASE)


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
        return ["https:"]
    found = REMOTE_PICTURE.findall(response.content)
    return sorted({host.decode().lower() for host in found})
