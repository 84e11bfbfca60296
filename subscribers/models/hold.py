"""What keeps all mail back after the site was put back from a backup."""

from django.db import models
from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Hold(models.Model):
    """While there is one, no message of any kind is taken in hand; see `delivery.holding`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    reason = models.TextField(_("why"))
    since = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="there_is_one_hold")]

    def __str__(self):
        return self.reason

    @staticmethod
    def is_off() -> Q:
        """Give the condition under which messages may be taken in hand, for any query."""
        return Q(~Exists(Hold.objects.all()))
