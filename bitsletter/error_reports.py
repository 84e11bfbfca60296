"""Errors that are told to Sentry, or to whatever speaks its language; only where SENTRY_DSN is set.

What is told is where something broke and how, without whom it was about: no values of variables,
no forms, no cookies, no addresses. What is left is blotted as the logs are.
"""

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from bitsletter.blotting import blotted
from bitsletter.release import release
from bitsletter.request_log import request_id


def start() -> None:
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=f"bitsletter-{release()[:12]}",
        environment=settings.SITE_HOST,
        before_send=without_persons,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,  # what was asked before: of the database, of others, of the log
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        integrations=[
            DjangoIntegration(middleware_spans=False, signals_spans=False),
            LoggingIntegration(level=None),
        ],
    )


def without_persons(event: dict, hint: dict) -> dict:
    """Keep of the request its method and number; its route is the name of the transaction."""
    request, number = event.pop("request", {}), request_id.get()
    event.pop("user", None)
    kept = blotted(event)
    if request:
        kept["request"] = {"method": request.get("method", "")}
    if number:
        kept.setdefault("tags", {})["request_id"] = number
    return kept
