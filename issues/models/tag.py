"""Subjects of sections, on django-taggit's base classes with tables of our own."""

import itertools
import unicodedata
from collections import Counter

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager, _TaggableManager
from taggit.models import ItemBase, NaturalKeyManager, TagBase

from issues.characters import one_line
from issues.models.fields import require_words
from issues.paths import path


class TagQuerySet(models.QuerySet):
    def with_public_counts(self, at=None) -> list:
        """Give the tags of public sections by name, each with `count`, how many those are."""
        return self.with_counts(SectionTag.public_counts(at))

    def with_counts(self, counts: dict[int, int]) -> list:
        """Give by name the tags whose keys are counted, each with its `count`."""
        tags = [tag for tag in self.order_by(Lower("name")) if counts.get(tag.pk)]
        for tag in tags:
            tag.count = counts[tag.pk]
        return tags

    def named(self, names) -> list:
        """Give the tags of these names, whatever their case; those that are missing are made.

        Raises ValidationError for a name that no tag can have.
        """
        wanted = {folded(name): one_line(name) for name in names}
        known = {tag.folded: tag for tag in self.filter(folded__in=wanted)}
        return [known.get(key) or self.made(key, name) for key, name in wanted.items()]

    def made(self, key: str, name: str):
        self.model(name=name).clean_fields(exclude=["slug", "folded"])
        return self.get_or_create(folded=key, defaults={"name": name})[0]


def folded(name: str) -> str:
    """Give the form in which two names are the same: composed, compatible, without case.

    Databases differ in what they fold (SQLite knows ASCII only), hence a column of its own.
    """
    return unicodedata.normalize("NFKC", one_line(name)).casefold()


class Tag(TagBase):
    """A subject that sections share. `Git` and `git` are the same tag."""

    # What a slug cannot hold, said in words, so that C, C++ and C# do not become one.
    SPOKEN = (("c++", "cpp"), ("++", "-plus-plus"), ("#", "-sharp"))
    SLUG_LENGTH = 90  # leaves room for a number behind it

    objects = NaturalKeyManager.from_queryset(TagQuerySet)()

    folded = models.TextField(unique=True, editable=False)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        ordering = [Lower("name")]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def clean(self):
        require_words(self, "name")
        if "," in self.name:
            raise ValidationError({"name": _("Commas separate tags; a name cannot hold one.")})
        if Tag.objects.filter(folded=folded(self.name)).exclude(pk=self.pk).exists():
            raise ValidationError({"name": _("There is a tag of this name already.")})

    def slugify(self, tag, i=None):
        name = tag.casefold()
        name = f"dot{name[1:]}" if name.startswith(".") else name.replace(".", "-")
        for written, spoken in self.SPOKEN:
            name = name.replace(written, spoken)
        slug = slugify(name, allow_unicode=True)[: self.SLUG_LENGTH].strip("-") or "tag"
        return slug if i is None else f"{slug}-{i}"

    def free_slug(self, name: str) -> str:
        """Give the slug that this tag has with another name; no other tag has it."""
        slug = self.slugify(name)
        alike = Tag.objects.filter(slug__startswith=slug).exclude(pk=self.pk)
        taken = set(alike.values_list("slug", flat=True))
        numbered = (self.slugify(name, number) for number in itertools.count(1))
        return next(one for one in itertools.chain([slug], numbered) if one not in taken)

    def save(self, *args, **kwargs):
        self.name = one_line(self.name)
        self.folded = folded(self.name)
        is_known = not self._state.adding
        super().save(*args, **kwargs)
        if is_known:
            self.sections.note_change()

    def delete(self, *args, **kwargs):
        with transaction.atomic():
            self.sections.note_change()
            return super().delete(*args, **kwargs)

    @property
    def sections(self):
        """Give the sections that have the tag."""
        model = SectionTag._meta.get_field("content_object").related_model
        return model.objects.filter(tag_items__tag=self)

    def get_absolute_url(self):
        return path("tag", self.slug)


class SectionTag(ItemBase):
    """One tag on one section."""

    content_object = models.ForeignKey(
        "Section", on_delete=models.CASCADE, related_name="tag_items", verbose_name=_("section")
    )
    tag = models.ForeignKey(
        Tag, on_delete=models.CASCADE, related_name="section_items", verbose_name=_("tag")
    )
    natural_key_fields = ["content_object", "tag"]

    class Meta:
        verbose_name = _("tag of a section")
        verbose_name_plural = _("tags of sections")
        constraints = [
            models.UniqueConstraint(
                fields=["content_object", "tag"], name="section_has_each_tag_once"
            )
        ]
        indexes = [models.Index(fields=["tag", "content_object"])]

    @classmethod
    def public_counts(cls, at=None) -> dict[int, int]:
        """Give for each tag's key how many public sections have the tag.

        All but the hidden ones: to count all, an index is enough, and few are ever hidden.
        """

        def count(items) -> Counter:
            return Counter(dict(items.order_by().values_list("tag").annotate(models.Count("pk"))))

        sections = cls._meta.get_field("content_object").related_model.objects
        hidden = sections.unpublished(at).values("pk")
        return count(cls.objects.all()) - count(cls.objects.filter(content_object__in=hidden))


class TagsOf(_TaggableManager):
    """The tags of one section; names given to it mean tags as `Tag.objects.named` finds them."""

    def add(self, *tags, **kwargs):
        super().add(*tags, **kwargs)
        self.instance.note_change()

    def remove(self, *tags):
        super().remove(*tags)
        self.instance.note_change()

    def clear(self):
        super().clear()
        self.instance.note_change()

    def _to_tag_model_instances(self, tags, tag_kwargs):
        names = [tag for tag in tags if isinstance(tag, str)]
        return {*Tag.objects.named(names), *(tag for tag in tags if not isinstance(tag, str))}


class TagsField(TaggableManager):
    """The tags of sections, by name; asked once for a whole list of sections."""

    def __init__(self, **kwargs):
        ours = {"through": SectionTag, "manager": TagsOf, "ordering": [Lower("name")]}
        super().__init__(**{**ours, **kwargs})

    def value_from_object(self, obj):
        return list(obj.tags.all()) if obj.pk else []

    def save_form_data(self, instance, value):
        """Store the names that a form gives; tags that stay the same cost nothing."""
        if {folded(name) for name in value} != {tag.folded for tag in instance.tags.all()}:
            super().save_form_data(instance, value)


def split_names(text: str) -> list[str]:
    """Read tag names that are separated by commas; each once, whatever its case."""
    names: dict[str, str] = {}
    for name in text.split(","):
        names.setdefault(folded(name), one_line(name))
    return [name for key, name in names.items() if key]


def join_names(tags) -> str:
    """Write tags as `split_names` reads them."""
    return ", ".join(tag.name for tag in tags)
