"""The issue, and the one rule about who may see it."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from markdownx.models import MarkdownxField

from issues import markdown
from issues.characters import one_line, printable
from issues.models.asset import Asset
from issues.models.corrected import Corrected
from issues.models.fields import RenderedField, require_words
from issues.models.illustrated import Illustrated
from issues.models.source import sizes_in, validate_markdown, with_derived
from issues.models.versioned import Versioned, VersionedQuerySet
from issues.paths import path

# Larger numbers do not fit into every database's integer column.
MAX_NUMBER = 999_999_999


def public(at=None, prefix: str = "") -> Q:
    """Say what the public may see at the moment `at` (an aware datetime; now by default).

    The only place that knows; `prefix` leads from a model to its issue.
    """
    return Q(**{f"{prefix}published_at__lte": at or timezone.now()})


def hidden(at=None) -> Q:
    """Say which issues `public` leaves out, in a form that finds the few without reading all."""
    return Q(published_at__isnull=True) | Q(published_at__gt=at or timezone.now())


class IssueQuerySet(VersionedQuerySet):
    def published(self, at=None):
        """Keep the issues that are public at the moment `at`; now by default."""
        return self.filter(public(at))

    def scheduled(self, at=None):
        """Keep the issues that will be public after the moment `at`; now by default."""
        return self.filter(published_at__gt=at or timezone.now())

    def drafts(self):
        return self.filter(published_at__isnull=True)

    def unpublished(self, at=None):
        """Keep drafts, and what is scheduled after the moment `at`; now by default."""
        return self.filter(hidden(at))

    def note_new_contents(self) -> None:
        """Note that sections came into these issues or left them.

        Who has read one that is public finds something else there: that is a correction of it.
        """
        self.published().update(corrected_at=timezone.now())

    def note_change(self) -> None:
        """Note that what readers see of these issues has changed, such as the name of a type.

        Nothing that an editor has open becomes old by it, as it does by `touch`; but pages that
        are kept do (see `issues.freshness`).
        """
        self.published().update(updated_at=timezone.now())

    def next_number(self) -> int:
        return (self.aggregate(newest=models.Max("number"))["newest"] or 0) + 1

    def newest_first(self):
        return self.order_by("-published_at", "-number")

    def before(self, issue):
        """Keep the issues older than `issue`, the nearest first; none for a draft."""
        earlier = Q(published_at__lt=issue.published_at) | Q(number__lt=issue.number)
        return self.filter(earlier, published_at__lte=issue.published_at).newest_first()

    def after(self, issue):
        """Keep the issues newer than `issue`, the nearest first; none for a draft."""
        later = Q(published_at__gt=issue.published_at) | Q(number__gt=issue.number)
        found = self.filter(later, published_at__gte=issue.published_at)
        return found.order_by("published_at", "number")

    def showing(self, asset):
        """Keep the issues whose pages show a picture."""
        uses = asset.uses.all()
        in_text = Q(pk__in=uses.values("issue")) | Q(pk__in=uses.values("section__issue"))
        return self.filter(Q(cover=asset) | in_text)

    def neighbours(self, issue) -> tuple:
        """Give the next newer and the next older issue; None where there is none."""
        return self.after(issue).first(), self.before(issue).first()

    def for_list(self):
        """Load what a list of issues shows: each with its sections' types and titles."""
        sections = self.model.sections.rel.related_model.objects
        return self.defer(*self.model.LONG).prefetch_related(
            models.Prefetch("sections", sections.select_related("type").for_list())
        )


class Issue(Versioned, Illustrated, Corrected):
    """One letter of the newsletter. `published_at` is the one fact about who may see it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")

    number = models.PositiveIntegerField(
        _("number"), unique=True, validators=[MinValueValidator(1)]
    )
    title = models.CharField(
        _("title"),
        max_length=300,
        help_text=_("Without the number. Empty: made from the short titles of its sections."),
    )
    summary = models.TextField(
        _("summary"),
        blank=True,
        help_text=_("One or two sentences for lists, search engines and shared links."),
    )
    intro = MarkdownxField(
        _("introduction"), blank=True, validators=[validate_markdown], help_text=_("Markdown.")
    )
    intro_html = RenderedField()
    cover = models.ForeignKey(
        Asset,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="covered_issues",
        verbose_name=_("cover picture"),
    )
    published_at = models.DateTimeField(
        _("published at"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("Empty: a draft. In the future: it goes public at that moment."),
    )
    planned_at = models.DateTimeField(
        _("planned for"),
        null=True,
        blank=True,
        help_text=_("When a draft should go public. Nothing happens then until you schedule it."),
    )
    recipe = models.JSONField(
        editable=False,
        default=list,
        blank=True,
        help_text="What `issues.recipe` says the issue should hold, as it was when it was begun.",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("author"),
    )
    notes = models.TextField(
        _("notes for editors"),
        blank=True,
        help_text=_("Never public. The importer leaves here what it could not place."),
    )
    source_digest = models.CharField(editable=False, blank=True, max_length=64)
    render_version = models.PositiveSmallIntegerField(editable=False, default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True, db_index=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        permissions = [
            ("edit_every_draft", "Can edit the drafts of everybody, and the whole inbox"),
            ("publish_issue", "Can publish, schedule and unpublish, and change what is public"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MAX_NUMBER),
                name="issue_number_is_possible",
                violation_error_message=_("The number must lie between 1 and 999,999,999."),
            )
        ]

    def __str__(self):
        return f"#{self.number} {self.title}"

    LONG = ("intro", "intro_html", "notes")
    SHOWN = ("number", "title", "summary", "intro", "cover_id")
    RENDERED_TEXT = "intro_html"
    RENDERED = ("intro_html", "render_version", "shown_digest", "corrected_at")
    DERIVED = ("title", "summary", "notes", "intro", *RENDERED)

    def clean(self):
        require_words(self, "title")

    def save(self, *args, update_fields=None, **kwargs):
        if update_fields is None or "intro" in update_fields:
            self.derive()
        super().save(*args, update_fields=with_derived(self, update_fields, "intro"), **kwargs)

    def derive(self):
        """Clean the texts and render the introduction, without saving."""
        self.title = one_line(self.title)
        self.summary, self.notes = printable(self.summary), printable(self.notes)
        self.intro = printable(self.intro)
        self.intro_html = markdown.render(self.intro, "intro-", sizes_in(self.intro)).html
        self.render_version = markdown.RENDERER_VERSION
        self.note_correction()

    def get_absolute_url(self):
        return path("detail", self.number)

    def state_at(self, at) -> State:
        """Say what the issue is at the moment `at`; agrees with `published()`."""
        if self.published_at is None:
            return self.State.DRAFT
        return self.State.PUBLISHED if self.published_at <= at else self.State.SCHEDULED

    @property
    def state(self) -> State:
        return self.state_at(timezone.now())

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    def publish(self, at=None):
        """Make the issue public from the moment `at` on; now by default."""
        self.published_at = at or timezone.now()
        self.save(update_fields=["published_at"])

    def unpublish(self):
        """Make the issue a draft again."""
        self.published_at = None
        self.save(update_fields=["published_at"])
