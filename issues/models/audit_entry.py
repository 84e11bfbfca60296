"""Who did what that others should be able to ask about later."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act, written by `issues.audit`. It is never changed; it outlives who did it."""

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("account"),
    )
    name = models.CharField(_("who"), max_length=150, help_text="As they were called then.")
    act = models.CharField(_("what"), max_length=50)
    subject = models.CharField(_("of what"), max_length=300, blank=True)
    detail = models.CharField(_("details"), max_length=500, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("entry of the audit log")
        verbose_name_plural = _("audit log")
        default_permissions = ("view",)

    def __str__(self):
        return f"{self.name}: {self.act} {self.subject}".strip()
