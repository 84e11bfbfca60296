"""Who counts as signed in: whoever has done all that it takes, and nobody else."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from issues.signing_in import devices

# The names of the pages on which somebody does what they still owe.
CODE, SET_UP = "admin:code", "admin:second_step"
DEVICE = "second_step"  # in the session: the key of the device whose code was given


def whole_users(get_response):
    """Let no view see anybody who has given a password alone where that is not enough.

    For every view, present and future, they are nobody; only the pages on which they do what they
    owe ask for `known_user`. Public pages ask for neither, and so nothing is looked up for them.
    """

    def answer(request: HttpRequest):
        known = request.known_user = request.user
        request.user = SimpleLazyObject(lambda: AnonymousUser() if owed(request) else known)
        del request.auser  # the way of asynchronous views, which would pass by this one
        return get_response(request)

    return answer


def owed(request: HttpRequest, user=None) -> str | None:
    """Give the page on which somebody does what they still owe; None where that is nothing."""
    user = user or request.known_user
    if not user.is_authenticated:
        return None
    device = devices.key_of(user)
    if device is None:
        return SET_UP if settings.REQUIRE_TOTP else None
    return None if request.session.get(DEVICE) == device else CODE


def complete(request: HttpRequest, device) -> None:
    """Note in the session that a code of this device was given; the session gets another key."""
    request.session.cycle_key()
    request.session[DEVICE] = request.known_user.device_pk = device.pk
