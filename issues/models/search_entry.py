"""What the search filters, counts and sorts by; written by `issues.search`, never by hand."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from issues.models.issue import Issue
from issues.models.section import Section


class SearchEntryQuerySet(models.QuerySet):
    def published(self, at=None):
        """Keep the entries of sections that are public at the moment `at`; now by default.

        Few issues are ever hidden: leaving those out is faster than asking for each section. The
        issue has the word and not the copy of its date here, which only sorts and counts.
        """
        hidden = Issue.objects.unpublished(at).order_by().values("pk")
        dated = self.filter(issue__isnull=False, published_at__isnull=False)
        return dated.exclude(issue__in=hidden)


class SearchEntry(models.Model):
    """The facts of one section, in a row that is narrow enough to read thousands of them."""

    section = models.OneToOneField(
        Section, on_delete=models.CASCADE, primary_key=True, related_name="search_entry"
    )
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, null=True, related_name="+")
    type_id = models.BigIntegerField()
    published_at = models.DateTimeField(null=True, db_index=True)
    year = models.SmallIntegerField(null=True, help_text="Of `published_at`, in the site's zone.")
    tags = models.TextField(blank=True, help_text="The tags' keys, with a space between.")
    superseded_by_id = models.BigIntegerField(null=True)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        indexes = [models.Index(fields=["type_id", "published_at"])]

    def __str__(self):
        return f"{self.pk}"


class SearchWord(models.Model):
    """A word of the archive, from which the nearest spelling is chosen."""

    word = models.CharField(primary_key=True, max_length=40)
    first = models.CharField(max_length=1)
    length = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("word")
        verbose_name_plural = _("words")
        indexes = [models.Index(fields=["first", "length"])]

    def __str__(self):
        return self.word
