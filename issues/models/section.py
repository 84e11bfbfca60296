"""The section: one tip, paper, tool or piece of news."""

import itertools

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from markdownx.models import MarkdownxField

from issues import markdown
from issues.characters import one_line, printable
from issues.models.corrected import Corrected
from issues.models.fields import RenderedField, WebAddressField, require_words
from issues.models.illustrated import Illustrated
from issues.models.issue import Issue, public
from issues.models.section_type import SectionType
from issues.models.source import sizes_in, validate_markdown, with_derived
from issues.models.tag import TagsField
from issues.models.versioned import Versioned, VersionedQuerySet
from issues.paths import path
from issues.wikilinks import Reference

SLUG_LENGTH = 80
# What `_type_label.html` shows.
TYPE_LABEL = ("type__name", "type__slug", "type__emoji", "type__color")


class SectionQuerySet(VersionedQuerySet):
    def published(self, at=None):
        """Keep the sections of issues that are public at the moment `at`; now by default."""
        return self.filter(public(at, "issue__"))

    def unpublished(self, at=None):
        """Keep what `published` leaves out, in a form that finds the few without reading all."""
        issues = Issue.objects.unpublished(at).order_by().values("pk")
        return self.filter(Q(issue__isnull=True) | Q(issue__in=issues))

    def in_inbox(self):
        """Keep the sections that wait for an issue."""
        return self.filter(issue__isnull=True)

    def for_pulling(self):
        """Load what a list of the inbox in the form of an issue shows, the oldest first."""
        return self.select_related("type").for_list().order_by("created_at", "pk")

    def note_change(self) -> None:
        """Note that what readers see of these sections has changed; see `Issue`'s."""
        Issue.objects.filter(pk__in=self.order_by().values("issue")).note_change()

    def delete(self):
        issues = list(self.order_by().values_list("issue", flat=True))
        deleted = super().delete()
        Issue.objects.filter(pk__in=issues).note_change()
        return deleted

    delete.alters_data = delete.queryset_only = True

    def lock_issues(self) -> None:
        """Let nobody else save the issues that these sections are in; see `lock`."""
        Issue.objects.filter(pk__in=self.order_by().values("issue")).lock()

    def tagged(self, tag):
        return self.filter(tag_items__tag=tag)

    def newest_first(self):
        return self.order_by("-issue__published_at", "-issue__number", "position", "pk")

    def for_list(self):
        """Leave out the long texts that a list does not show."""
        return self.defer("body", "body_html", "body_text")

    def for_page(self):
        """Load what a section shows around itself: its issue's title, its type and its tags."""
        sections = self.select_related("issue", "type").prefetch_related("tags")
        return sections.defer(*(f"issue__{name}" for name in Issue.LONG))

    def for_link(self):
        """Load what a link to a section says."""
        return self.select_related("issue").only("title", "slug", "issue__number")

    def for_label(self):
        """Load what a link says that tells the type, too."""
        found = self.select_related("issue", "type")
        return found.only("title", "slug", "issue__number", *TYPE_LABEL)

    def for_hit(self):
        """Load what is shown of a section that was found, but for its tags."""
        in_issue = ("issue__number", "issue__title", "issue__published_at")
        return self.select_related("issue", "type").only(
            "title", "slug", "body_text", *in_issue, *TYPE_LABEL
        )

    # The search entries have an index of the dates of each type: what is newest of a type, or
    # nearest to a section, stands at its end, however large the archive is.

    def of_type(self, section_type):
        """Keep what is of a type, the newest first."""
        found = self.filter(search_entry__type_id=section_type.pk)
        moment = "-search_entry__published_at"
        return found.order_by(moment, "-issue__number", "position", "pk")

    def before(self, section):
        """Keep what stands before `section` among those of its type, the nearest first."""
        return self.beside(section, "lt").reverse()

    def after(self, section):
        """Keep what stands after `section` among those of its type, the nearest first."""
        return self.beside(section, "gt")

    def beside(self, section, comparison: str):
        """Keep what stands on one side of `section`: "lt" is before it, "gt" behind."""
        issue, position = section.issue, section.position
        moment = "search_entry__published_at"
        on_that_side = (
            Q(**{f"{moment}__{comparison}": issue.published_at})
            | Q(**{f"issue__number__{comparison}": issue.number})
            | Q(issue=issue, **{f"position__{comparison}": position})
            | Q(issue=issue, position=position, **{f"pk__{comparison}": section.pk})
        )
        # The last condition lets the database use its index of dates.
        found = self.filter(
            on_that_side,
            search_entry__type_id=section.type_id,
            **{f"{moment}__{comparison}e": issue.published_at},
        )
        return found.order_by(moment, "issue__number", "position", "pk")


class Section(Versioned, Illustrated, Corrected):
    """The unit of the newsletter: one tip, paper, tool or piece of news, with its own page."""

    issue = models.ForeignKey(
        Issue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sections",
        verbose_name=_("issue"),
        help_text=_("Empty: it waits in the inbox."),
    )
    type = models.ForeignKey(
        SectionType, on_delete=models.PROTECT, related_name="sections", verbose_name=_("type")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = models.CharField(_("title"), max_length=300)
    short_title = models.CharField(
        _("short title"), max_length=80, blank=True, help_text=_("For the title of the issue.")
    )
    slug = models.SlugField(
        _("slug"),
        max_length=SLUG_LENGTH,
        blank=True,
        help_text=_("Its address within the issue. Empty: made from the title."),
    )
    link = WebAddressField(
        _("link"), max_length=500, blank=True, help_text=_("The paper, tool or source it is about.")
    )
    byline = models.CharField(
        _("byline"), max_length=300, blank=True, help_text=_("Authors of the paper, for example.")
    )
    body = MarkdownxField(
        _("text"), blank=True, validators=[validate_markdown], help_text=_("Markdown.")
    )
    body_html = RenderedField()
    body_text = models.TextField(editable=False, blank=True)
    excerpt = models.TextField(editable=False, blank=True)
    superseded_by = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="supersedes",
        verbose_name=_("superseded by"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("author"),
    )
    render_version = models.PositiveSmallIntegerField(editable=False, default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    tags = TagsField(blank=True, verbose_name=_("tags"))
    objects = SectionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "slug"],
                name="section_slug_is_unique_in_its_issue",
                violation_error_message=_("Another section of this issue has this slug."),
            )
        ]

    known_issue = None  # the one that it is in by the database

    SHOWN = ("title", "link", "byline", "body", "type_id")
    RENDERED_TEXT = "body_html"
    RENDERED = (
        *("body_html", "body_text", "excerpt", "render_version"),
        *("shown_digest", "corrected_at"),
    )
    DERIVED = ("title", "short_title", "byline", "slug", "body", *RENDERED)

    def __str__(self):
        return self.title

    def clean(self):
        require_words(self, "title")
        if self.pk and self.superseded_by_id == self.pk:
            raise ValidationError({"superseded_by": _("A section cannot supersede itself.")})

    def save(self, *args, update_fields=None, **kwargs):
        if update_fields is None or {"title", "slug", "body"} & set(update_fields):
            self.derive()
        fields = with_derived(self, update_fields, "title", "slug", "body")
        super().save(*args, update_fields=fields, **kwargs)
        self.note_change()

    def delete(self, *args, **kwargs):
        deleted = super().delete(*args, **kwargs)
        self.note_change()
        return deleted

    @classmethod
    def from_db(cls, *args):
        section = super().from_db(*args)
        section.known_issue = section.__dict__.get("issue_id")
        return section

    def note_change(self) -> None:
        """Note that what readers see of its issue has changed, also of the one that it has left."""
        issues = {self.issue_id, self.known_issue} - {None}
        if issues:
            Issue.objects.filter(pk__in=issues).note_change()
        self.known_issue = self.issue_id

    def derive(self):
        """Clean the texts, find a free slug and render the body, without saving."""
        for name in ("title", "short_title", "byline"):
            setattr(self, name, one_line(getattr(self, name)))
        self.body = printable(self.body)
        self.slug = self.slug or self.free_slug()
        rendered = markdown.render(self.body, self.slug, sizes_in(self.body))
        self.body_html, self.body_text = rendered.html, rendered.text
        self.excerpt = markdown.excerpt(rendered.prose)
        self.render_version = markdown.RENDERER_VERSION
        self.note_correction()

    def free_slug(self) -> str:
        """Give a slug from the title that no other section of the issue has."""
        others = Section.objects.filter(issue=self.issue_id).exclude(pk=self.pk)
        taken = others.values_list("slug", flat=True) if self.issue_id else []
        return unused_slug(self.title, set(taken))

    def leads_to(self, section) -> bool:
        """Say whether this is `section`, or is superseded by it, maybe over others."""
        newer, seen = self, set()
        while newer and newer.pk not in seen and newer.pk != section.pk:
            seen.add(newer.pk)
            newer = newer.superseded_by
        return newer is not None and newer.pk == section.pk

    @property
    def reference(self) -> str:
        """Give what leads here from other texts; a section in the inbox has no such place."""
        return str(Reference(self.issue.number, self.slug)) if self.issue else ""

    def get_absolute_url(self):
        return path("section", self.issue.number, self.slug)


def unused_slug(title: str, taken: set[str]) -> str:
    """Make a slug of a title, with a number behind it where `taken` holds it already."""
    slug = slugify(title)[:SLUG_LENGTH].strip("-") or "section"
    numbered = (f"{slug[: SLUG_LENGTH - 5]}-{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([slug], numbered) if name not in taken)
