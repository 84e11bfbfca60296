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


class Worker(models.Model):
    """One process of `manage.py worker`."""

    name = models.CharField(_("name"), max_length=60, unique=True)  # of the machine, and a number
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now, db_index=True)

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self):
        return self.name
