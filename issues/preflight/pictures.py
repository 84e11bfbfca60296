"""Checks of pictures."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from issues.preflight.reading import Reading, Remark, is_own_picture

MAX_BYTES = 1024 * 1024
# What cameras, screenshots and editors call a picture.
UNNAMED = (
    r"(?:img|dsc[fn]?|pxl|screenshot|image|picture|photo|untitled)"
    r"(?:[\d\s_.:()-]|\bat\b|[ap]m\b)*"
)
FILE_NAME = re.compile(
    rf"{UNNAMED}|(?:{UNNAMED}|\S+)\.(?:jpe?g|png|gif|webp|avif|svg|heic|bmp|tiff?)", re.I
)


def missing_alt(reading: Reading) -> Iterator[Remark]:
    """Every picture says in words what one sees on it."""
    for part in reading.parts:
        for picture in part.contents.pictures:
            alt, file = picture.alt.strip(), file_name(picture.source)
            if not alt:
                message = _("%(part)s: the picture %(file)s has no alternative text.")
                yield part.remark(message, file=file)
            elif FILE_NAME.fullmatch(alt):
                message = _("%(part)s: “%(alt)s” is a file's name and no alternative text.")
                yield part.remark(message, alt=alt)


def missing_picture(reading: Reading) -> Iterator[Remark]:
    """Every picture of this site that a text shows is there."""
    for part in reading.parts:
        for source in filter(is_own_picture, part.picture_sources()):
            if source not in reading.file_sizes:
                message = _("%(part)s: the picture %(file)s is not there.")
                yield part.remark(message, file=file_name(source))


def heavy_picture(reading: Reading) -> Iterator[Remark]:
    """No picture is larger than a reader on the train would wait for."""
    for part in reading.parts:
        for source in part.picture_sources():
            size = reading.file_sizes.get(source, 0)
            if size > MAX_BYTES:
                message = _("%(part)s: the picture %(file)s is large, %(size)s.")
                yield part.remark(message, file=file_name(source), size=filesizeformat(size))


def file_name(source: str) -> str:
    return unquote(source.rstrip("/").rpartition("/")[2])
