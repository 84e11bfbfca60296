"""HEAD: the headers that GET would send, and nothing after them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def without_body(get_response: Callable[[HttpRequest], HttpResponse]):
    """Stand outermost: to all others it is GET, and nothing needs the text of its answer any more.

    A server drops what follows the headers, but may complain of each.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return get_response(request)
        request.method = "GET"
        response = get_response(request)
        request.method = "HEAD"
        empty(response)
        return response

    return answer


def empty(response: HttpResponse) -> None:
    """Leave the text out, but not how long it is."""
    if response.streaming:
        response.streaming_content = ()
    else:
        response.setdefault("Content-Length", str(len(response.content)))
        response.content = b""
