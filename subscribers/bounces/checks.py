"""System checks: whether a provider is set up whole, and whether the mailbox of bounces is one."""

import warnings
from pathlib import Path

from anymail.webhooks.base import AnymailCoreWebhookView
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection

from subscribers.bounces import mailboxes
from subscribers.bounces.webhooks import view_class

SHORTEST = 20  # characters of a secret


@checks.register
def check_provider(app_configs, **kwargs) -> list:
    """Make what sends and what listens, as it will be made: both say what they lack."""
    if not settings.EMAIL_PROVIDER:
        return []
    listening = view_class(settings.EMAIL_PROVIDER)
    found = [*lacking(get_connection), *(lacking(listening) if listening else [])]
    errors = [checks.Error(words, id="subscribers.E020") for words in dict.fromkeys(found)]
    return [*errors, *(check_secret() if listening else [nothing_heard()])]


def lacking(make) -> list[str]:
    try:
        with warnings.catch_warnings(action="ignore"):  # anymail's own checks say it better
            made = make()
    except ImproperlyConfigured as error:
        return [str(error)]
    if not isinstance(made, AnymailCoreWebhookView):
        made.close()
    return []


def check_secret() -> list:
    given = settings.ANYMAIL.get("WEBHOOK_SECRET", "")
    secrets = given if isinstance(given, list) else [given]
    if secrets and all(map(is_secret, secrets)):
        return []
    return [
        checks.Error(
            "EMAIL_PROVIDER is set, but ANYMAIL_WEBHOOK_SECRET is no secret: nobody else may tell "
            "us that mail came back.",
            hint=f"Make it a name, a colon and a password, of {SHORTEST} characters or more, and "
            "give both to the provider with the address /mail/<provider>/tracking/.",
            id="subscribers.E021",
        )
    ]


def is_secret(text) -> bool:
    return isinstance(text, str) and len(text) >= SHORTEST and all(text.partition(":"))


def nothing_heard() -> checks.Warning:
    return checks.Warning(
        "This provider tells nobody about bounces over HTTP.",
        hint="Let them come to BOUNCE_ADDRESS, and set BOUNCE_MAILBOX.",
        id="subscribers.W020",
    )


@checks.register
def check_mailbox(app_configs, **kwargs) -> list:
    place = settings.BOUNCE_MAILBOX
    try:
        if "://" in place:
            mailboxes.read_url(place)
        elif place and not mailboxes.Folder.is_one(Path(place)):
            raise mailboxes.Unreachable("it is neither the address of a mailbox nor a Maildir")
    except mailboxes.Unreachable as error:
        words = f"BOUNCE_MAILBOX names nothing that can be read: {error}."
        return [checks.Error(words, id="subscribers.E022")]
    return []
