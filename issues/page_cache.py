"""Public pages, kept as they are sent: rendered and compressed, until readers would see others.

`keep` marks the views whose answers may be kept. The middleware `kept_pages` stands outside all
that only a page that is made anew needs, and inside what answers conditional requests.
"""

import gzip
import hashlib
import re
import time
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import NamedTuple

import brotli
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders
from django.urls import resolve
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import parse_http_date_safe

from bitsletter.faults import is_fault
from bitsletter.policy import say_again
from bitsletter.release import release
from issues.freshness import KEPT, content_version

# What readers' own browsers, and what stands between, may do without asking: a minute as it is,
# and five more while they ask for a newer one.
CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=300"
# Seconds for which a page is kept after it has become too old: what readers see while the
# database is away.
IN_NEED = 24 * 60 * 60
SMALL = 60_000  # bytes of a page in all its codings; there are few larger ones
BROTLI_QUALITY = 5
GZIP_LEVEL = 6
CODINGS = ("br", "gzip")  # of RFC 9110, section 8.4.1; the better first
CONDITIONS = {
    f"HTTP_IF_{name}" for name in ("MATCH", "NONE_MATCH", "MODIFIED_SINCE", "UNMODIFIED_SINCE")
}
WEIGHT = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?", re.ASCII)  # of RFC 9110, section 12.4.2


class Page(NamedTuple):
    """An answer as it is kept."""

    version: str
    own_version: str
    headers: ResponseHeaders
    bodies: dict[str, bytes]  # by coding
    until: float  # when it is to be made anew in any case

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values()))

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Give the answer in the best coding that the reader takes."""
        coding = accepted_coding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        body = self.bodies[coding] if coding else gzip.decompress(self.bodies["gzip"])
        response = HttpResponse(body)
        response.headers = self.headers  # a cache gives each answer a page of its own
        if coding:
            response["Content-Encoding"] = coding
        response["Content-Length"] = str(len(body))
        if "HTTP_COOKIE" in request.META and settings.SESSION_COOKIE_NAME in request.COOKIES:
            # Who may have changed the page a moment ago asks each time.
            response["Cache-Control"] = "no-cache"
        return unless_known(request, response)


class Made(NamedTuple):
    """What is to be known of an answer that may be kept."""

    version: str
    own_version: str
    conditions: dict[str, str]  # of the request, which the view does not see


def keep(
    view: Callable[..., HttpResponse], own_version: Callable[..., str] | None = None
) -> Callable[..., HttpResponse]:
    """Let what this view answers be kept: it depends on the address and the archive alone.

    While `own_version`, asked with the parts of the address, gives what the view has left as
    `own_version` on the request, a page is what it was though the archive has changed.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        # What changes while the page is made belongs to a later version.
        version = getattr(request, "content_version", "") or content_version()
        # The page is made whole: what is kept must serve those who do not have it yet.
        conditions = {name: request.META.pop(name) for name in CONDITIONS if name in request.META}
        response = view(request, *args, **kwargs)
        response.made = Made(version, getattr(request, "own_version", ""), conditions)
        return response

    answer.own_version = own_version
    return answer


def kept_pages(get_response: Callable[[HttpRequest], HttpResponse]):
    """Answer with what is kept, else keep what is answered."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method != "GET":
            return get_response(request)
        cache, name = cache_for(request)
        kept = cache.get(name) or caches["large"].get(name)
        page = kept and still_true(kept, request)
        if page:
            request.get_host()  # refuses other hosts, as whoever makes the page does
        else:
            response = get_response(request)
            if kept and response.status_code == 503:
                return kept.answer(request)
            if not hasattr(response, "made"):
                return response
            request.META |= response.made.conditions
            if not may_be_kept(response):
                return unless_known(request, response)
            page = compressed(response)
        if page is not kept and page.size > SMALL:
            cache.delete(name)  # it may have been small before, and would be found first
            caches["large"].set(name, page, KEPT + IN_NEED)
        elif page is not kept:
            cache.set(name, page, KEPT + IN_NEED)
        return page.answer(request)

    return answer


def still_true(page: Page, request: HttpRequest) -> Page | None:
    """Give the page as it may still be shown; None if it has to be made anew.

    Where nobody can say so, since the database is away, it is shown as it is.
    """
    try:
        version = request.content_version = content_version()
        if page.until < time.time():
            return None
        if page.version == version:
            return page
        if page.own_version:
            view = resolve(request.path_info)
            if view.func.own_version(**view.kwargs) == page.own_version:
                return page._replace(version=version, until=time.time() + KEPT)
    except Exception as error:
        if not is_fault(error):
            raise
        return page
    return None


def cache_for(request: HttpRequest) -> tuple[BaseCache, str]:
    """Give where the page is kept, and under which name.

    There is no end to what may stand behind a question mark. Such pages have a small place of
    their own, where they push out each other and never a page of the archive.
    """
    query = request.META.get("QUERY_STRING", "")
    address = f"{release()} {request.scheme}:{request.path_info}?{query}"
    name = hashlib.blake2b(address.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return caches["questions" if query else "pages"], name


def may_be_kept(response: HttpResponse) -> bool:
    """Say whether the answer is a whole page, and the same for all.

    While DEBUG is on none is, since who works on a template looks at it again and again.
    """
    return (
        not settings.DEBUG
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "Cookie" not in response.get("Vary", "")
    )


def compressed(response: HttpResponse) -> Page:
    """Give the answer as it is kept."""
    content = response.content
    response.setdefault("Cache-Control", CACHE_CONTROL)
    # Weak, since all codings share it (RFC 9110, section 8.8.1).
    response["ETag"] = f'W/"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'
    patch_vary_headers(response, ["Accept-Encoding"])
    del response["Content-Length"]
    bodies = {
        "br": brotli.compress(content, quality=BROTLI_QUALITY),
        "gzip": gzip.compress(content, GZIP_LEVEL, mtime=0),
    }
    made = response.made
    return Page(made.version, made.own_version, response.headers, bodies, time.time() + KEPT)


@lru_cache(maxsize=100)  # browsers send few of them
def accepted_coding(header: str) -> str:
    """Give the best of our codings that an Accept-Encoding header names; "" for none of them."""
    weights = dict(map(weighed, header.lower().split(",")))
    known = {coding: weights.get(coding, weights.get("*", 0)) for coding in CODINGS}
    best = max(CODINGS, key=known.get)  # of equals the first
    return best if known[best] else ""


def weighed(offer: str) -> tuple[str, float]:
    """Read one offer: a coding, and how welcome it is."""
    coding, *parameters = (part.strip() for part in offer.split(";"))
    weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    return coding, float(weight) if WEIGHT.fullmatch(weight) else 0


def unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give 304 in its place to a reader who has it already, by its ETag or its date."""
    if response.status_code != 200 or not CONDITIONS & request.META.keys():
        return response
    changed = parse_http_date_safe(response.get("Last-Modified", ""))
    if "HTTP_IF_NONE_MATCH" not in request.META and is_ahead(request, changed):
        return response
    answer = get_conditional_response(request, response.get("ETag"), changed, response)
    say_again(response, answer)
    if answer.status_code == 304 and "Access-Control-Allow-Origin" in response:
        answer["Access-Control-Allow-Origin"] = response["Access-Control-Allow-Origin"]
    return answer


def is_ahead(request: HttpRequest, changed: int | None) -> bool:
    """Say whether a reader's date is that of another text, which another process gave."""
    known = parse_http_date_safe(request.META.get("HTTP_IF_MODIFIED_SINCE", ""))
    return known is not None and changed is not None and known > changed
