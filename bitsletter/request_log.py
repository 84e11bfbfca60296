"""One line in the log for each request, and a number for it that all other lines bear.

A reader who meets an error can quote the number. Where a page is asked for is said by its route,
such as `confirm/<str:token>/`, never by its path: that may hold a secret or an address, and so may
whatever stands behind a question mark. Who asks is said of the staff alone, by number.
"""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

logger = logging.getLogger(__name__)

# Of the request that is being answered in this thread.
request_id: ContextVar[str] = ContextVar("request_id", default="")
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
HEADER = "X-Request-ID"
ASKED_OFTEN = ("/healthz", "/readyz")


def logged(get_response: Callable[[HttpRequest], HttpResponse]):
    """Stand outermost, so that what all others say and how long they take is in it."""

    def answer(request: HttpRequest) -> HttpResponse:
        number = request.number = number_of(request)
        token = request_id.set(number)
        method, began = request.method, time.perf_counter()
        try:
            response = get_response(request)
            response[HEADER] = number
            log(request, method, response, time.perf_counter() - began)
            return response
        finally:
            request_id.reset(token)

    return answer


def number_of(request: HttpRequest) -> str:
    """Give the number that our own proxy has given, else a new one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.PROXIES else ""
    return given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex


def log(request: HttpRequest, method: str, response: HttpResponse, seconds: float) -> None:
    level = logging.DEBUG if is_chatter(request, response) else logging.INFO
    if not logger.isEnabledFor(level):
        return
    facts = {
        "method": method if method.isalpha() and len(method) < 20 else "?",
        "route": route_of(request),
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 1),
        "bytes": size_of(response),
        "is_clean": True,  # there is nothing in it that others have written
    }
    # Whoever the view has asked about; to ask here would read the session of every reader.
    user = getattr(request, "_cached_user", None)
    if user is not None and user.is_staff:
        facts["user"] = user.pk
    words = "%(method)s %(route)s %(status)d, %(milliseconds).1f ms"
    logger.log(level, words, facts, extra=facts)


def is_chatter(request: HttpRequest, response: HttpResponse) -> bool:
    """Say whether it is asked all the time, and all is well: nobody wants to read of it."""
    path = request.path_info
    return (
        path in ASKED_OFTEN or path.startswith(settings.STATIC_URL)
    ) and response.status_code < 400


def route_of(request: HttpRequest) -> str:
    """Give the pattern of the address, with a slash in front; "?" where there is none."""
    found = getattr(request, "resolver_match", None)
    # A kept page was answered before the view was looked for.
    return f"/{found.route}" if found else route_at(request.path_info)


@lru_cache(maxsize=1000)  # what is asked for most is asked for again and again
def route_at(path: str) -> str:
    if path in ASKED_OFTEN:
        return path
    if path.startswith(settings.STATIC_URL):
        return f"{settings.STATIC_URL}…"
    try:
        return f"/{resolve(path).route}"
    except Resolver404:
        return "?"


def size_of(response: HttpResponse) -> int | None:
    """Give how long the answer is; None if nobody knows beforehand."""
    if not response.streaming:
        return len(response.content)
    length = response.get("Content-Length", "")
    return int(length) if length.isdigit() else None
