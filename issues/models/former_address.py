"""Addresses that once led to something: they lead there for ever."""

from functools import reduce
from operator import or_
from urllib.parse import unquote

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.models.issue import Issue, public
from issues.models.section import Section
from issues.models.section_type import SectionType
from issues.models.tag import Tag

# Names of models, and of the columns that point to them.
KINDS = ("issue", "section", "sectiontype", "tag")


class FormerAddressQuerySet(models.QuerySet):
    def target(self, path: str, at=None) -> models.Model | None:
        """Give what the address `path` once led to, if the public may see that."""
        found = (
            self.select_related("issue", "section", "sectiontype", "tag").filter(path=path).first()
        )
        if found is None:
            return None
        if found.issue:
            return Issue.objects.published(at).filter(pk=found.issue_id).first()
        if found.section:
            return Section.objects.published(at).for_page().filter(pk=found.section_id).first()
        sections = Section.objects.published(at)
        if found.sectiontype:
            return found.sectiontype if sections.filter(type=found.sectiontype).exists() else None
        return found.tag if sections.tagged(found.tag).exists() else None

    def targets(self, paths, at=None) -> dict:
        """Give the public issues and sections that these addresses once led to, by address."""
        is_public = public(at, "issue__") | public(at, "section__issue__")
        found = self.filter(is_public, path__in=list(paths))
        found = found.select_related("issue", "section__issue").only(
            *("path", "issue__number", "issue__title"),
            *("section__slug", "section__title", "section__issue__number"),
        )
        return {one.path: one.issue or one.section for one in found}

    def keep(self, before: dict, objects) -> None:
        """Remember those of the public addresses `before` that are others now."""
        after = addresses(objects)
        for (kind, pk), path in before.items():
            if after.get((kind, pk), path) != path:
                self.remember(path, kind, pk)
        self.drop(objects)

    def remember_all(self, objects) -> None:
        """Remember the addresses of what leaves them, if readers may have seen it there."""
        for (kind, pk), path in public_addresses(objects).items():
            self.remember(path, kind, pk)

    def drop(self, objects) -> None:
        """Forget that the addresses of `objects` led elsewhere, once readers find them there.

        Until then they lead where they led: a draft takes no reader away.
        """
        self.filter(path__in=public_addresses(objects).values()).delete()

    def remember(self, path: str, kind: str, pk: int) -> None:
        """Let `path` lead to the object of this kind and key from now on."""
        owner = {f"{other}_id": pk if other == kind else None for other in KINDS}
        self.update_or_create(path=path, defaults=owner)


def addresses(objects) -> dict[tuple[str, int], str]:
    """Give the addresses of what has one, by kind and key."""
    return {
        (one._meta.model_name, one.pk): unquote(one.get_absolute_url())
        for one in objects
        if getattr(one, "issue", True)  # a section in the inbox has none
    }


def public_addresses(objects) -> dict[tuple[str, int], str]:
    """Give the addresses that readers may have seen; of tags and types, all of them."""
    return addresses(one for one in objects if is_public(one))


def is_public(one: models.Model) -> bool:
    issue = getattr(one, "issue", one)
    return getattr(issue, "is_published", True)


class FormerAddress(models.Model):
    """A path that once led to an issue, a section, a type or a tag, which has another now."""

    path = models.CharField(_("path"), max_length=300, unique=True)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, null=True, blank=True)
    section = models.ForeignKey(Section, on_delete=models.CASCADE, null=True, blank=True)
    sectiontype = models.ForeignKey(SectionType, on_delete=models.CASCADE, null=True, blank=True)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, null=True, blank=True)

    objects = FormerAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            models.CheckConstraint(
                condition=reduce(
                    or_,
                    (Q(**{f"{kind}__isnull": kind != owner for kind in KINDS}) for owner in KINDS),
                ),
                name="former_address_led_to_one_thing",
            )
        ]

    def __str__(self):
        return self.path
