"""What a person has asked for and agreed to, and when: a record that only grows."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscribers.models.subscriber import Subscriber


class OnlyGrows(TypeError):
    """Somebody tried to change or delete what was recorded."""


class ConsentEventQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise OnlyGrows("What people have agreed to is never changed.")

    def delete(self):
        raise OnlyGrows("What people have agreed to goes only with the person.")

    def hand_over(self, subscriber: Subscriber) -> None:
        """Let the events be of another row, which is the same person."""
        super().update(subscriber=subscriber)

    def bulk_update(self, *args, **kwargs):
        raise OnlyGrows("What people have agreed to is never changed.")


class ConsentEvent(models.Model):
    """One thing that a person did or that was done for them; goes only with the person."""

    class Kind(models.TextChoices):
        ASKED = "asked", _("Asked to join")
        CONFIRMED = "confirmed", _("Confirmed")
        IMPORTED = "imported", _("Imported")
        CHOSE = "chose", _("Chose sections")
        PAUSED = "paused", _("Paused")
        RESUMED = "resumed", _("Ended the pause")
        CHANGE_ASKED = "change_asked", _("Asked for another address")
        CHANGED = "changed", _("Changed the address")
        LEFT = "left", _("Left")
        CAME_BACK = "came_back", _("Took leaving back")
        REASON = "reason", _("Gave a reason for leaving")
        BOUNCED = "bounced", _("Could not be reached")
        COMPLAINED = "complained", _("Complained")

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="events", verbose_name=_("subscriber")
    )
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    zone = models.CharField(_("time zone"), max_length=60)
    form = models.CharField(_("form"), max_length=40)
    page = models.CharField(_("page"), max_length=300, blank=True)
    words = models.TextField(_("what the form said"), blank=True)
    policy_version = models.CharField(_("version of the privacy page"), max_length=20, blank=True)
    network = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Who of the editors did it, if not the person."),
    )

    objects = ConsentEventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        indexes = [models.Index(fields=["kind", "at"], name="consent_events_over_time")]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.at:%Y-%m-%d %H:%M}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise OnlyGrows("What people have agreed to is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise OnlyGrows("What people have agreed to goes only with the person.")
