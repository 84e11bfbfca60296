"""The folders of data at which workers work, so that a database that went back is noticed."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Installation(models.Model):
    """One DATA_DIR: how often its workers have said so, which only a backup takes back."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    beats = models.PositiveBigIntegerField(default=0, editable=False)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        ordering = ["-seen_at"]
        verbose_name = _("installation")
        verbose_name_plural = _("installations")

    def __str__(self):
        return str(self.uid)
