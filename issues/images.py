"""Uploads to pictures: checked by content, re-encoded, stored under a name of ours."""

import hashlib
import io
from functools import partial
from typing import BinaryIO, NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

from issues.models import Asset

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 2400  # pixels; larger pictures are scaled down

# Never SVG: it is a program that would run on this site's origin.
EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}
CONTENT_TYPES = {
    extension: f"image/{image_format.lower()}" for image_format, extension in EXTENSIONS.items()
}
SAVE_OPTIONS = {
    "JPEG": {"quality": 85, "progressive": True, "optimize": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 85},
    "AVIF": {"quality": 70, "speed": 8},
}


class InvalidImage(ValueError):
    """The file is no picture that we take; the message says why to the editor."""


class Picture(NamedTuple):
    """A picture that was checked and encoded anew."""

    data: bytes
    extension: str
    width: int
    height: int
    sha256: str  # of the file as it was uploaded

    @property
    def name(self) -> str:
        """Name the file by what it holds, so that a browser may keep it for ever."""
        return f"{hashlib.sha256(self.data).hexdigest()[:32]}.{self.extension}"


def read(file: BinaryIO) -> Picture:
    """Check an uploaded file and encode it anew. Raises InvalidImage."""
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InvalidImage(_("The file is larger than %d MB.") % (MAX_BYTES // 1024 // 1024))
    encoded, image_format, (width, height) = encode(data)
    extension = EXTENSIONS[image_format]
    return Picture(encoded, extension, width, height, hashlib.sha256(data).hexdigest())


def store(file: BinaryIO, alt: str = "", caption: str = "") -> Asset:
    """Check an uploaded file and store it as an Asset.

    The same file uploaded again gives the same Asset, with its own words. Raises InvalidImage.
    """
    picture = read(file)
    if known := Asset.objects.filter(sha256=picture.sha256).first():
        return known
    asset = Asset(alt=alt[:500], caption=caption[:500])
    asset.take(picture)
    try:
        with transaction.atomic():
            asset.save()
    except IntegrityError:  # somebody else has just stored the same file
        return Asset.objects.get(sha256=picture.sha256)
    return asset


def discard(asset: Asset) -> None:
    """Delete a picture that nothing uses, and its files once that is certain.

    Raises ProtectedError or RestrictedError if the database keeps it for something.
    """
    names = [asset.file.name, *(variant["name"] for variant in asset.variants)]
    asset.delete()
    for name in names:
        transaction.on_commit(partial(Asset.storage().delete, name))


def encode(data: bytes) -> tuple[bytes, str, tuple[int, int]]:
    """Decode a picture by its content and encode it anew, upright and without metadata.

    Gives the bytes, Pillow's name of the format and the size. Raises InvalidImage.
    """
    try:
        return encode_opened(Image.open(io.BytesIO(data), formats=list(EXTENSIONS)))
    except InvalidImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise InvalidImage(_("This is no JPEG, PNG, GIF, WebP or AVIF picture.")) from error
    except Exception as error:  # Pillow's decoders raise whatever a broken file makes them raise
        raise InvalidImage(_("The picture is broken and cannot be read.")) from error


def encode_opened(image: Image.Image) -> tuple[bytes, str, tuple[int, int]]:
    # Before anything is decoded: a small file may claim any size.
    if image.width * image.height > MAX_PIXELS:
        raise too_many_pixels()
    if getattr(image, "is_animated", False):
        return encode_animation(image)
    image_format, output = image.format, io.BytesIO()
    image = with_alpha(ImageOps.exif_transpose(image))
    image = scaled(in_srgb(image))
    image.info = {}
    if image_format == "JPEG" and image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    image.save(output, image_format, **SAVE_OPTIONS.get(image_format, {}))
    return output.getvalue(), image_format, image.size


def encode_animation(image: Image.Image) -> tuple[bytes, str, tuple[int, int]]:
    if image.width * image.height * image.n_frames > MAX_PIXELS:
        raise InvalidImage(_("The animation is too long for its size."))
    frames, durations = [], []
    for frame in ImageSequence.Iterator(image):
        durations.append(frame.info.get("duration", 100))
        frames.append(frame.convert("RGBA"))
        frames[-1].info = {}
    output, options = io.BytesIO(), {"disposal": 2} if image.format == "GIF" else {}
    frames[0].save(
        output,
        image.format,
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        **options,
    )
    return output.getvalue(), image.format, image.size


def with_alpha(image: Image.Image) -> Image.Image:
    """Let a transparent palette colour be transparency that survives what follows."""
    return image.convert("RGBA") if "transparency" in image.info else image


def in_srgb(image: Image.Image) -> Image.Image:
    """Convert from the picture's own colour profile: browsers are told of none."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode=target
        )
    except (ImageCms.PyCMSError, OSError):  # a broken profile is none
        return image


def scaled(image: Image.Image) -> Image.Image:
    """Scale a picture down to MAX_SIDE pixels, if it is larger."""
    if max(image.size) <= MAX_SIDE:
        return image
    if image.mode in ("P", "1"):
        image = image.convert("RGBA")
    factor = MAX_SIDE / max(image.size)
    return image.resize([max(1, round(side * factor)) for side in image.size])


def too_many_pixels() -> InvalidImage:
    return InvalidImage(_("The picture has more than %d megapixels.") % (MAX_PIXELS // 1_000_000))
