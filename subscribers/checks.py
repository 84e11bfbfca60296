"""System checks: whether letters can go out at all."""

import re
import unicodedata
from email.utils import getaddresses

from django.conf import settings
from django.core import checks
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from subscribers.addresses import MAX_LENGTH
from subscribers.alignment import is_aligned
from subscribers.mime import read_mailbox
from subscribers.signing import Signer, UnusableKey

MOST_IN_LOCAL_PART = 64  # RFC 5321, section 4.5.3.1.1
LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
SELECTOR = re.compile(rf"{LABEL}(\.{LABEL})*")
UID = "0" * 32  # what stands for `{}`, as long as it will be


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


@checks.register
def check_lines(app_configs, **kwargs) -> list:
    """Refuse what would end a header, in any setting that becomes one."""
    found = {
        "SITE_NAME": settings.SITE_NAME,
        "MAIL_FROM": settings.DEFAULT_FROM_EMAIL,
        "REPLY_TO": settings.REPLY_TO,
        "BOUNCE_ADDRESS": settings.BOUNCE_ADDRESS,
    }
    return [
        checks.Error(
            f"{name} holds a line end or another control character: {text!r}.",
            hint="It stands in the headers of every message. Write it on one line.",
            id="subscribers.E002",
        )
        for name, text in found.items()
        if has_controls(text)
    ]


@checks.register
def check_bounce_address(app_configs, **kwargs) -> list:
    """Read where mail comes back that cannot be delivered."""
    text = settings.BOUNCE_ADDRESS
    trouble = trouble_with_bounce_address(text) if text else ""
    if not trouble:
        return []
    return [
        checks.Error(
            f"BOUNCE_ADDRESS {trouble}: {text!r}.",
            hint="It may look like bounces+{}@example.org; a number of 32 characters stands for "
            "the {} in each message. Without {} it is a plain address: bounces@example.org.",
            id="subscribers.E003",
        )
    ]


@checks.register
def check_signing(app_configs, **kwargs) -> list:
    """Read the key that signs messages; without one, there is nothing to check."""
    try:
        signer = Signer.from_settings()
    except UnusableKey as error:
        return [
            checks.Error(
                f"DKIM_KEY is of no use: {error}.",
                hint="Make one with: openssl genrsa -out dkim.pem 2048. Let the user who runs "
                "the site read it, and nobody else.",
                id="subscribers.E004",
            )
        ]
    if signer and not SELECTOR.fullmatch(signer.selector):
        return [
            checks.Error(
                f"DKIM_SELECTOR must say which key in DNS fits DKIM_KEY; it is "
                f"{signer.selector!r}.",
                hint="A name of your own, such as 2026. The record then stands at "
                f"2026._domainkey.{signer.domain}; manage.py check_mail prints it.",
                id="subscribers.E005",
            )
        ]
    return check_alignment(signer.domain) if signer else []


def check_alignment(domain: str) -> list:
    """Warn if signatures of a domain say nothing about the sender's."""
    sender = read_mailbox(settings.DEFAULT_FROM_EMAIL).address.rpartition("@")[2]
    if is_aligned(domain, sender):
        return []
    return [
        checks.Warning(
            f"Signatures of {domain} do not count for mail from {sender} (DMARC).",
            hint="Leave DKIM_DOMAIN empty, or give it the domain of MAIL_FROM.",
            id="subscribers.W001",
        )
    ]


def trouble_with_bounce_address(text: str) -> str:
    """Say what is wrong with it; nothing if it will do."""
    _, at, host = text.rpartition("@")
    if at and (text.count("{}") > 1 or "{}" in host):
        return "may hold {} once, and before the @"
    filled = text.replace("{}", UID)
    if "<" in text or not is_mailbox(filled):
        return "is no plain e-mail address"
    length = len(filled.rpartition("@")[0])
    if length > MOST_IN_LOCAL_PART:
        return f"is too long before the @: {length} of {MOST_IN_LOCAL_PART} characters when filled"
    if len(filled) > MAX_LENGTH:
        return f"is too long: {len(filled)} of {MAX_LENGTH} characters when filled"
    return ""


def is_mailbox(text: str) -> bool:
    """Say whether a setting holds one address, and nothing but that and a name."""
    may_be_local = EmailValidator(allowlist=["localhost", settings.SITE_HOST])
    if len(getaddresses([text])) != 1:
        return False
    try:
        may_be_local(read_mailbox(text).address)
    except ValidationError:
        return False
    return True


def has_controls(text: str) -> bool:
    """Say whether a text holds characters that no header may: controls, line ends, surrogates."""
    return any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in text)
