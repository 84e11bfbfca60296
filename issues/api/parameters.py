"""Which parameters an address of the API takes; any other is refused.

A filter that is misspelt and ignored would answer with everything, as if all of it matched.
"""

from collections.abc import Callable
from functools import wraps
from typing import get_type_hints

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from pydantic import BaseModel

MOST_SHOWN = 50  # characters of a name that somebody has made up


def taken_by(view: Callable) -> list[str]:
    """Give the names of the parameters that a view reads: the fields of its models."""
    hints = get_type_hints(view).values()
    models = [one for one in hints if isinstance(one, type) and issubclass(one, BaseModel)]
    return [name for model in models for name in model.model_fields]


def refuse_unknown(view: Callable) -> Callable:
    known = taken_by(view)

    @wraps(view)
    def answer(request: HttpRequest, *args, **kwargs):
        unknown = next((name for name in request.GET if name not in known), None)
        if unknown is not None:
            raise HttpError(422, f"{unknown[:MOST_SHOWN]}: {reason(known)}")
        return view(request, *args, **kwargs)

    return answer


def reason(known: list[str]) -> str:
    if not known:
        return _("There is no such parameter; here are none.")
    return _("There is no such parameter; here are %(names)s.") % {"names": ", ".join(known)}
