"""What an editor has typed and not yet saved."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.models.issue import Issue


class WorkingCopyQuerySet(models.QuerySet):
    def keep(self, user, issue: Issue | None, version: int, data: dict):
        """Store what `user` has in the form of `issue`; None is the form of a new one."""
        values = {"data": data, "version": version}
        return self.update_or_create(user=user, issue=issue, defaults=values)[0]

    def of(self, user, issue: Issue | None):
        """Give what `user` left in the form of `issue`, or None."""
        return self.filter(user=user, issue=issue).first()


class WorkingCopy(models.Model):
    """The form of an issue as one editor left it: kept by the desk every few seconds.

    It goes when the editor saves or throws it away, and it is no part of the issue before.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    issue = models.ForeignKey(
        Issue, on_delete=models.CASCADE, null=True, blank=True, related_name="working_copies"
    )
    version = models.PositiveIntegerField()  # of the issue, when the form was opened
    data = models.JSONField()  # field name: list of its values, as the form would post them
    saved_at = models.DateTimeField(auto_now=True)

    objects = WorkingCopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("working copy")
        verbose_name_plural = _("working copies")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "issue"], name="editor_has_one_working_copy_of_an_issue"
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(issue__isnull=True),
                name="editor_has_one_working_copy_of_a_new_issue",
            ),
        ]

    @property
    def token(self) -> str:
        """Name this state of the copy: whoever knows it has seen, or written, what it holds."""
        return self.saved_at.isoformat()

    def __str__(self):
        return f"{self.issue or _('New issue')} ({self.user})"
