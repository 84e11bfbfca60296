"""Why something is not done with a mailing; nothing was changed, and the message says why."""

import datetime

from django.utils.translation import gettext as _

from issues.moments import in_words
from subscribers.models import Mailing


class Refused(Exception):
    """Something speaks against it."""


class NotPausable(Refused):
    def __init__(self, mailing: Mailing):
        super().__init__(_("Nothing is going out: it is “%s”.") % mailing.get_state_display())


class NotPaused(Refused):
    def __init__(self, mailing: Mailing):
        super().__init__(_("It is not paused: it is “%s”.") % mailing.get_state_display())


class NotPublic(Refused):
    def __init__(self, mailing: Mailing):
        super().__init__(_("The issue is not public: its links would lead nowhere. Publish it."))


class AlreadyOver(Refused):
    def __init__(self, mailing: Mailing):
        words = _("That is not possible any more: it is “%s”.")
        if mailing.state == Mailing.State.APPROVED:
            words = _("It has not begun: it is “%s”. Discard it where it was approved.")
        super().__init__(words % mailing.get_state_display())


class StillListing(Refused):
    def __init__(self, mailing: Mailing):
        super().__init__(_("Not everybody has been listed yet. Whoever joins comes along."))


class NothingToDo(Refused):
    """Whom it is about, there is nobody; or somebody else was quicker."""


class TooOld(Refused):
    """An issue of the month before is no welcome."""

    AGE = datetime.timedelta(days=30)

    def __init__(self, mailing: Mailing):
        words = _("It began on %s. After a month it is sent to nobody new.")
        super().__init__(words % in_words(mailing.started_at))
