"""The site with a page that breaks on somebody's address, for gunicorn to serve."""

import logging
import warnings

from bitsletter.wsgi import application  # noqa: F401  gunicorn looks for it here
from issues import views


class Broken(Exception):
    pass


def year_counts() -> None:
    person = {"email": "secret-local@example.org"}
    logging.getLogger("issues").error("Of %s", person, extra={"people": [person]})
    warnings.warn("about secret-warning@example.org", stacklevel=1)
    try:
        raise ValueError("‘secret-cause@example.org’ is odd")
    except ValueError as error:
        raise Broken(person, "/unsubscribe/secret-token/") from error


views.year_counts = year_counts
