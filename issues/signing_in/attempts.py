"""Failed attempts to sign in: who has failed too often waits, and only there.

They are counted by name and address together, so that nobody can shut an account for its owner
elsewhere; and by address alone, for whoever tries many names. What is kept is a digest of the name,
since some people type their password there, and the address, until the pause is over.
"""

import datetime
import logging

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

NAMES_PER_ADDRESS = 10  # an office behind one address has as many failures as so many people
ADDRESSES_PER_NAME = 10  # from so many addresses it is somebody who guesses
UNKNOWN = "::"  # of whom the web server says no address

logger = logging.getLogger(__name__)


class Attempts(AxesDatabaseHandler):
    """Tells django-axes when to pause; it knows nothing but what is above."""

    def is_locked(self, request: HttpRequest, credentials: dict | None = None) -> bool:
        return paused_until(request, credentials) is not None

    def user_login_failed(self, sender, credentials: dict, request=None, **kwargs) -> None:
        if not request.axes_locked_out:
            add(request, credentials)
        if paused_until(request, credentials):
            request.axes_locked_out, request.axes_credentials = True, credentials

    def user_logged_in(self, sender, request: HttpRequest, user, **kwargs) -> None:
        name = digest_of_name(request, {"username": user.get_username()})
        AccessAttempt.objects.filter(username=name, ip_address=address_of(request)).delete()

    def user_logged_out(self, sender, request: HttpRequest, user, **kwargs) -> None:
        """Note nothing."""


def add(request: HttpRequest, credentials: dict) -> None:
    """Count a failure; what was counted before the last pause counts no more."""
    name = digest_of_name(request, credentials)
    now = timezone.now()
    with transaction.atomic():
        forget_old(now)
        AccessAttempt.objects.update_or_create(
            username=name,
            ip_address=address_of(request),
            user_agent="",
            defaults={"failures_since_start": F("failures_since_start") + 1, "attempt_time": now},
            create_defaults={"failures_since_start": 1},
        )
    tell_of_guessing(name, credentials)


def tell_of_guessing(name: str, credentials: dict) -> None:
    """Say in the log when somebody guesses from many addresses; a code of a phone stops them."""
    rows = AccessAttempt.objects.filter(username=name)
    many = settings.SIGN_IN_FAILURES * ADDRESSES_PER_NAME
    if rows.aggregate(total=Sum("failures_since_start"))["total"] % many:
        return
    user = get_user_model().objects.filter(username=credentials.get("username")).first()
    if user:
        logger.warning("The password of account %d is being guessed from many places.", user.pk)


def paused_until(request: HttpRequest, credentials: dict | None) -> datetime.datetime | None:
    """Give the moment from which this name may be tried here again; None if it may be now."""
    now, pause = timezone.now(), settings.SIGN_IN_PAUSE
    rows = AccessAttempt.objects.filter(
        ip_address=address_of(request), attempt_time__gt=now - pause
    )
    name = digest_of_name(request, credentials)
    all_names = list(rows.values_list("username", "failures_since_start", "attempt_time"))
    this_name = [row for row in all_names if row[0] == name]
    most = settings.SIGN_IN_FAILURES
    limits = [(this_name, most), (all_names, most * NAMES_PER_ADDRESS)]
    over = [rows for rows, most in limits if sum(count for _, count, _ in rows) >= most]
    return max((at + pause for rows in over for *_, at in rows), default=None)


def address_of(request: HttpRequest) -> str:
    return request.axes_ip_address or UNKNOWN


def digest_of_name(request: HttpRequest, credentials: dict | None) -> str:
    """Give what stands for the name that somebody has typed; django-axes asks for it, too."""
    name = (credentials or {}).get("username") or ""
    return salted_hmac("issues.signing_in.attempts", name, algorithm="sha256").hexdigest()


def forget_old(at: datetime.datetime | None = None) -> int:
    """Delete what counts no more at the moment `at` (now by default); say how much."""
    before = (at or timezone.now()) - settings.SIGN_IN_PAUSE
    deleted, _ = AccessAttempt.objects.filter(attempt_time__lte=before).delete()
    return deleted
