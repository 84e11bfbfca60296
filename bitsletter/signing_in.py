"""Signing in at the desk: how often one may try, what it takes, and how long it lasts."""

import datetime

from environs import Env, validate

# A failure is counted by django-axes, in a way of our own: see `issues.signing_in.attempts`.
AXES = {
    "AXES_HANDLER": "issues.signing_in.attempts.Attempts",
    "AXES_LOCKOUT_CALLABLE": "issues.desk.signing_in.paused",
    "AXES_USERNAME_CALLABLE": "issues.signing_in.attempts.digest_of_name",
    "AXES_CLIENT_IP_CALLABLE": "subscribers.networks.network_of",
    # A pause that begins anew with every try would never end for who is tried out by a robot.
    "AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT": False,
    "AXES_DISABLE_ACCESS_LOG": True,  # where somebody was, and when, is nobody's business
    "AXES_ENABLE_ADMIN": False,  # a digest and an address tell a person at the desk nothing
    "AXES_VERBOSE": False,
}
SESSION_DAYS = 14


def read_signing_in(env: Env) -> dict:
    """Give Django's settings, and those of others, for signing in."""
    failures = env.int("SIGN_IN_FAILURES", 5, validate=validate.Range(1, 1000))
    pause = env.int("SIGN_IN_PAUSE", 15, validate=validate.Range(1, 24 * 60))
    return AXES | {
        "SIGN_IN_FAILURES": failures,
        "SIGN_IN_PAUSE": datetime.timedelta(minutes=pause),
        "REQUIRE_TOTP": env.bool("REQUIRE_TOTP", False),
        "LOGIN_REDIRECT_URL": "admin:index",
        "AUTHENTICATION_BACKENDS": [
            "axes.backends.AxesStandaloneBackend",
            "issues.signing_in.backend.Backend",
        ],
    }


def cookies(is_https: bool) -> dict:
    """Give Django's settings for cookies.

    A browser takes a name with `__Host-` from this very host alone, by TLS, and for all its paths:
    https://www.rfc-editor.org/rfc/rfc6265#section-4.1.2
    """
    prefix = "__Host-" if is_https else ""
    return {
        "SESSION_COOKIE_NAME": f"{prefix}sessionid",
        "CSRF_COOKIE_NAME": f"{prefix}csrftoken",
        "SESSION_COOKIE_SECURE": is_https,
        "CSRF_COOKIE_SECURE": is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",  # static/admin/token.js reads it, so it is not HttpOnly
        "SESSION_COOKIE_AGE": SESSION_DAYS * 24 * 60 * 60,
        # In the session; by default a message may be a cookie of its own.
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
    }
