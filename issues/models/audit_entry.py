"""Who did what that others should be able to ask about later."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act, written by `issues.audit`. It is never changed; it outlives who did it."""

    class Act(models.TextChoices):
        """What is written down. The field takes others, too, as a later release may know them."""

        PUBLISHED = "published", _("published an issue")
        SCHEDULED = "scheduled", _("scheduled an issue")
        UNPUBLISHED = "unpublished", _("unpublished an issue")
        DELETED = "deleted", _("deleted an issue")
        RECOVERED = "recovered", _("brought a deleted issue back")
        LINK_MADE = "link_made", _("made a link for reviewers")
        LINK_REVOKED = "link_revoked", _("revoked a link for reviewers")
        MAIL_APPROVED = "mail_approved", _("approved a mail")
        MAIL_DISCARDED = "mail_discarded", _("took the approval of a mail back")
        MAIL_PAUSED = "mail_paused", _("paused a mailing")
        MAIL_RESUMED = "mail_resumed", _("resumed a mailing")
        MAIL_CANCELLED = "mail_cancelled", _("cancelled a mailing")
        MAIL_RETRIED = "mail_retried", _("tried failed messages again")
        MAIL_RELEASED = "mail_released", _("sent held messages")
        MAIL_DECIDED = "mail_decided", _("decided on a held message")
        MAIL_JOINED = "mail_joined", _("sent a mailing to those who joined since")
        WEEK_SKIPPED = "week_skipped", _("skipped a week")
        WEEK_RESTORED = "week_restored", _("skipped a week no more")
        READERS_EXPORTED = "readers_exported", _("exported readers")
        READERS_IMPORTED = "readers_imported", _("imported readers")
        READERS_ERASED = "readers_erased", _("erased readers")
        SUPPRESSION_LIFTED = "suppression_lifted", _("let an address be written to again")
        BACKED_UP = "backed_up", _("backed the site up")
        RESTORED = "restored", _("put a backup in the place of the site")
        SENDING_RESUMED = "sending_resumed", _("let mail go out again")
        ACCOUNT_MADE = "account_made", _("made an account")
        ACCOUNT_CHANGED = "account_changed", _("changed an account")
        ACCOUNT_DELETED = "account_deleted", _("deleted an account")
        PASSWORD_SET = "password_set", _("set a password")
        DEVICE_MADE = "device_made", _("set up the second step")
        DEVICE_DROPPED = "device_dropped", _("switched off the second step")
        DEVICE_TAKEN = "device_taken", _("took the second step away from somebody")
        CODES_RENEWED = "codes_renewed", _("renewed recovery codes")
        ROLE_MADE = "role_made", _("made a role")
        ROLE_CHANGED = "role_changed", _("changed a role")
        ROLE_DELETED = "role_deleted", _("deleted a role")

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("account"),
    )
    name = models.CharField(
        _("who"), max_length=150, db_index=True, help_text="As they were called then."
    )
    act = models.CharField(_("what"), max_length=50)
    subject = models.CharField(_("of what"), max_length=300, blank=True)
    detail = models.CharField(_("details"), max_length=500, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("audit log entry")
        verbose_name_plural = _("audit log entries")
        default_permissions = ("view",)

    def __str__(self):
        return f"{self.name}: {self.act} {self.subject}".strip()

    @property
    def act_label(self) -> str:
        """Say what was done; what this release does not know, as it is kept."""
        return str(dict(self.Act.choices).get(self.act, self.act))
