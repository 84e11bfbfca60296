"""The mail server that EMAIL_URL names."""

from django.core.exceptions import ImproperlyConfigured
from environs import Env


def read_mail_server(env: Env) -> dict:
    """Give Django's settings for it."""
    found = env.dj_email_url("EMAIL_URL")
    # Unknown beginnings would be read as SMTP without encryption, and smtps:// as STARTTLS.
    if "EMAIL_BACKEND" not in found or env.str("EMAIL_URL").startswith("smtps:"):
        raise ImproperlyConfigured(
            "EMAIL_URL may begin with submission:// (port 587, STARTTLS) or smtp://; for TLS from "
            "the first byte on write smtp://user:password@host:465/?ssl=True."
        )
    return found
