"""Leading on from addresses that something public once had."""

from django.http import HttpRequest, HttpResponsePermanentRedirect

from issues.models import FormerAddress


def lead_on(request: HttpRequest, below: str = "") -> HttpResponsePermanentRedirect | None:
    """Lead to where now is what once was at this address; None if nothing public was.

    `below` is what the address adds to that of the page, and it stands behind the new one too.
    """
    target = FormerAddress.objects.target(request.path.removesuffix(below))
    return target and HttpResponsePermanentRedirect(target.get_absolute_url() + below)
