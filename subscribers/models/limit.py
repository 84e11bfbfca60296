"""How often something was done lately, so that it is not done too often."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Limit(models.Model):
    """A counter; `subscribers.limits` alone reads and moves it, in one statement."""

    name = models.CharField(max_length=80, primary_key=True)
    count = models.PositiveIntegerField(_("how often"))
    began_at = models.DateTimeField(_("since"))
    last_at = models.DateTimeField(_("last"), db_index=True)

    class Meta:
        verbose_name = _("limit")
        verbose_name_plural = _("limits")

    def __str__(self):
        return self.name
