"""Pictures, and what a page must know about them."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from issues import markdown
from issues.characters import one_line, printable

ANY_NAME = "a/any"
# What texts call our files by, wherever these lie and wherever readers fetch them.
PATH = "/media/"


class Variant(NamedTuple):
    """A file of a picture that was made for a width and a format; derived by `issues.images`."""

    format: str  # "avif", "webp" or "jpeg"
    width: int
    height: int
    name: str  # of the file in the storage
    bytes: int
    moves: bool = False

    @property
    def url(self) -> str:
        return Asset.storage().url(self.name)


class AssetQuerySet(models.QuerySet):
    def at(self, urls) -> dict:
        """Give those pictures of ours that are at these addresses, by address."""
        names = {url: path_of(url).removeprefix(PATH) for url in urls}
        found = {asset.file.name: asset for asset in self.filter(file__in=names.values())}
        return {url: found[name] for url, name in names.items() if name in found}

    def sizes(self, urls) -> dict[str, markdown.Size]:
        """Give the dimensions of those pictures that are ours, by their address."""
        found = self.only("file", "width", "height").at(urls)
        return {url: markdown.Size(asset.width, asset.height) for url, asset in found.items()}


class Asset(models.Model):
    """A picture that was checked and stored by `issues.images`."""

    file = models.FileField(_("file"), upload_to="a/", max_length=200, unique=True)
    sha256 = models.CharField(_("hash"), max_length=64, unique=True, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    alt = models.CharField(
        _("alternative text"),
        max_length=500,
        blank=True,
        help_text=_("What one sees on it, for people who do not see it."),
    )
    caption = models.CharField(_("caption"), max_length=500, blank=True)
    credit = models.CharField(_("credit"), max_length=200, blank=True)
    # What follows has defaults in the database, as a site that is upgraded may still store
    # pictures by the code from before.
    bytes = models.PositiveIntegerField(
        editable=False, default=0, db_default=0, help_text="Of its own file; 0 if not yet known."
    )
    placeholder = models.CharField(
        editable=False,
        max_length=7,
        blank=True,
        default="",
        db_default="",
        help_text="Its mean colour as #rrggbb, shown until it has loaded; none if it has gaps.",
    )
    is_animated = models.BooleanField(_("moves"), default=False, db_default=False, editable=False)
    variants = models.JSONField(
        editable=False,
        default=list,
        db_default=Value([], models.JSONField()),
        blank=True,
        help_text="The fields of a `Variant` each; empty until they are made.",
    )
    renewed_at = models.DateTimeField(
        editable=False, null=True, help_text="When its variants were last made anew."
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self):
        return self.alt or self.file.name

    @staticmethod
    def storage():
        """Give where the files of all pictures lie."""
        return Asset._meta.get_field("file").storage

    @property
    def path(self) -> str:
        """Give how texts name it: an address that lasts, whichever readers are given."""
        return f"{PATH}{self.file.name}"

    def variants_of(self, image_format: str, moves: bool = False) -> list[Variant]:
        """Give the files of one format, the narrowest first."""
        found = (Variant(**fields) for fields in self.variants)
        return sorted(
            (one for one in found if (one.format, one.moves) == (image_format, moves)),
            key=lambda one: one.width,
        )

    def take(self, picture):
        """Write the files of a picture that `issues.images` has read; do not save the row.

        `file_names` tells what was written, also after one that could not be.
        """
        self.width, self.height = picture.original.width, picture.original.height
        self.sha256 = picture.sha256
        self.file.name = self.storage().get_available_name(picture.original.name)
        self.file.name = write(self.file.name, picture.original.data)
        self.take_variants(picture)

    def take_variants(self, picture):
        """Write the variants of a picture, but for those that are there already.

        The one for mail stays once it is made: mail that was sent shows it for ever.
        """
        self.bytes, self.placeholder = len(picture.original.data), picture.placeholder
        self.is_animated = picture.original.moves
        there = [Variant(**one) for one in self.variants if self.storage().exists(one["name"])]
        self.variants = []
        for encoded in picture.variants:
            kept = next((one for one in there if is_still_good(one, encoded)), None)
            if kept:
                self.variants.append(kept._asdict())
            else:
                self.take_variant(encoded)

    def take_variant(self, encoded):
        size, name = len(encoded.data), self.storage().get_available_name(encoded.name)
        facts = (encoded.format, encoded.width, encoded.height, name, size, encoded.moves)
        self.variants.append(Variant(*facts)._asdict())
        self.variants[-1]["name"] = write(name, encoded.data)

    def file_names(self) -> set[str]:
        """Give the names of all its files."""
        return {self.file.name, *(one["name"] for one in self.variants)} - {"", None}

    def derived(self) -> dict:
        """Give what follows from its file."""
        names = ("bytes", "placeholder", "is_animated", "variants")
        return {name: getattr(self, name) for name in names}

    def save(self, *args, **kwargs):
        for name in ("alt", "caption", "credit"):
            setattr(self, name, one_line(getattr(self, name)))
        is_known = not self._state.adding
        super().save(*args, **kwargs)
        if is_known:
            self.covered_issues.model.objects.showing(self).note_change()


def write(name: str, data: bytes) -> str:
    """Write a file that is there for ever under the name that this gives."""
    return Asset.storage().save(name, ContentFile(data))


def is_still_good(variant: Variant, encoded) -> bool:
    """Say whether a stored file stays where `encoded` was made of the same picture."""
    if (variant.format, variant.moves) != (encoded.format, encoded.moves):
        return False
    # Names tell the content; a storage adds to one that was taken.
    stem = encoded.name.rpartition(".")[0]
    return encoded.format == "jpeg" or variant.name.startswith(stem)


def public_url() -> str:
    """Give what all addresses begin with that readers are given."""
    return Asset.storage().url(ANY_NAME).split(ANY_NAME)[0]


def path_of(address: str) -> str:
    """Give how texts name the file of ours at an address; of all others, the address.

    It may have been copied from a page.
    """
    bare, public = re.split("[?#]", address, maxsplit=1)[0], public_url()
    if bare.startswith(public):
        bare = PATH + bare.removeprefix(public)
    return printable(unquote(bare.removeprefix(settings.SITE_URL)))


def is_ours(address: str) -> bool:
    return path_of(address).startswith(PATH)
