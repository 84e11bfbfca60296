"""Links by which a draft is shown to somebody without an account."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from issues.models.issue import Issue


class ShareLinkQuerySet(models.QuerySet):
    def valid(self, at=None):
        """Keep the links that open at the moment `at`; now by default."""
        return self.filter(expires_at__gt=at or timezone.now(), revoked_at__isnull=True)


class ShareLink(models.Model):
    """Leave to read one issue before it is public, until it expires or is taken back."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="share_links")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("share link")
        verbose_name_plural = _("share links")

    def __str__(self):
        return f"{self.issue} → {self.expires_at:%Y-%m-%d %H:%M}"
