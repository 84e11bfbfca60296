"""What goes wrong around the site, and passes: a lock, a full disk, a database that is away.

Whoever asks meanwhile is told so calmly, as 503, and when to come back. What is wrong in the code
itself is none of these, and stays a 500.
"""

import errno
import logging
import sys
from collections.abc import Callable

from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.template.loader import get_template, render_to_string
from django.utils.translation import gettext as _

from bitsletter import patience
from bitsletter.request_log import request_id
from bitsletter.site import site

logger = logging.getLogger(__name__)

AGAIN = 5  # seconds, after which asking again may help

# https://sqlite.org/rescode.html: "no such table" is none of these, though Python calls it alike.
SQLITE_BUSY = 5
SQLITE = {
    SQLITE_BUSY,
    6,  # locked
    8,  # read-only
    10,  # the disk failed, or is full
    13,  # full
    14,  # cannot be opened
    15,  # its locks do not work
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
POSTGRESQL_READ_ONLY = "25006"
POSTGRESQL_ROLLBACK = "40"  # the class of deadlocks
POSTGRESQL_TOO_COMPLEX = "54"  # the class of what it will never answer
DISK = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "EIO", "ESTALE", "ETIMEDOUT")
}
# Of libraries that are loaded only where they are used.
ELSEWHERE = {
    "redis.exceptions": ("ConnectionError", "TimeoutError", "BusyLoadingError"),
    "botocore.exceptions": ("HTTPClientError", "ConnectionError", "NoCredentialsError"),
}
STORAGE_SAID = "botocore.exceptions"
PASSING_STATUSES = {403, 408, 429}  # and all from 500 on, of a storage of objects


def is_fault(error: BaseException) -> bool:
    """Say whether an error is of the surroundings, so that the same may go well in a moment."""
    if isinstance(error, Error):
        return is_of_database(error)
    if isinstance(error, OSError) and error.errno in DISK:
        return True
    return isinstance(error, errors_elsewhere()) or is_refused_by_storage(error)


def is_of_database(error: Error) -> bool:
    cause = error.__cause__
    if (code := sqlite_code(error)) is not None:
        return code in SQLITE
    state = getattr(cause, "sqlstate", None) or ""
    if state.startswith(POSTGRESQL_TOO_COMPLEX):
        return False
    # Without a state psycopg speaks itself: of a connection that is gone, or of our own mistakes.
    is_gone = isinstance(error, InterfaceError) and hasattr(cause, "sqlstate") and not state
    return isinstance(error, OperationalError) or is_gone or state == POSTGRESQL_READ_ONLY


def sqlite_code(error: BaseException) -> int | None:
    """Give SQLite's primary result code."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def is_deadlock(error: BaseException) -> bool:
    """Say whether two have waited for each other: the one who lost may try again at once."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return state.startswith(POSTGRESQL_ROLLBACK)


def errors_elsewhere() -> tuple[type[BaseException], ...]:
    return tuple(
        getattr(sys.modules[module], name)
        for module, names in ELSEWHERE.items()
        if module in sys.modules
        for name in names
    )


def is_refused_by_storage(error: BaseException) -> bool:
    """Say whether a storage of objects has answered that it cannot, or may not, just now."""
    if STORAGE_SAID not in sys.modules:
        return False
    if not isinstance(error, sys.modules[STORAGE_SAID].ClientError):
        return False
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or status in PASSING_STATUSES


class Calm:
    """Answers 503 where a view has met a fault."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer(request, error) if is_fault(error) else None


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Answer what has met a fault outside of the views, such as keeping a session; else 500."""
    error = sys.exc_info()[1]
    return answer(request, error) if error and is_fault(error) else server_error(request)


def server_error(request: HttpRequest) -> HttpResponseServerError:
    """Say that something of ours is wrong, with the number under which the log tells more."""
    page = get_template("500.html")
    return HttpResponseServerError(page.render({"request_id": request_id.get()}))


def answer(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Say that it cannot be done just now. This asks no database, session, user or cache."""
    if sqlite_code(error) == SQLITE_BUSY:
        patience.note_lock()
    # Without the address, which may be a personal one.
    logger.warning("Answered 503: %s: %s", type(error).__name__, str(error).strip())
    if hasattr(request, "session"):
        request.session.modified = False  # to save it would be the next that fails
    response = in_words(request)
    response["Retry-After"] = str(AGAIN)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def in_words(request: HttpRequest) -> HttpResponse:
    """Give a page, or JSON to a script that asks for it."""
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        text = _("The site cannot save anything just now. Try again in a moment.")
        return JsonResponse({"error": text}, status=503)
    context = {
        **site(request),
        "is_sent": request.method not in ("GET", "HEAD"),
        "is_desk": request.path_info.startswith("/admin/"),
    }
    return HttpResponse(render_to_string("503.html", context), status=503)
