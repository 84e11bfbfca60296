"""Links of people who were known at two addresses, and are one now."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from subscribers.models.subscriber import Subscriber


class FormerLink(models.Model):
    """What links in letters to a former address call a person; see `subscriptions.moving`."""

    uid = models.UUIDField(unique=True, editable=False)
    round = models.PositiveIntegerField(editable=False)
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="former_links"
    )

    class Meta:
        verbose_name = _("former link")
        verbose_name_plural = _("former links")

    def __str__(self):
        return str(self.uid)
