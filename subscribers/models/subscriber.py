"""A person who has asked for the newsletter."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from issues.models import SectionType
from subscribers.addresses import MAX_LENGTH, Address, key_of, shown


class SubscriberQuerySet(models.QuerySet):
    def active(self):
        """Keep those who have confirmed and not left."""
        return self.filter(state=self.model.State.ACTIVE)

    def receiving(self, at=None):
        """Keep those who are to get a letter at the moment `at` (now by default): no pause."""
        resting = Q(paused_until__gt=at or timezone.now())
        return self.active().exclude(resting)

    def paused(self, at=None):
        """Keep those whose letters rest at the moment `at` (now by default)."""
        return self.active().filter(paused_until__gt=at or timezone.now())

    def moving(self):
        """Keep those who have asked for another address that has not confirmed yet."""
        return self.exclude(new_email="")

    def unconfirmed(self, asked_before):
        """Keep those who asked before that moment, and never confirmed."""
        return self.filter(state=self.model.State.PENDING, asked_at__lt=asked_before)


class Subscriber(models.Model):
    """A person who has asked for the newsletter; `state` says whether letters may go out."""

    class State(models.TextChoices):
        PENDING = "pending", _("Asked, not confirmed")
        ACTIVE = "active", _("Active")
        LEFT = "left", _("Left")
        BOUNCED = "bounced", _("Unreachable")

    # What links and exports call the person: neither the address nor a number to count by.
    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    email = models.CharField(_("e-mail address"), max_length=MAX_LENGTH)
    key = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        editable=False,
        help_text="The address for comparison; see `subscribers.addresses`.",
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PENDING, db_index=True
    )
    # What is left out, not what is chosen: a type that is new next year comes along.
    unwanted_types = models.ManyToManyField(
        SectionType,
        blank=True,
        related_name="unwanting_subscribers",
        verbose_name=_("left out"),
        help_text=_("Kinds of sections that this person does not want."),
    )
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    new_email = models.CharField(
        _("new address"),
        max_length=MAX_LENGTH,
        blank=True,
        editable=False,
        help_text=_("Asked for, not yet confirmed from there."),
    )
    # Moves whenever links that were sent before must not work any more (see `tokens`).
    round = models.PositiveIntegerField(default=0, editable=False)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, db_index=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        permissions = [
            ("import_subscriber", _("Can import subscribers")),
            ("export_subscriber", _("Can export subscribers")),
        ]
        indexes = [
            models.Index(
                fields=["new_email"], condition=~Q(new_email=""), name="subscribers_who_move"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="active") | Q(confirmed_at__isnull=False),
                name="active_subscriber_has_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state="left") | Q(left_at__isnull=False),
                name="subscriber_left_at_a_moment",
            ),
        ]

    def __str__(self):
        return shown(self.email)

    def save(self, *args, update_fields=None, **kwargs):
        self.key = key_of(self.email)
        if update_fields is not None and "email" in update_fields:
            update_fields = {*update_fields, "key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    @property
    def address(self) -> Address:
        return Address(self.email, self.key)

    def is_paused(self, at=None) -> bool:
        """Say whether letters rest at the moment `at`; agrees with `receiving`."""
        return self.paused_until is not None and self.paused_until > (at or timezone.now())
