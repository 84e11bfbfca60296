"""System checks: whether letters can go out at all."""

from django.conf import settings
from django.core import checks
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from subscribers.mime import read_mailbox


@checks.register
def check_mailboxes(app_configs, **kwargs) -> list:
    """Read the addresses that letters come from, and that answers go to."""
    found = {"MAIL_FROM": settings.DEFAULT_FROM_EMAIL}
    if settings.REPLY_TO:
        found["REPLY_TO"] = settings.REPLY_TO
    return [
        checks.Error(
            f"{name} holds no e-mail address: {text!r}.",
            hint="It may look like news@example.org, or “Our News <news@example.org>”.",
            id="subscribers.E001",
        )
        for name, text in found.items()
        if not is_mailbox(text)
    ]


def is_mailbox(text: str) -> bool:
    may_be_local = EmailValidator(allowlist=["localhost", settings.SITE_HOST])
    try:
        may_be_local(read_mailbox(text).address)
    except ValidationError:
        return False
    return True
