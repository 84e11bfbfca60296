"""E-mail addresses: the one function that says what is one, for form, import, admin and API."""

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import idna
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

# RFC 5321, section 4.5.3.1.3: a path has 256 octets, and two of them are brackets.
MAX_LENGTH = 254
# Writings that are used together, as the names of their characters begin.
USED_TOGETHER = [
    {"CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"},
    {"CJK", "BOPOMOFO"},
    {"CJK", "HANGUL"},
]


class Address(NamedTuple):
    """An address that a letter can be sent to."""

    email: str  # as typed, with its domain as DNS knows it (RFC 5891)
    key: str  # the same for comparison: few servers tell "Ada" from "ada", and no person does


def read_address(text: str) -> Address:
    """Read what somebody has typed; raise ValidationError with the reason if it is no address.

    Nobody is asked whether the domain exists: a form must not wait for DNS. Non-ASCII characters
    before the @ are refused unless SMTPUTF8 says that the mail server takes them (RFC 6531).
    """
    text = text.strip()
    if not text:
        raise ValidationError(_("Type an e-mail address."), code="required")
    if len(text) > MAX_LENGTH:
        raise ValidationError(
            _("An e-mail address has at most %d characters.") % MAX_LENGTH, code="too_long"
        )
    try:
        found = validate_email(text, strict=True, check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError as error:
        raise ValidationError(
            _("This is no e-mail address that a letter can be sent to: %s") % error, code="invalid"
        ) from error
    if not found.local_part.isascii() and not settings.SMTPUTF8:
        raise ValidationError(
            _("Our mail server cannot write to addresses with letters like “%s” before the @.")
            % next(one for one in found.local_part if not one.isascii()),
            code="not_ascii",
        )
    email = f"{found.local_part}@{found.ascii_domain}"
    if len(email) > MAX_LENGTH:  # the domain has grown
        raise ValidationError(
            _("An e-mail address has at most %d characters.") % MAX_LENGTH, code="too_long"
        )
    return Address(email, key_of(email))


def stored_address(email: str) -> Address:
    """Give an address that was read before, as it stands in a row."""
    return Address(email, key_of(email))


def key_of(email: str) -> str:
    """Give an address that was read before as it is compared."""
    return email.lower()


def shown(email: str) -> str:
    """Give an address for people to read: the domain in its own letters (RFC 5890).

    Never for sending or comparing. A name in which writings are mixed, so that a Cyrillic letter
    may pass for a Latin one, stays as DNS knows it, and so does what cannot be decoded.
    """
    local, at, domain = email.rpartition("@")
    return f"{local}{at}{shown_domain(domain)}"


@lru_cache(maxsize=1024)  # of a hundred thousand readers most have one of a few
def shown_domain(domain: str) -> str:
    try:
        letters = idna.decode(domain)
        is_same = idna.encode(letters).decode() == domain
    except UnicodeError:
        return domain
    is_plain = is_same and all(map(is_of_one, letters.split(".")))
    return letters if is_plain else domain


def is_of_one(label: str) -> bool:
    """Say whether the letters of a part of a domain are those of one writing."""
    names = (unicodedata.name(one, "").partition(" ")[0] for one in label if one.isalpha())
    writings = set(names)
    return len(writings) <= 1 or any(writings <= together for together in USED_TOGETHER)


def ascii_domain(text: str) -> str:
    """Give a domain, or some of its parts, as DNS knows it; what is none stays as it is."""
    try:
        return idna.encode(text, uts46=True).decode()
    except UnicodeError:
        return text
