"""Why something is not done with a mailing; nothing was changed, and the message says why."""

import datetime

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from issues.models import Issue
from issues.moments import in_words
from subscribers.models import Mailing


class Refused(Exception):
    """Something speaks against it."""


class NotPublic(Refused):
    """Mail leads to the issue's page, which must be there by then."""

    def __init__(self, issue: Issue):
        if issue.published_at is None:
            super().__init__(_("It is a draft. Publish or schedule it first: mail leads there."))
            return
        words = _("The issue goes public on %s, which is after the mail. Choose a later moment.")
        super().__init__(words % in_words(issue.published_at))


class MomentPassed(Refused):
    def __init__(self, at: datetime.datetime):
        words = _("That moment has passed: %s. To send at once, choose “Send now”.")
        super().__init__(words % in_words(at))


class TooFarAway(Refused):
    def __init__(self):
        super().__init__(_("That is more than a year away. Choose an earlier moment."))


class AlreadyApproved(Refused):
    def __init__(self, mailing: Mailing):
        facts = {"who": mailing.approver, "moment": in_words(mailing.scheduled_for)}
        words = _("%(who)s has approved it already. It goes out on %(moment)s.")
        super().__init__(words % facts)


class WeekTaken(Refused):
    def __init__(self, mailing: Mailing):
        words = _("“%s” is approved for that moment. Discard it first if nothing is to go out.")
        super().__init__(words % mailing)


class AlreadyBegun(Refused):
    def __init__(self):
        super().__init__(_("It has begun to go out, or has gone out. That cannot be changed."))


class Gone(Refused):
    def __init__(self):
        super().__init__(_("Somebody has discarded it meanwhile. Nothing was done."))


class Changed(Refused):
    def __init__(self):
        words = _(
            "The issue has changed since you looked at its mail. Nothing was approved: please look "
            "at it again."
        )
        super().__init__(words)


class NotReady(Refused):
    """Pre-flight holds the issue back; `findings` are its reasons."""

    def __init__(self, findings: list):
        words = _("Something in the issue has to be mended first: %s")
        super().__init__(words % findings[0].message)
        self.findings = findings


class TooLarge(Refused):
    """Mail programs cut off what is longer."""

    def __init__(self, size: int, limit: int, largest: list[tuple[str, int]]):
        words = _("The mail has %(size)s bytes, and mail programs cut it off near %(limit)s.")
        facts = {"size": intcomma(size), "limit": intcomma(limit)}
        sections = ", ".join(f"“{title}” ({intcomma(count)})" for title, count in largest)
        parts = [words % facts, _("The largest sections: %s.") % sections if sections else ""]
        super().__init__(" ".join(filter(None, parts)))


class NobodyToWriteTo(Refused):
    def __init__(self):
        super().__init__(_("There is nobody who would get it."))


class Unsendable(Refused):
    """What stands in a header must be one line of text."""


class NotPausable(Refused):
    def __init__(self, mailing: Mailing):
        super().__init__(_("Nothing is going out: it is “%s”.") % mailing.get_state_display())


class NotPaused(Refused):
    def __init__(self, mailing: Mailing):
        super().__init__(_("It is not paused: it is “%s”.") % mailing.get_state_display())


class AllHeld(Refused):
    def __init__(self):
        words = _("All mail is held back since a backup was restored. Let it go out again first.")
        super().__init__(words)


class LeadsNowhere(Refused):
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
