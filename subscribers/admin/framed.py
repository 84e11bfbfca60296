"""Answers that a page of the desk shows in a frame: mail, which may do nothing there."""

from django.http import HttpResponse

# Mail needs styles in its elements, which no page of ours may have.
STYLED = "default-src 'none'; style-src 'unsafe-inline'"


def framed(response: HttpResponse, policy: str = "default-src 'none'") -> HttpResponse:
    """Let pages of this site alone show it, and let it do nothing there."""
    rest = "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
    response["Content-Security-Policy"] = f"{policy}; {rest}"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Content-Type-Options"] = "nosniff"
    return response
