"""The kinds of sections that this newsletter has, as rows that an editor may change."""

from collections import Counter

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from issues.paths import path


class SectionTypeQuerySet(models.QuerySet):
    def public_counts(self, at=None) -> dict[int, int]:
        """Give for each type's key how many public sections are of it: all but the hidden ones."""

        def count(sections) -> Counter:
            return Counter(
                dict(sections.order_by().values_list("type").annotate(models.Count("pk")))
            )

        sections = self.model.sections.rel.related_model.objects
        return count(sections.all()) - count(sections.unpublished(at))


class SectionType(models.Model):
    """A kind of section, and how many of it an issue should hold."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    plural = models.CharField(_("plural"), max_length=60)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    emoji = models.CharField(_("emoji"), max_length=16, blank=True)
    color = models.CharField(
        _("colour"), max_length=20, default="slate", help_text=_("A name from the style sheet.")
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Where it stands among the types of an issue.")
    )
    link_label = models.CharField(
        _("link label"),
        max_length=60,
        blank=True,
        help_text=_("What the link of a section says, such as “Read the paper”."),
    )
    link_required = models.BooleanField(_("link required"), default=False)
    min_per_issue = models.PositiveSmallIntegerField(_("at least per issue"), default=0)
    max_per_issue = models.PositiveSmallIntegerField(
        _("at most per issue"), null=True, blank=True, help_text=_("Empty means any number.")
    )

    objects = SectionTypeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("section type")
        verbose_name_plural = _("section types")
        constraints = [
            models.CheckConstraint(
                condition=Q(max_per_issue__isnull=True) | Q(max_per_issue__gte=F("min_per_issue")),
                name="section_type_recipe_is_possible",
                violation_error_message=_("“At most” cannot be less than “at least”."),
            )
        ]

    def __str__(self):
        return f"{self.emoji} {self.name}".strip()

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        self.sections.note_change()

    def get_absolute_url(self):
        return path("type", self.slug)
