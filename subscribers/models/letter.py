"""Letters to single people that wait for the worker: a ledger, so that nothing is lost."""

import datetime
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscribers.addresses import MAX_LENGTH, shown
from subscribers.models.hold import Hold
from subscribers.models.subscriber import Subscriber

# Who has claimed a letter sends it within that time; else somebody else does. Longer than all the
# answers of a slow mail server take together.
LEASE = datetime.timedelta(minutes=5)
FIRST_PAUSE = datetime.timedelta(minutes=1)  # after a refusal for now; then twice as long, …
LONGEST_PAUSE = datetime.timedelta(hours=1)


class LetterQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=self.model.State.QUEUED)

    def due(self, at=None):
        """Keep what is to be sent at the moment `at` (now by default).

        A letter that somebody was sending when their lease ran out is due again. While all mail
        is held, none is.
        """
        at = at or timezone.now()
        left_behind = Q(state=self.model.State.SENDING, lease_until__lte=at)
        is_due = Q(state=self.model.State.QUEUED, due_at__lte=at) | left_behind
        return self.filter(is_due, Hold.is_off())

    def claim(self, pk: int, at=None):
        """Take one that is due in hand, so that nobody else does; None if somebody has."""
        at = at or timezone.now()
        lease = at + LEASE
        one = self.filter(pk=pk)
        sending = self.model.State.SENDING
        if not one.due(at).update(state=sending, lease_until=lease, attempts=F("attempts") + 1):
            return None
        return one.filter(lease_until=lease).select_related("subscriber").first()


class Letter(models.Model):
    """One message to one person, written when it is sent: until then nothing of it can be old."""

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation", _("Please confirm")
        REMINDER = "reminder", _("You are on the list already")
        WELCOME = "welcome", _("Welcome")
        CHANGE = "change", _("Confirm your new address")
        CHANGED = "changed", _("Your address was changed")
        GOODBYE = "goodbye", _("Goodbye")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    # Makes the Message-ID, so that a second try is the same message to whoever got the first.
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("letter"), max_length=12, choices=Kind)
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="letters", verbose_name=_("subscriber")
    )
    email = models.CharField(
        _("to"), max_length=MAX_LENGTH, help_text=_("Where it goes; for a new address, there.")
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    reply = models.TextField(_("what the mail server said"), blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["queued", "sending"]),
                name="letters_to_be_sent",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {shown(self.email)}"

    def mark_sent(self, reply: str) -> None:
        """Note that the mail server has taken it, whoever has it in hand by now."""
        row = Letter.objects.filter(pk=self.pk)
        now = timezone.now()
        row.update(state=self.State.SENT, sent_at=now, lease_until=None, reply=reply)

    def mark_failed(self, reply: str) -> None:
        """Give it up."""
        self.in_hand().update(state=self.State.FAILED, lease_until=None, reply=reply)

    def put_off(self, reply: str) -> None:
        """Let it wait, longer after each attempt."""
        pause = min(FIRST_PAUSE * 2 ** min(self.attempts - 1, 10), LONGEST_PAUSE)
        due_at = timezone.now() + pause
        self.in_hand().update(state=self.State.QUEUED, due_at=due_at, lease_until=None, reply=reply)

    def give_back(self) -> None:
        """Let somebody send it as if nobody had tried.

        It goes behind the others that are due, so that none of them waits for it again and again.
        """
        self.in_hand().update(
            state=self.State.QUEUED,
            due_at=timezone.now(),
            lease_until=None,
            attempts=F("attempts") - 1,
        )

    def in_hand(self):
        """Give its row if it is still ours: the lease may have run out, or the person be erased."""
        lease = self.lease_until
        return Letter.objects.filter(pk=self.pk, state=self.State.SENDING, lease_until=lease)
