"""Keeps all mail back after a backup was restored: the site does not know what was sent since.

No statement that takes a message in hand finds one while there is a Hold: neither deliveries nor
letters nor reminders, whichever worker asks. Mailings that were to go out are paused besides, and
stay so when the hold ends: each has its own page with a button to go on. Tests that a person sends
from the desk go out all the same.
"""

from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from issues.audit import Act, note
from subscribers.delivery import restored
from subscribers.delivery.refusals import Refused
from subscribers.delivery.rights import APPROVE
from subscribers.models import Hold, Letter, Mailing, Nudge


class NothingHeld(Refused):
    def __init__(self):
        super().__init__(_("Nothing is held back. Mail goes out as usual."))


class Waiting(NamedTuple):
    """How much is kept back."""

    mailings: int
    letters: int
    reminders: int

    @property
    def words(self) -> str:
        counts = (
            ngettext("%d mailing", "%d mailings", self.mailings) % self.mailings,
            ngettext("%d letter", "%d letters", self.letters) % self.letters,
            ngettext("%d reminder", "%d reminders", self.reminders) % self.reminders,
        )
        return _("Waiting: %s.") % ", ".join(counts)


def current() -> Hold | None:
    return Hold.objects.first()


@transaction.atomic
def hold(reason: str) -> None:
    """Keep all mail back until a person resumes it."""
    Hold.objects.update_or_create(pk=1, defaults={"reason": reason, "since": timezone.now()})
    restored.hold_all(reason)


@transaction.atomic
def resume(user) -> str:
    """Let letters and reminders go out again, and mailings be resumed; None is the command line.

    Raises NothingHeld, so that of two people who press the button one is told.
    """
    if user is not None and not user.has_perm(APPROVE):
        raise PermissionDenied
    found = waiting()
    if not Hold.objects.all().delete()[0]:
        raise NothingHeld
    note(user, Act.SENDING_RESUMED, detail=found.words)
    words = [_("Letters and reminders go out again.")]
    if found.mailings:
        words.append(_("Each mailing waits on its own page, until somebody lets it go on."))
    return " ".join(words)


def waiting() -> Waiting:
    State = Letter.State
    return Waiting(
        mailings=paused().count(),
        letters=Letter.objects.filter(state__in=[State.QUEUED, State.SENDING]).count(),
        reminders=Nudge.objects.filter(due_at__isnull=False).count(),
    )


def paused():
    """Give the mailings that wait for a person."""
    return Mailing.objects.filter(state=Mailing.State.PAUSED).light()
