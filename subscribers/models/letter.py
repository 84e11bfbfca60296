"""Letters to single people that wait for the worker: a ledger, so that nothing is lost."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscribers.addresses import MAX_LENGTH
from subscribers.models.subscriber import Subscriber


class LetterQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=self.model.State.QUEUED)

    def due(self, at=None):
        """Keep what is to be sent at the moment `at` (now by default).

        A letter that somebody was sending when their lease ran out is due again.
        """
        at = at or timezone.now()
        left_behind = Q(state=self.model.State.SENDING, lease_until__lte=at)
        return self.filter(Q(state=self.model.State.QUEUED, due_at__lte=at) | left_behind)


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
        return f"{self.get_kind_display()}, {self.email}"
