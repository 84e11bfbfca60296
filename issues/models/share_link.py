"""Links by which a draft is shown to somebody without an account."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare
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
    # Of its maker's password, as their sessions have it: all of them end together.
    seal = models.CharField(max_length=64, editable=False, db_default="")

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("share link")
        verbose_name_plural = _("share links")

    def __str__(self):
        return f"{self.issue} → {self.expires_at:%Y-%m-%d %H:%M}"

    @property
    def has_password_of_then(self) -> bool:
        """Say whether its maker still has the password with which they made it."""
        if self.author is None:
            return False
        # With a former SECRET_KEY, while it is kept, the hash is another one.
        now = [self.author.get_session_auth_hash(), *self.author.get_session_auth_fallback_hash()]
        return any(constant_time_compare(self.seal, one) for one in now)
