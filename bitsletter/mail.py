"""How mail leaves: to a mail server, to the interface of a provider, or into files at home."""

import json
import pkgutil
from pathlib import Path

import anymail.backends
import dj_email_url
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

PREFIX = "ANYMAIL_"
# Parts of django-anymail that send nothing, and a former name.
NO_PROVIDERS = {"base", "base_requests", "console", "test", "sendinblue"}


def read_mail(env: Env, given: dict[str, str], files: Path) -> dict:
    """Give Django's settings for mail: files in that folder unless something else is set.

    `given` are all settings by name, for those whose names only a provider knows.
    """
    url, provider = env.str("EMAIL_URL", ""), provider_named(env.str("EMAIL_PROVIDER", ""))
    if url and provider:
        raise ImproperlyConfigured(
            "EMAIL_URL and EMAIL_PROVIDER are two ways out for mail: set one of them."
        )
    server = read_mail_server(url) if url else {}
    is_time = validate.Range(0, min_inclusive=False)
    in_url = server.get("EMAIL_TIMEOUT")
    timeout = env.float("EMAIL_TIMEOUT", in_url or 30, validate=is_time)  # seconds
    found = {"EMAIL_PROVIDER": provider, "EMAIL_TIMEOUT": timeout}
    if url:
        return server | found
    if provider:
        backend = f"anymail.backends.{provider}.EmailBackend"
        return found | {"EMAIL_BACKEND": backend, "ANYMAIL": read_anymail(given, timeout)}
    return found | {"EMAIL_BACKEND": "subscribers.outbox.OutboxBackend", "EMAIL_FILE_PATH": files}


def read_mail_server(url: str) -> dict:
    """Give Django's settings for the mail server that EMAIL_URL names."""
    try:
        found = dj_email_url.parse(url)
    except ValueError:
        # Not from the error, whose words may hold half the password.
        raise ImproperlyConfigured(
            "EMAIL_URL must look like submission://name:password@host:port. Write / # ? @ and % in "
            "the password as %2F %23 %3F %40 and %25."
        ) from None
    # Unknown beginnings would be read as SMTP without encryption, and smtps:// as STARTTLS.
    if "EMAIL_BACKEND" not in found or url.startswith("smtps:"):
        raise ImproperlyConfigured(
            "EMAIL_URL may begin with submission:// (port 587, STARTTLS) or smtp://; for TLS from "
            "the first byte on write smtp://user:password@host:465/?ssl=True."
        )
    return found


def provider_named(text: str) -> str:
    """Give the name of a provider as django-anymail writes it; raise if it knows none of it."""
    name = text.strip().lower().replace("-", "_").replace(" ", "_")
    known = providers()
    if name and name not in known:
        raise ImproperlyConfigured(
            f"EMAIL_PROVIDER names no known provider: {text!r}. Known are {', '.join(known)}."
        )
    return name


def providers() -> list[str]:
    found = {one.name for one in pkgutil.iter_modules(anymail.backends.__path__)}
    return sorted(found - NO_PROVIDERS)


def read_anymail(given: dict[str, str], timeout: float) -> dict:
    """Give django-anymail's own settings, such as POSTMARK_SERVER_TOKEN."""
    found = {
        name.removeprefix(PREFIX): read_value(name, value)
        for name, value in given.items()
        if name.startswith(PREFIX)
    }
    # Not every provider takes all that we say, such as where bounces go; none needs to.
    return {"IGNORE_UNSUPPORTED_FEATURES": True, **found, "REQUESTS_TIMEOUT": timeout}


def read_value(name: str, text: str):
    """Read a value: a text, true or false, or a list or an object in JSON."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} begins as JSON does, but is none: {error}") from error
