"""An issue on its way to the readers: what was approved, by whom, and how far it is."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from issues.models import Asset, Issue
from subscribers.models.hold import Hold


class MailingQuerySet(models.QuerySet):
    def waiting(self):
        """Keep those that were approved and have not begun."""
        return self.filter(state=self.model.State.APPROVED)

    def due(self, at=None):
        """Keep those that are to begin at the moment `at` (now by default): none during a hold."""
        return self.waiting().filter(Hold.is_off(), scheduled_for__lte=at or timezone.now())

    def under_way(self):
        """Keep those whose people are being listed, or written to."""
        return self.filter(state__in=[self.model.State.STARTING, self.model.State.SENDING])

    def light(self):
        """Leave out the long texts that only the mail itself shows."""
        return self.defer("contents")


class Mailing(models.Model):
    """One issue as mail. What was approved is frozen here: later edits do not change it.

    How many got it is never stored: the rows of `Delivery` say so.
    """

    class State(models.TextChoices):
        APPROVED = "approved", _("Approved")
        STARTING = "starting", _("Starting")  # each person gets their row
        SENDING = "sending", _("Being sent")
        PAUSED = "paused", _("Paused")
        SENT = "sent", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")

    issue = models.OneToOneField(
        Issue, on_delete=models.PROTECT, related_name="mailing", verbose_name=_("issue")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.APPROVED)
    reason = models.TextField(_("why it is paused"), blank=True)
    subject = models.CharField(_("subject"), max_length=300)
    sender = models.CharField(_("from"), max_length=400)
    # What `subscribers.issue_mail` has made of the issue, and a hash of all that people get.
    contents = models.JSONField(editable=False)
    digest = models.CharField(editable=False, max_length=64)
    size = models.PositiveIntegerField(_("bytes of the longest message"), editable=False)
    audience = models.PositiveIntegerField(_("people when it was approved"), editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("approved by"),
    )
    # Stays when the account goes.
    approver = models.CharField(_("approved by"), max_length=200, editable=False)
    approved_at = models.DateTimeField(_("approved"), default=timezone.now)
    scheduled_for = models.DateTimeField(_("to be sent"))
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    # Everybody up to this subscriber has a row; a worker that goes on begins behind them.
    listed_to = models.BigIntegerField(default=0, editable=False)
    listed_at = models.DateTimeField(null=True, editable=False)
    # A person has let it go on: what failed before has been looked at.
    resumed_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # A picture that went out by mail is never deleted.
    pictures = models.ManyToManyField(Asset, through="MailingPicture", related_name="mailings")

    objects = MailingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        permissions = [("approve_mailing", _("Can approve mailing"))]
        indexes = [
            models.Index(
                fields=["scheduled_for"],
                condition=Q(state__in=["approved", "starting", "sending"]),
                name="mailings_to_be_sent",
            )
        ]

    def __str__(self):
        return self.subject

    @property
    def has_begun(self) -> bool:
        """Say whether people may have got it, so that nobody can change it any more."""
        is_to_come = self.state in (self.State.APPROVED, self.State.PAUSED)
        return self.started_at is not None or not is_to_come


class MailingPicture(models.Model):
    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailing", "asset"], name="mailing_holds_picture_once")
        ]

    def __str__(self):
        return _("The mail %s") % self.mailing
