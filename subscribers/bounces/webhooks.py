"""What a provider tells us over HTTP: django-anymail reads it, and `heard` does what follows.

Only the provider of the settings is listened to, and only if it knows the secret.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from anymail.exceptions import AnymailAPIError, AnymailWebhookValidationFailure
from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

# What reading a text fails with that no provider has written.
NONSENSE = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
    *(AnymailAPIError, ImproperlyConfigured),  # the second for what is told in the wrong place
)
# Django would tell of each at length, and strangers can send as many as they like.
UNHEARD = (SuspiciousOperation, MultiPartParserError)
logger = logging.getLogger(__name__)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    if provider != settings.EMAIL_PROVIDER or not view_class(provider):
        raise Http404
    if request.method == "GET":  # some ask whether anybody is here, by HEAD
        return HttpResponse()
    try:
        return listener(provider)(request)
    except UNHEARD as error:
        logger.warning("A message to %s is refused: %s.", request.path, why(error))
        return HttpResponseBadRequest()


def why(error: Exception) -> str:
    """Say why a message is refused, without anything that stands in it."""
    if isinstance(error, AnymailWebhookValidationFailure):
        return "its sender does not prove to be the provider (ANYMAIL_WEBHOOK_SECRET, signature)"
    return f"it cannot be read ({type(error.__cause__ or error).__name__})"


def view_class(provider: str) -> type[AnymailCoreWebhookView] | None:
    """Give what reads the messages of a provider; None if it sends none."""
    from anymail import urls  # with all providers, of whom most sites have none

    name = f"{provider}_tracking_webhook"
    return next((one.callback.view_class for one in urls.urlpatterns if one.name == name), None)


@cache
def listener(provider: str) -> Callable[[HttpRequest], HttpResponse]:
    return type("Listener", (Careful, view_class(provider)), {}).as_view()


class Careful:
    """Refuses what cannot be read. What goes wrong later is our own fault, and is told again."""

    def run_validators(self, request):
        with refusing_nonsense():
            super().run_validators(request)

    def parse_events(self, request) -> list:
        with refusing_nonsense():
            return list(super().parse_events(request))


@contextmanager
def refusing_nonsense() -> Iterator[None]:
    try:
        yield
    except NONSENSE as error:
        raise SuspiciousOperation(
            f"A provider would not say that: {type(error).__name__}"
        ) from error
