"""The phone of somebody who gives a code when they sign in, and the codes themselves.

An account has one device or none. The codes are those of RFC 6238, as every authenticator app makes
them; django-otp checks them, refuses one that was used before, follows a clock that is a little
off, and makes who guesses wait, twice as long each time.
"""

import datetime
from base64 import b32encode
from binascii import unhexlify

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from issues import audit
from issues.audit import Act
from issues.signing_in import recovery

DIGITS = 6
# After so many failures the wait grows no more: 17 minutes. Who knows a password cannot keep its
# owner out for days, and still guesses a code in about ten years.
MOST_FAILURES = 11


class WrongCode(Exception):
    """It is no code of this device, or one that was used before."""


class TooSoon(Exception):
    """Codes were wrong too often; `until` is when the next is looked at."""

    def __init__(self, until: datetime.datetime):
        super().__init__(until)
        self.until = until


def device_of(user) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def key_of(user) -> int | None:
    """Give the key of the device; it is known already of whoever came by a session."""
    if hasattr(user, "device_pk"):
        return user.device_pk
    device = device_of(user)
    return device and device.pk


def new_device(user, key: str | None = None) -> TOTPDevice:
    """Give a device that is not kept yet, with a key of its own."""
    return TOTPDevice(user=user, name="app", key=key or default_key())


def secret_of(device: TOTPDevice) -> str:
    """Give the key as people type it into their app: in groups of four."""
    secret = b32encode(device.bin_key).decode()
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def set_up(user, key: str, typed: str) -> list[str] | None:
    """Keep a device whose first code was typed, and give ten recovery codes.

    None if the account has one already. Raises WrongCode.
    """
    totp = TOTP(unhexlify(key))
    totp.time = timezone.now().timestamp()
    code = plain(typed)
    if not (is_of_device(code) and totp.verify(int(code), tolerance=1)):
        raise WrongCode
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=user.pk)
        if device_of(user):
            return None
        device = new_device(user, key)
        device.last_t, device.drift = totp.t(), totp.drift
        device.save()
        audit.note(user, Act.DEVICE_MADE, user)
        return recovery.renew(user)


def take(user, typed: str) -> TOTPDevice:
    """Take a code of the device, or a recovery code, each of which works once.

    Raises WrongCode or TooSoon.
    """
    with transaction.atomic():  # what is counted is kept, also where the code is wrong
        devices = TOTPDevice.objects.select_for_update()
        device = devices.filter(user=user, confirmed=True).first()
        if device is None:  # somebody has just taken it away
            raise WrongCode
        device.throttling_failure_count = min(device.throttling_failure_count, MOST_FAILURES)
        _, wait = device.verify_is_allowed()
        is_right = not wait and is_code_of(device, plain(typed))
    if wait:
        raise TooSoon(wait["locked_until"])
    if not is_right:
        raise WrongCode
    return device


def is_code_of(device: TOTPDevice, code: str) -> bool:
    if is_of_device(code):
        return device.verify_token(code)
    if recovery.use(device.user, code):
        device.throttle_reset()
        return True
    device.throttle_increment()
    return False


def plain(typed: str) -> str:
    """Give a code without the spaces and hyphens that help to read it."""
    return "".join(typed.replace("-", " ").split()).lower()


def is_of_device(code: str) -> bool:
    return len(code) == DIGITS and code.isascii() and code.isdecimal()


def renew_recovery_codes(user) -> list[str]:
    """Give ten new recovery codes; those there were work no more."""
    with transaction.atomic():
        audit.note(user, Act.CODES_RENEWED, user)
        return recovery.renew(user)


def switch_off(user) -> None:
    with transaction.atomic():
        forget(user)
        audit.note(user, Act.DEVICE_DROPPED, user)


def take_away(user, by) -> bool:
    """Free a colleague of a device that is lost; `by` is None for a command. Say if there was."""
    with transaction.atomic():
        if not device_of(user):
            return False
        forget(user)
        audit.note(by, Act.DEVICE_TAKEN, user)
        return True


def forget(user) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    recovery.forget(user)
