"""The first account at the writing desk: it may do everything, and give others their roles."""

import secrets
from collections.abc import Callable

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from issues import audit
from issues.audit import Act


class Unusable(Exception):
    """What was said makes no account; the message says why."""


def is_needed(name: str) -> bool:
    """Say whether there is nobody yet, or not the one who is asked for by name.

    Raises Unusable.
    """
    users = get_user_model().objects
    if name:
        check(name, "")
        users = users.filter(username=get_user_model().normalize_username(name))
    return not users.exists()


def check(name: str, email: str) -> None:
    read(lambda user: user.clean_fields(exclude=["password"]), name, email)


def check_password(name: str, email: str, password: str) -> None:
    read(lambda user: validate_password(password, user), name, email)


def read(look: Callable, name: str, email: str) -> None:
    try:
        look(get_user_model()(username=name, email=email))
    except ValidationError as error:
        raise Unusable(" ".join(error.messages)) from error


def make(name: str, email: str, password: str) -> str:
    """Make the account; give its password, a new one if none is given."""
    password = password or secrets.token_urlsafe(12)
    with transaction.atomic():
        user = get_user_model().objects.create_superuser(name, email, password)
        audit.note(None, Act.ACCOUNT_MADE, user)
    return password
