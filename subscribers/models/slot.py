"""A moment of the standing slot about which something is to be remembered."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Slot(models.Model):
    """One week's moment for mail: whether it is skipped, and who was reminded of it."""

    at = models.DateTimeField(_("moment"), unique=True)
    skipped_at = models.DateTimeField(_("skipped"), null=True, blank=True)
    skipped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    nudged_day_at = models.DateTimeField(_("reminded a day before"), null=True, blank=True)
    nudged_hours_at = models.DateTimeField(_("reminded some hours before"), null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("slot")
        verbose_name_plural = _("slots")

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M}"
