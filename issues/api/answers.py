"""What every answer below /api/ is, the refusals too: JSON that any site may read."""

from collections.abc import Callable
from http.client import responses

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

PREFIX = "/api/"
ALLOWED = "GET, HEAD, OPTIONS"
OPEN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}
PREFLIGHT = {
    "Allow": ALLOWED,
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
FRESH = 60  # seconds for which an answer may be used again without asking


def open_answers(get_response: Callable[[HttpRequest], HttpResponse]):
    """Stand outermost, so that what other middleware answers is JSON and open too."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        response = answer_openly(request, get_response)
        for name, value in OPEN.items():
            response[name] = value
        return response

    return answer


def answer_openly(request: HttpRequest, get_response) -> HttpResponse:
    if request.method == "OPTIONS":
        response = HttpResponse(status=204, headers=PREFLIGHT)
        del response["Content-Type"]
        return response
    if request.method != "GET":
        response = refusal(405, _("This API can only be read: ask with GET."))
        response["Allow"] = ALLOWED
        return response
    response = in_json(get_response(request))
    if response.status_code in (200, 304):
        patch_cache_control(response, public=True, max_age=FRESH)
    return response


def in_json(response: HttpResponse) -> HttpResponse:
    """Say in JSON what a page says that was meant for people: not found, moved, went wrong."""
    is_page = response.get("Content-Type", "").startswith("text/html")
    if response.status_code < 300 or not is_page:
        return response
    said = refusal(response.status_code, reason(response))
    response.content = said.content
    for name in ("Content-Type", "Content-Length"):
        response[name] = said[name]
    return response


def reason(response: HttpResponse) -> str:
    if "Location" in response:
        return _("This is now at %(address)s") % {"address": response["Location"]}
    if response.status_code == 404:
        return _("There is nothing at this address. /api/v1/ says what there is.")
    if response.status_code == 503:
        return _("This cannot be answered just now. Try again in a moment.")
    if response.status_code >= 500:
        return _("Something went wrong on our side.")
    return responses.get(response.status_code, _("This cannot be answered."))


def refusal(status: int, detail: str) -> JsonResponse:
    response = JsonResponse(
        {"detail": detail}, status=status, json_dumps_params={"ensure_ascii": False}
    )
    response["Content-Length"] = str(len(response.content))
    return response
