"""What a person does with a mailing that has begun: the buttons of its page.

Each verb asks for the right to approve mailings, decides on the locked row, notes in the logs who
did it, and says in words what was done. The user None is the command line or the worker, which may
do everything.
"""

import time

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from issues.audit import Act
from issues.models import Issue
from subscribers.delivery.log import note_act
from subscribers.delivery.refusals import (
    AllHeld,
    AlreadyOver,
    LeadsNowhere,
    NothingToDo,
    NotPausable,
    NotPaused,
    StillListing,
    TooOld,
)
from subscribers.delivery.rights import APPROVE
from subscribers.delivery.starting import AT_ONCE, add_rows
from subscribers.models import Delivery, Hold, Mailing, Subscriber

State, Row = Mailing.State, Delivery.State

# A page must not wait for a million rows: the worker closes those that are left.
PATIENCE = 5  # seconds

# A row that begins anew; its Message-ID stays, so that whoever has it already can tell.
ANEW = {
    **{"state": Row.QUEUED, "attempts": 0, "lost": 0, "worker": ""},
    **{"code": None, "reply": "", "first_at": None, "ended_at": None},
}


@transaction.atomic
def pause(mailing: Mailing, user, reason: str = "") -> str:
    """Let nobody begin another message. What is in hand goes out."""
    held = lock(mailing, user)
    if held.state not in (State.APPROVED, State.STARTING, State.SENDING):
        raise NotPausable(held)
    held.state, held.reason = State.PAUSED, reason
    held.save(update_fields=["state", "reason"])
    return note_act(held, user, Act.MAIL_PAUSED, _("It is paused. Messages in hand still go out."))


@transaction.atomic
def resume(mailing: Mailing, user) -> str:
    """Go on where a mailing was paused."""
    held = lock(mailing, user)
    if held.state != State.PAUSED:
        raise NotPaused(held)
    if Hold.objects.exists():
        raise AllHeld
    state = state_to_resume(held)
    goes_out_at = held.scheduled_for if state == State.APPROVED else timezone.now()
    if held.issue.state_at(goes_out_at) != Issue.State.PUBLISHED:
        raise LeadsNowhere(held)
    held.state, held.reason = state, ""
    if held.state == State.STARTING:
        held.started_at = held.started_at or timezone.now()
    held.resumed_at = timezone.now()
    held.save(update_fields=["state", "reason", "started_at", "resumed_at"])
    if held.state == State.APPROVED:
        return note_act(held, user, Act.MAIL_RESUMED, _("It begins at its time."))
    return note_act(held, user, Act.MAIL_RESUMED, _("It goes on."))


def state_to_resume(mailing: Mailing) -> State:
    """Say what a paused mailing becomes: one whose time is to come still waits for it."""
    if mailing.listed_at is not None:
        return State.SENDING
    is_to_come = mailing.started_at is None and mailing.scheduled_for > timezone.now()
    return State.APPROVED if is_to_come else State.STARTING


def cancel(mailing: Mailing, user) -> str:
    """End a mailing for good. From here on nobody takes a row of it in hand."""
    with transaction.atomic():
        held = lock(mailing, user)
        if held.state not in (State.STARTING, State.SENDING, State.PAUSED):
            raise AlreadyOver(held)
        held.state, held.reason, held.ended_at = State.CANCELLED, "", timezone.now()
        held.save(update_fields=["state", "reason", "ended_at"])
        words = _("It is cancelled. Nobody gets it from now on.")
        note_act(held, user, Act.MAIL_CANCELLED, words)
    close(held, PATIENCE)
    return words


def close_cancelled() -> None:
    """Leave out what is still open of cancelled mailings, such as a message that was put off.

    For the worker: whoever had a row in hand when the mailing was cancelled may give it back, or
    die with it.
    """
    is_open = Delivery.objects.open().filter(mailing=OuterRef("pk"))
    for mailing in Mailing.objects.filter(Exists(is_open), state=State.CANCELLED).light():
        close(mailing)


def close(mailing: Mailing, patience: float | None = None) -> None:
    """Leave out all rows of a cancelled mailing that nobody has in hand, chunk by chunk."""
    begun = time.monotonic()
    while close_some(mailing):
        if patience is not None and time.monotonic() - begun > patience:
            return


def close_some(mailing: Mailing) -> bool:
    """Leave out some thousand rows; say whether there may be more."""
    now = timezone.now()
    is_in_hand = Q(state=Row.SENDING, due_at__gt=now)
    left = mailing.deliveries.filter(~is_in_hand, state__in=[*Delivery.OPEN, Row.HELD]).order_by()
    # Said twice, for somebody may take a row in hand after it was found.
    chunk = left.filter(pk__in=left.values("pk")[:AT_ONCE])
    skip = Delivery.Skip.CANCELLED
    return chunk.update(state=Row.SKIPPED, skip=skip, due_at=None, ended_at=now) > 0


@transaction.atomic
def retry_failed(mailing: Mailing, user, codes=None) -> str:
    """Send once more to those with whom it failed and who are on the list still.

    With `codes` only to those whose mail server gave one of these; None is for no code at all.
    """
    held = lock(mailing, user)
    require_begun(held)
    count = failed(held, codes).update(**ANEW, due_at=timezone.now())
    if not count:
        raise NothingToDo(_("There is nobody to try again."))
    reopen(held)
    words = ngettext(
        "%d message is tried again.", "%d messages are tried again.", count
    )  # fmt: skip
    return note_act(held, user, Act.MAIL_RETRIED, words % count)


def failed(mailing: Mailing, codes=None):
    """Give the rows that failed and may be tried again."""
    rows = mailing.deliveries.filter(state=Row.FAILED, subscriber__state=Subscriber.State.ACTIVE)
    if codes is None:
        return rows
    known = Q(code__in=[code for code in codes if code is not None])
    return rows.filter(known | Q(code=None) if None in codes else known)


@transaction.atomic
def release_held(mailing: Mailing, user) -> str:
    """Send once more what was held: whether it arrived, nobody knows."""
    held = lock(mailing, user)
    require_begun(held)
    count = held.deliveries.filter(state=Row.HELD).update(**ANEW, due_at=timezone.now())
    if not count:
        raise NothingToDo(_("Nothing is held."))
    reopen(held)
    words = ngettext("%d held message goes out.", "%d held messages go out.", count)
    return note_act(held, user, Act.MAIL_RELEASED, words % count)


@transaction.atomic
def decide_held(mailing: Mailing, user, pk: int, state: str) -> str:
    """Say of one message that was held that it was sent, or that it failed."""
    held = lock(mailing, user)
    row = held.deliveries.filter(pk=pk, state=Row.HELD)
    if state not in (Row.SENT, Row.FAILED) or not row.update(state=state, ended_at=timezone.now()):
        raise NothingToDo(_("It is held no more."))
    words = {
        Row.SENT: _("Message %d counts as sent."),
        Row.FAILED: _("Message %d counts as failed."),
    }
    return note_act(held, user, Act.MAIL_DECIDED, words[state] % pk)


@transaction.atomic
def send_to_joined(mailing: Mailing, user) -> str:
    """Send it to those who are on the list by now and have no row."""
    held = lock(mailing, user)
    require_begun(held)
    if held.listed_at is None:
        raise StillListing(held)
    if is_too_old(held):
        raise TooOld(held)
    count = add_joined(held)
    if not count:
        raise NothingToDo(_("Nobody has joined since."))
    reopen(held)
    words = ngettext(
        "%d person who joined since gets it.", "%d people who joined since get it.", count
    )
    return note_act(held, user, Act.MAIL_JOINED, words % count)


def add_joined(mailing: Mailing) -> int:
    """Give everybody who has joined a row; say how many they were."""
    count, last = 0, 0
    people = joined_since(mailing).order_by("pk").values_list("pk", flat=True)
    while chunk := list(people.filter(pk__gt=last)[:AT_ONCE]):
        add_rows(mailing, chunk)
        count, last = count + len(chunk), chunk[-1]
    return count


def joined_since(mailing: Mailing):
    """Give those who are on the list and have no row of this mailing."""
    has_row = Delivery.objects.filter(mailing=mailing, subscriber=OuterRef("pk"))
    return Subscriber.objects.active().exclude(Exists(has_row))


def is_too_old(mailing: Mailing) -> bool:
    """Say whether an issue is no news any more, not even to those who are new."""
    return mailing.started_at < timezone.now() - TooOld.AGE


def lock(mailing: Mailing, user) -> Mailing:
    """Give the mailing as it is now, for as long as the transaction lasts."""
    require_right(user)
    return Mailing.objects.select_for_update(no_key=True).light().get(pk=mailing.pk)


def require_right(user) -> None:
    if user is not None and not user.has_perm(APPROVE):
        raise PermissionDenied


def require_begun(mailing: Mailing) -> None:
    """Refuse what needs people who are listed, and a mailing that is not cancelled."""
    if mailing.state == State.CANCELLED:
        raise AlreadyOver(mailing)
    if mailing.started_at is None:
        raise StillListing(mailing)


def reopen(mailing: Mailing) -> None:
    """Let a mailing that had ended go on; one that is paused stays so."""
    if mailing.state == State.SENT:
        mailing.state, mailing.ended_at = State.SENDING, None
    mailing.resumed_at = timezone.now()
    mailing.save(update_fields=["state", "ended_at", "resumed_at"])
