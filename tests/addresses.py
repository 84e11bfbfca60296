"""All addresses of the site as its resolver has them, and what a request writes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.urls import get_resolver


def routes(patterns=None, before: str = "") -> set[str]:
    """Give every address of the site with <names> for what varies in it."""
    found = set()
    for one in get_resolver().url_patterns if patterns is None else patterns:
        pattern = str(one.pattern).lstrip("^").rstrip("$")
        route = before + re.sub(r"\(\?P(<\w+>).*\)", r"\1", pattern)
        nested = getattr(one, "url_patterns", None)
        found |= {route} if nested is None else routes(nested, route)
    return found


def address(route: str, values: tuple) -> str:
    """Put values into the places of a route."""
    parts = iter(values)
    return "/" + re.sub(r"<[^>]+>", lambda _place: str(next(parts)), route)


@contextmanager
def writes() -> Iterator[list[str]]:
    """Give the statements that change something, once they have been run."""
    found = []

    def note(execute, sql, params, many, context):
        if sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
