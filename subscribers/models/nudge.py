"""The reminders that nothing is approved for a slot: one row for each person and kind."""

import datetime
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscribers.models.hold import Hold
from subscribers.models.slot import Slot

# Who has one in hand sends it within that time; else somebody else does.
LEASE = datetime.timedelta(minutes=5)


class NudgeQuerySet(models.QuerySet):
    def due(self, at=None):
        """Keep what a worker may take at the moment `at` (now by default): nothing of a hold."""
        return self.filter(Hold.is_off(), due_at__lte=at or timezone.now())

    def claim(self, pk: int, at=None):
        """Take one that is due in hand, so that nobody else does; None if somebody has."""
        at = at or timezone.now()
        lease = at + LEASE
        if not self.due(at).filter(pk=pk).update(due_at=lease):
            return None
        return self.filter(pk=pk, due_at=lease).select_related("slot", "user").first()


class Nudge(models.Model):
    """A reminder to one publisher. It is due until it is over, as a delivery is."""

    class Kind(models.TextChoices):
        DAY = "day", _("A day before")
        HOURS = "hours", _("Some hours before")

    # Makes the Message-ID, so that a second try is the same message to whoever got the first.
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="nudges")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    due_at = models.DateTimeField(_("due"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    reply = models.TextField(_("what the mail server said"), blank=True)

    objects = NudgeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "user", "kind"], name="nobody_is_reminded_twice"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(due_at__isnull=True),
                name="sent_reminders_are_not_due",
            ),
        ]

    def __str__(self):
        return f"{self.slot}, {self.get_kind_display()}"

    def end(self, reply: str, at: datetime.datetime | None = None) -> None:
        """Note that it was sent at a moment, or that it never will be."""
        Nudge.objects.filter(pk=self.pk).update(due_at=None, sent_at=at, reply=reply)

    def put_off(self, until: datetime.datetime, reply: str = "") -> None:
        """Let somebody try again, if it is still ours."""
        in_hand = Nudge.objects.filter(pk=self.pk, due_at=self.due_at)
        in_hand.update(due_at=until, reply=reply)
