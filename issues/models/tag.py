"""Subjects of sections, on django-taggit's base classes with tables of our own."""

from collections import Counter

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase, NaturalKeyManager, TagBase

from issues.characters import one_line
from issues.models.issue import public


class TagQuerySet(models.QuerySet):
    def with_public_counts(self, at=None) -> list:
        """Give the tags of public sections by name, each with `count`, how many those are."""
        counts = SectionTag.public_counts(at)
        tags = [tag for tag in self.order_by(Lower("name")) if counts.get(tag.pk)]
        for tag in tags:
            tag.count = counts[tag.pk]
        return tags

    def named(self, names) -> list:
        """Give the tags of these names, whatever their case; those that are missing are made."""
        wanted = {one_line(name).casefold(): one_line(name) for name in names}
        found = self.annotate(folded=Lower("name")).filter(folded__in=wanted)
        known = {tag.name.casefold(): tag for tag in found}
        return [known.get(folded) or self.create(name=name) for folded, name in wanted.items()]


class Tag(TagBase):
    """A subject that sections share. `Git` and `git` are the same tag."""

    # What a slug cannot hold, said in words, so that C, C++ and C# do not become one.
    SPOKEN = (("c++", "cpp"), ("++", "-plus-plus"), ("#", "-sharp"))

    objects = NaturalKeyManager.from_queryset(TagQuerySet)()

    description = models.TextField(_("description"), blank=True)

    class Meta:
        ordering = [Lower("name")]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="tag_name_is_unique_whatever_its_case",
                violation_error_message=_("There is a tag of this name already."),
            )
        ]

    def slugify(self, tag, i=None):
        name = tag.casefold()
        name = f"dot{name[1:]}" if name.startswith(".") else name.replace(".", "-")
        for written, spoken in self.SPOKEN:
            name = name.replace(written, spoken)
        slug = slugify(name, allow_unicode=True) or "tag"
        return slug if i is None else f"{slug}-{i}"

    def save(self, *args, **kwargs):
        self.name = one_line(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("issues:tag", args=[self.slug])


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
        hidden = sections.exclude(public(at, "issue__"))
        return count(cls.objects.all()) - count(cls.objects.filter(content_object__in=hidden))


def split_names(text: str) -> list[str]:
    """Read tag names that are separated by commas; each once, whatever its case."""
    names = {one_line(name).casefold(): one_line(name) for name in text.split(",")}
    return [name for folded, name in names.items() if folded]


def join_names(tags) -> str:
    """Write tags as `split_names` reads them."""
    return ", ".join(tag.name for tag in tags)
