"""What is mended and dropped once a day, each part by itself: one that fails stops no other."""

import logging
from collections.abc import Callable

from django.core.management import call_command

from issues import images, search, uses
from issues.rendering import rerender
from issues.signing_in import attempts
from subscribers import limits, subscriptions
from subscribers.delivery import heart

logger = logging.getLogger(__name__)


def render_anew() -> None:
    issues, sections = rerender()
    if issues or sections:
        logger.warning("Rendered %d issues and %d sections anew.", issues, sections)


def mend_uses() -> None:
    if count := uses.mend():
        logger.warning("Uses of pictures were mended in %d of the texts.", count)


def mend_search() -> None:
    if count := search.mend():
        logger.warning("The search index differed in %d places.", count)


def sweep_pictures() -> None:
    if count := images.sweep():
        logger.info("%d files that belonged to no picture were removed.", count)


def clear_sessions() -> None:
    call_command("clearsessions")


def forget_failures() -> None:
    attempts.forget_old()


def erase_unconfirmed() -> None:
    if count := subscriptions.erase_unconfirmed():
        logger.info("%d people who never confirmed were forgotten.", count)


def drop_unconfirmed_changes() -> None:
    if count := subscriptions.drop_unconfirmed_changes():
        logger.info("%d new addresses that never confirmed were forgotten.", count)


def forget_limits() -> None:
    limits.forget_old()


def forget_workers() -> None:
    heart.forget_old()


# In this order: what is rendered anew is indexed by the next.
PARTS = (
    *(render_anew, mend_uses, mend_search, sweep_pictures),
    *(clear_sessions, erase_unconfirmed, drop_unconfirmed_changes, forget_limits),
    *(forget_workers, forget_failures),
)


def do_all(parts: tuple[Callable[[], None], ...] = PARTS, is_ending=lambda: False) -> bool:
    """Do each part, until it is time to end; say whether all went well."""
    is_well = True
    for part in parts:
        if is_ending():
            return False
        try:
            part()
        except Exception:  # the others are still to be done
            logger.exception("The daily work “%s” failed.", part.__name__)
            is_well = False
    return is_well
