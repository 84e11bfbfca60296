"""Files to pixels: checked by content, upright, in sRGB, without a word of metadata."""

import io
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000  # of all frames together
MAX_FRAMES = 1000
MAX_SIDE = 2400  # pixels; larger pictures are scaled down
FRAME_DURATION = 100  # milliseconds, where an animation tells none

# Never SVG: it is a program that would run on this site's origin.
FORMATS = ["JPEG", "PNG", "GIF", "WEBP", "AVIF"]


class InvalidImage(ValueError):
    """The file is no picture that we take; the message says why to the editor."""


class Opened(NamedTuple):
    """What a file shows, one frame or many."""

    format: str  # Pillow's name of it
    frames: list[Image.Image]
    durations: list[int]  # milliseconds of each frame; empty if it does not move
    loop: int | None = None  # how often it plays, 0 is for ever; None if the file does not say

    @property
    def moves(self) -> bool:
        return len(self.frames) > 1


def contents(file: BinaryIO) -> bytes:
    """Read an uploaded file, but no more of it than is needed to see that it is too large."""
    file.seek(0)
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InvalidImage(_("The file is larger than %d MB.") % (MAX_BYTES // 1024 // 1024))
    return data


def opened(data: bytes) -> Opened:
    """Decode a picture by its content, whatever it is called. Raises InvalidImage."""
    try:
        return decoded(Image.open(io.BytesIO(data), formats=FORMATS))
    except InvalidImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise InvalidImage(_("This is no JPEG, PNG, GIF, WebP or AVIF picture.")) from error
    except Exception as error:  # Pillow's decoders raise whatever a broken file makes them raise
        raise InvalidImage(_("The picture is broken and cannot be read.")) from error


def decoded(image: Image.Image) -> Opened:
    # Before anything is decoded: a small file may claim any size.
    if image.width * image.height > MAX_PIXELS:
        raise too_many_pixels()
    if image.format == "MPO":  # a JPEG with a preview or a second eye after it
        return Opened("JPEG", [prepared(image)], [])
    if not getattr(image, "is_animated", False):
        return Opened(image.format, [prepared(image)], [])
    if image.width * image.height * image.n_frames > MAX_PIXELS or image.n_frames > MAX_FRAMES:
        raise too_long()
    frames, durations = frames_of(image)
    return Opened(image.format, frames, durations, image.info.get("loop"))


def frames_of(image: Image.Image) -> tuple[list[Image.Image], list[int]]:
    """Decode an animation; what it claimed of its size is no promise."""
    frames, durations, pixels = [], [], 0
    for frame in ImageSequence.Iterator(image):
        pixels += frame.width * frame.height
        if pixels > MAX_PIXELS or len(frames) == MAX_FRAMES:
            raise too_long()
        frames.append(prepared(frame.convert("RGBA")))
        # Only now: some formats know it when a frame is decoded.
        durations.append(round(frame.info.get("duration", FRAME_DURATION)))
    if all(frame.mode == "RGB" for frame in frames):
        return frames, durations
    return [frame.convert("RGBA") for frame in frames], durations


def prepared(image: Image.Image) -> Image.Image:
    """Decode a picture or a frame to what is seen of it, scaled down if it is too large."""
    image.draft(image.mode, fitting(image.size))  # a JPEG can be decoded smaller at once
    image.load()
    image = in_srgb(upright(scaled(in_eight_bits(with_alpha(image)))))
    if image.mode == "LA":
        image = image.convert("RGBA")
    if image.mode == "RGBA" and image.getextrema()[3][0] == 255:
        image = image.convert("RGB")
    image.info = {}
    return image


def with_alpha(image: Image.Image) -> Image.Image:
    """Let a transparent palette colour be transparency that survives what follows."""
    is_hidden = image.has_transparency_data and image.mode not in ("LA", "RGBA")
    return image.convert("RGBA") if is_hidden else image


def in_eight_bits(image: Image.Image) -> Image.Image:
    """Bring 16 bits of grey to the 8 that browsers show; Pillow does so itself with colours."""
    if not image.mode.startswith("I"):
        return image
    return image.convert("I").point(lambda grey: grey / 256).convert("L")


def scaled(image: Image.Image) -> Image.Image:
    """Scale a picture down to MAX_SIDE pixels, if it is larger."""
    if max(image.size) <= MAX_SIDE:
        return image
    if image.mode in ("P", "1"):
        image = image.convert("RGB")
    return image.resize(fitting(image.size), reducing_gap=2.0)


def fitting(size: tuple[int, int]) -> tuple[int, int]:
    factor = min(1, MAX_SIDE / max(size))
    width, height = (max(1, round(side * factor)) for side in size)
    return width, height


def upright(image: Image.Image) -> Image.Image:
    """Turn a picture as its camera was held."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken metadata in a sound picture
        return image


def in_srgb(image: Image.Image) -> Image.Image:
    """Convert from the picture's own colour profile: browsers are told of none."""
    image = converted(image)
    return image.convert("RGB") if image.mode == "CMYK" else image


def converted(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    if image.mode == "P":
        image = image.convert("RGB")
    try:
        return ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGBA" if image.mode == "RGBA" else "RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):  # a broken profile is none
        return image


def too_many_pixels() -> InvalidImage:
    return InvalidImage(_("The picture has more than %d megapixels.") % (MAX_PIXELS // 1_000_000))


def too_long() -> InvalidImage:
    return InvalidImage(_("The animation is too long for its size."))
