"""What came back: mail that could not be delivered, and people who called it spam."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscribers.models.delivery import Delivery
from subscribers.models.subscriber import Subscriber


class Bounce(models.Model):
    """One report about one person, however it reached us."""

    class Kind(models.TextChoices):
        HARD = "hard", _("The address does not exist")
        SOFT = "soft", _("It could not be delivered this time")
        COMPLAINT = "complaint", _("Called spam")

    class Source(models.TextChoices):
        SMTP = "smtp", _("The mail server, when we sent")
        PROVIDER = "provider", _("The provider")
        REPORT = "report", _("A report by mail")

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="bounces", verbose_name=_("subscriber")
    )
    delivery = models.ForeignKey(
        Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="bounces"
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    source = models.CharField(_("told by"), max_length=10, choices=Source)
    # What names the report where it comes from, so that it counts once however often it is told.
    event = models.CharField(max_length=200, unique=True, editable=False)
    status = models.CharField(_("status"), max_length=20, blank=True)  # such as 5.1.1 (RFC 3463)
    detail = models.TextField(_("what was said"), blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")

    def __str__(self):
        return f"{self.get_kind_display()}, {self.at:%Y-%m-%d %H:%M}"
