"""Stored pictures, served by the app itself where no proxy or storage does it."""

import logging

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from issues.images import CONTENT_TYPES

logger = logging.getLogger(__name__)

SECONDS_TO_RETRY = "5"
YEAR_SECONDS = 365 * 24 * 60 * 60
HEADERS = {
    "Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",  # feeds and mail show pictures elsewhere
    "X-Content-Type-Options": "nosniff",
}


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponse:
    """Serve a stored picture. Its name changes with its content, so it may be kept for ever."""
    etag = f'"{name.removeprefix("a/")}"'
    try:
        file = default_storage.open(name)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise Http404(_("There is no such picture.")) from error
    except OSError as error:
        return unavailable(error)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = FileResponse(file, content_type=CONTENT_TYPES[name.rpartition(".")[2]])
    else:
        file.close()
    if response.status_code != 412:  # else it is about what the client asked, not the picture
        for header, value in {"ETag": etag, **HEADERS}.items():
            response[header] = value
    return response


def unavailable(error: OSError) -> HttpResponse:
    """Answer for a storage that cannot say whether there is such a picture."""
    logger.warning("A picture cannot be read: %s", error)
    headers = {"Retry-After": SECONDS_TO_RETRY, "Cache-Control": "no-store"}
    text = _("The picture cannot be read just now.")
    return HttpResponse(text, status=503, content_type="text/plain; charset=utf-8", headers=headers)
