"""Why a question to the API cannot be answered, said in JSON."""

from urllib.parse import unquote

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from issues.api.answers import refusal
from issues.api.schemas import api_path
from issues.models import FormerAddress


def register(api: NinjaAPI) -> None:
    api.add_exception_handler(ValidationError, say_what_is_wrong)
    api.add_exception_handler(Http404, lead_on_or_say_so)
    api.add_exception_handler(Exception, leave_to_django)


def found_or_404(rows: QuerySet, reason: str, **wanted) -> Model:
    found = rows.filter(**wanted).first()
    if found is None:
        raise Http404(reason)
    return found


def count_or_404(row: Model, counts: dict[int, int], reason: str) -> int:
    """Give how many public sections the row has; without any, it does not exist for readers."""
    if not counts.get(row.pk):
        raise Http404(reason)
    return counts[row.pk]


def say_what_is_wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name each parameter that cannot be used, and what it should be."""
    return refusal(422, "; ".join(f"{name(one['loc'])}: {one['msg']}" for one in error.errors))


def name(place: tuple[str | int, ...]) -> str:
    """Give the parameter that a place is in; the number of a repeated one is no name."""
    return next(part for part in reversed(place) if isinstance(part, str))


def lead_on_or_say_so(request: HttpRequest, error: Http404) -> HttpResponse:
    """Lead from an address that the API once had; it is the one that the page once had."""
    page = request.path.removeprefix(reverse("api:root").rstrip("/")).replace("/sections/", "/", 1)
    target = FormerAddress.objects.target(unquote(page))
    return HttpResponsePermanentRedirect(api_path(target)) if target else refusal(404, str(error))


def leave_to_django(request: HttpRequest, error: Exception) -> HttpResponse:
    """Let what is wrong be logged and answered as everywhere on the site."""
    raise error
