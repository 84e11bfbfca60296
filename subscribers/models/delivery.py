"""The ledger: one row for each person who is to get a mailing, and what has become of it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subscribers.models.mailing import Mailing
from subscribers.models.subscriber import Subscriber


class DeliveryQuerySet(models.QuerySet):
    def open(self):
        """Keep those of which something is still to become."""
        return self.filter(due_at__isnull=False)


class Delivery(models.Model):
    """One mailing to one person. It outlives the person, of whom it then says nothing."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("In hand")
        DEFERRED = "deferred", _("Put off")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Left out")
        HELD = "held", _("Held for you")

    class Skip(models.TextChoices):
        NOTHING_CHOSEN = "nothing", _("This issue has nothing that they chose")
        RESTING = "resting", _("Their letters rest")
        LEFT = "left", _("They have left")
        UNREACHABLE = "unreachable", _("Their address cannot be reached")
        ERASED = "erased", _("They were erased")
        CANCELLED = "cancelled", _("The mailing was cancelled")

    OPEN = (State.QUEUED, State.SENDING, State.DEFERRED)

    # Makes the Message-ID, and the address to which what cannot be delivered comes back.
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    mailing = models.ForeignKey(
        Mailing,
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,  # the constraint's begins with it
    )
    subscriber = models.ForeignKey(
        Subscriber,
        on_delete=models.SET_NULL,
        null=True,
        related_name="deliveries",
        verbose_name=_("subscriber"),
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    # From when on a worker may take it: at once, after a pause, or when a lease has run out.
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    worker = models.CharField(_("worker"), max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lost = models.PositiveSmallIntegerField(_("leases that ran out"), default=0)
    skip = models.CharField(_("why left out"), max_length=12, choices=Skip, blank=True)
    code = models.PositiveSmallIntegerField(_("code"), null=True, blank=True)
    reply = models.TextField(_("what the mail server said"), blank=True)
    first_at = models.DateTimeField(_("first tried"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "subscriber"], name="nobody_gets_a_mailing_twice"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["queued", "sending", "deferred"],
                    due_at__isnull=False,
                    ended_at__isnull=True,
                )
                | Q(
                    state__in=["sent", "failed", "skipped", "held"],
                    due_at__isnull=True,
                    ended_at__isnull=False,
                ),
                name="open_deliveries_are_due",
            ),
        ]
        # Each row is in one of them, and each message moves it twice: the fewer, the faster.
        indexes = [
            models.Index(
                fields=["mailing", "due_at", "state"],
                condition=Q(due_at__isnull=False),
                name="deliveries_to_be_made",
            ),
            models.Index(
                fields=["mailing", "state", "ended_at"],
                condition=Q(ended_at__isnull=False),
                name="deliveries_that_ended",
            ),
        ]

    def __str__(self):
        return f"{self.get_state_display()}, {self.subscriber or _('erased')}"
