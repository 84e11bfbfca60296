"""Uploads to pictures: checked by content, re-encoded, stored under a name of ours."""

import hashlib
import io
import warnings
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
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


def store(file: BinaryIO, alt: str = "", caption: str = "") -> Asset:
    """Check an uploaded file and store it as an Asset.

    The same file uploaded again gives the same Asset. Raises InvalidImage.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InvalidImage(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    digest = hashlib.sha256(data).hexdigest()
    if known := Asset.objects.filter(sha256=digest).first():
        return known
    encoded, image_format, (width, height) = encode(data)
    asset = Asset(sha256=digest, width=width, height=height, alt=alt[:500], caption=caption[:500])
    # Named by what it holds, so that a browser may keep it for ever.
    name = f"{hashlib.sha256(encoded).hexdigest()[:32]}.{EXTENSIONS[image_format]}"
    with transaction.atomic():
        asset.file.save(name, ContentFile(encoded))
    return asset


def encode(data: bytes) -> tuple[bytes, str, tuple[int, int]]:
    """Decode a picture by its content and encode it anew, upright and without metadata.

    Gives the bytes, Pillow's name of the format and the size. Raises InvalidImage.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return encode_opened(Image.open(io.BytesIO(data), formats=list(EXTENSIONS)))
    except InvalidImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise InvalidImage("This is no JPEG, PNG, GIF, WebP or AVIF picture.") from error
    except Exception as error:  # Pillow's decoders raise whatever a broken file makes them raise
        raise InvalidImage("The picture is broken and cannot be read.") from error


def encode_opened(image: Image.Image) -> tuple[bytes, str, tuple[int, int]]:
    if image.width * image.height > MAX_PIXELS:
        raise too_many_pixels()
    image_format, output = image.format, io.BytesIO()
    if getattr(image, "is_animated", False):
        if image.width * image.height * image.n_frames > 4 * MAX_PIXELS:
            raise InvalidImage("The animation is too long for its size.")
        frames = [frame.copy() for frame in ImageSequence.Iterator(image)]
        for frame in frames:
            frame.info = {key: frame.info[key] for key in ("duration",) if key in frame.info}
        frames[0].save(output, image_format, save_all=True, append_images=frames[1:], loop=0)
        return output.getvalue(), image_format, image.size
    image = scaled(in_srgb(ImageOps.exif_transpose(image)))
    image.info = {}
    if image_format == "JPEG" and image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    image.save(output, image_format, **SAVE_OPTIONS.get(image_format, {}))
    return output.getvalue(), image_format, image.size


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
    return ImageOps.contain(image, (MAX_SIDE, MAX_SIDE))


def too_many_pixels() -> InvalidImage:
    return InvalidImage(f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.")
