"""Where sections link to, in a form in which the same page has one address."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from issues.models.section import Section


class SectionLink(models.Model):
    """One page that a section links to; derived from its link and text by `issues.search`."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="links")
    address = models.CharField(_("address"), max_length=500, db_index=True)

    class Meta:
        verbose_name = _("link of a section")
        verbose_name_plural = _("links of sections")
        constraints = [
            models.UniqueConstraint(
                fields=["section", "address"], name="section_has_each_link_once"
            )
        ]

    def __str__(self):
        return self.address
