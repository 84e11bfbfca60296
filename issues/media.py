"""Stored pictures, served by the app itself where no proxy or storage does it."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from issues.images import CONTENT_TYPES

# Names that `issues.images` gives, with what a storage adds to one that was taken.
NAME = rf"a/[0-9a-f]{{32}}(?:_[0-9A-Za-z]{{7}})?\.(?:{'|'.join(CONTENT_TYPES)})"
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
    response = get_conditional_response(request, etag=etag) or file_response(name)
    for header, value in {"ETag": etag, **HEADERS}.items():
        response[header] = value
    return response


def file_response(name: str) -> FileResponse:
    try:
        file = default_storage.open(name)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise Http404(_("There is no such picture.")) from error
    return FileResponse(file, content_type=CONTENT_TYPES[name.rpartition(".")[2]])
