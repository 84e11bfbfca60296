"""The workers that live: each says so every few seconds."""

import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Who has not been seen for so long is gone.
SILENCE = datetime.timedelta(seconds=30)


class WorkerQuerySet(models.QuerySet):
    def alive(self, at=None):
        """Keep those that live at the moment `at` (now by default)."""
        return self.filter(seen_at__gt=(at or timezone.now()) - SILENCE)

    def in_trouble(self, at=None):
        """Keep those that live and cannot send, the one of longest ago first."""
        return self.alive(at).filter(trouble_at__isnull=False).order_by("trouble_at")


class Worker(models.Model):
    """One process of `manage.py worker`."""

    name = models.CharField(_("name"), max_length=60, unique=True)  # of the machine, and a number
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now, db_index=True)
    # Why it cannot send, and since when: that of the mail server, not of a message.
    trouble = models.TextField(_("what is wrong"), blank=True)
    trouble_at = models.DateTimeField(_("since"), null=True, blank=True)

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self):
        return self.name
