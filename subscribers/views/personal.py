"""Personal pages: whoever holds the link is let in, without account, cookie or session."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from subscribers.consent import Proof
from subscribers.networks import network_of
from subscribers.uploads import NoFiles

View = Callable[[HttpRequest, str], HttpResponse]
READING, ACTING = ("GET", "HEAD"), ("POST",)


def personal(*methods: str) -> Callable[[View], View]:
    """Let a page be one person's own: kept by nobody, found by no robot, told to no other site.

    The token is the leave to act: there is no cookie, so nothing that another site could misuse.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, token: str) -> HttpResponse:
            request.encoding, request.upload_handlers = "utf-8", [NoFiles()]
            if request.method in methods:
                response = view(request, token)
            else:
                response = HttpResponseNotAllowed(methods)
            response["Referrer-Policy"] = "no-referrer"
            response["X-Robots-Tag"] = "noindex, nofollow"
            response["Cache-Control"] = "no-store"
            return response

        return answer

    return decorate


def proof(request: HttpRequest, form: str, words: str = "") -> Proof:
    """Say where somebody acted; the page is named without its token, which nobody else may have."""
    page = "/" + request.resolver_match.route.replace("<str:token>", "…")
    return Proof(form, page, network_of(request), words)


def over(request: HttpRequest) -> HttpResponse:
    """Answer a link that does not hold (any more): the same whatever the reason is."""
    return render(request, "subscribers/over.html", status=404)
