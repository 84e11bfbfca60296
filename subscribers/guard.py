"""Forms of ours alone: pages that are the same for everybody carry no token that says so."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def is_ours(request: HttpRequest) -> bool:
    """Say whether a form was sent from a page of this site.

    Browsers tell, and no page can make them lie: https://www.w3.org/TR/fetch-metadata/. Older
    ones, and those that talk to a site without encryption, name the origin of the page instead.
    """
    relation = request.headers.get("Sec-Fetch-Site")
    if relation is not None:
        return relation == "same-origin"
    return request.headers.get("Origin", "").lower() in origins(request)


def origins(request: HttpRequest) -> set[str]:
    """Give what this site is called: in its settings, and by whoever asks a host that is allowed.

    The two differ where a proxy takes the encryption off.
    """
    site = urlsplit(settings.SITE_URL)
    asked = f"{request.scheme}://{request.get_host()}"
    return {f"{site.scheme}://{site.netloc}".lower(), asked.lower()}
