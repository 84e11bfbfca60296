"""Which texts show which pictures."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.models.asset import Asset
from issues.models.issue import Issue
from issues.models.section import Section


class AssetUse(models.Model):
    """A picture in the text of a section or the introduction of an issue; derived from these.

    `issues.models.illustrated` keeps it in step. While there is one, the database lets nobody
    delete the picture. (A cover picture is kept by its issue itself.)
    """

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="uses")
    section = models.ForeignKey(
        Section, on_delete=models.CASCADE, null=True, related_name="asset_uses"
    )
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, null=True, related_name="asset_uses")

    class Meta:
        verbose_name = _("use of a picture")
        verbose_name_plural = _("uses of pictures")
        constraints = [
            models.UniqueConstraint(fields=["asset", "section"], name="section_uses_asset_once"),
            models.UniqueConstraint(fields=["asset", "issue"], name="issue_uses_asset_once"),
            models.CheckConstraint(
                condition=Q(section__isnull=True) ^ Q(issue__isnull=True),
                name="asset_use_has_one_place",
            ),
        ]

    def __str__(self):
        return f"{self.asset} · {self.section or self.issue}"
