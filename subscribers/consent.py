"""What people agree to when they join, word for word, and how it is proven later."""

from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

# Of templates/subscribers/privacy.html, and what its text was then: a test fails when the page
# changes and neither of these does. Former versions stay, for those who have agreed to them.
POLICY_VERSION = "2026-11-26"
POLICY_DIGESTS = {"2026-11-26": "95c4bb39035853e5"}


class Proof(NamedTuple):
    """Where somebody said what they want (GDPR, article 7, paragraph 1)."""

    form: str  # which of our forms: "sign-up", "confirmation", "one-click", "preferences", …
    page: str = ""  # the path of the page it stood on
    network: str | None = None  # the network address; only kept where a setting asks for it
    words: str = ""  # what the form said, if it asked for consent
    by: Any = None  # the editor who did it, if it was not the person


def words() -> str:
    """Give the words beside the sign-up form: pressing its button agrees to them."""
    return _(
        "One letter a week from %(site)s, and nothing else. You confirm it by e-mail first, "
        "and can leave with one click."
    ) % {"site": settings.SITE_NAME}
