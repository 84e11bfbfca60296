"""HEAD: the headers that GET would send, and nothing after them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def without_body(get_response: Callable[[HttpRequest], HttpResponse]):
    """Stand outermost, where nothing needs the text of an answer any more.

    A server drops what follows the headers, but may complain of each.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "HEAD":
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
