"""Pixels to files: the picture itself, and its variants for pages and mail."""

import hashlib
import io
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext as _
from PIL import Image

from issues.images.opening import InvalidImage, Opened, contents, opened

EXTENSIONS = {"jpeg": "jpg", "png": "png", "gif": "gif", "webp": "webp", "avif": "avif"}
CONTENT_TYPES = {extension: f"image/{name}" for name, extension in EXTENSIONS.items()}
# What `Encoded.name` gives, with what a storage adds to a name that was taken.
NAME = rf"a/[0-9a-f]{{32}}(?:_[0-9A-Za-z]{{7}})?\.(?:{'|'.join(CONTENT_TYPES)})"

# Each encoder has one thread, as several of them work at once.
ORIGINAL_OPTIONS = {
    "JPEG": {"quality": 85, "progressive": True, "optimize": True},
    "PNG": {"optimize": True},
    "GIF": {},
    "WEBP": {"quality": 85},
    "AVIF": {"quality": 70, "speed": 8, "max_threads": 1},
}
VARIANT_OPTIONS = {
    "avif": {"quality": 45, "speed": 8, "max_threads": 1},
    "webp": {"quality": 72, "method": 4},
    "jpeg": {"quality": 80, "progressive": True, "optimize": True},
}
MOVING_OPTIONS = {"quality": 65, "method": 2}

WIDTHS = (480, 720, 960, 1600)
MOVING_WIDTHS = (480, 960)
MOVING_PIXELS = 30_000_000  # of all frames together; a longer animation keeps its own file
MAIL_WIDTH = 1200
MOST_PLAYS = 65_535  # that a WebP can count
WORKERS = min(4, os.cpu_count() or 1)

# A large picture takes some hundreds of megabytes: no two at once in a process.
one_at_a_time = threading.Lock()


class Encoded(NamedTuple):
    """A file that was made of a picture."""

    format: str
    width: int
    height: int
    data: bytes
    moves: bool = False

    @property
    def name(self) -> str:
        """Name the file by what it holds, so that a browser may keep it for ever."""
        digest = hashlib.sha256(self.data).hexdigest()
        return f"a/{digest[:32]}.{EXTENSIONS[self.format]}"


class Picture(NamedTuple):
    """A picture that was checked and encoded anew, with its variants."""

    original: Encoded
    variants: list[Encoded]
    placeholder: str
    sha256: str  # of the file as it was uploaded


def check(file: BinaryIO) -> None:
    """Raise InvalidImage if the file is no picture that we take."""
    with one_at_a_time:
        opened(contents(file))


def read(file: BinaryIO) -> Picture:
    """Check an uploaded file and make all files of the picture. Raises InvalidImage."""
    return made(contents(file))


def made(data: bytes, is_ours: bool = False) -> Picture:
    """Make all files of a picture. What `is_ours`, a stored original, stays as it is."""
    with one_at_a_time:
        source = opened(data)
        try:
            first = partial(as_it_is, source, data) if is_ours else partial(original, source)
            return encoded(source, first, hashlib.sha256(data).hexdigest())
        except Exception as error:  # encoders raise whatever their format cannot express
            raise InvalidImage(_("The picture cannot be written as we need it.")) from error


def encoded(source: Opened, first: Callable[[], Encoded], digest: str) -> Picture:
    images = narrowed(source.frames[0])
    jobs = [first, *(partial(still, *job) for job in stills(images))]
    if source.moves:
        jobs += [partial(moving, source, width) for width in moving_widths(source)]
    with ThreadPoolExecutor(WORKERS) as pool:
        file, *variants = pool.map(lambda job: job(), jobs)
    return Picture(file, worthwhile(file, variants), mean_colour(images[-1]), digest)


def as_it_is(source: Opened, data: bytes) -> Encoded:
    return Encoded(source.format.lower(), *source.frames[0].size, data, source.moves)


def original(source: Opened) -> Encoded:
    """Encode the picture as what it was."""
    image, *more = source.frames
    options = ORIGINAL_OPTIONS[source.format]
    if source.moves:
        options = options | animation(source)
        options["append_images"] = more
    if source.format == "JPEG" and image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    data = data_of(image, source.format, **options)
    return Encoded(source.format.lower(), *image.size, data, source.moves)


def animation(source: Opened) -> dict:
    """Give the options that keep an animation as it moves."""
    options = {"save_all": True, "duration": source.durations}
    if source.loop is not None or source.format != "GIF":  # a GIF that tells none plays once
        options["loop"] = source.loop or 0
    if source.format == "GIF" and source.frames[0].mode == "RGBA":
        options["disposal"] = 2  # where a frame has gaps, none of the one before shows
    return options


def narrowed(image: Image.Image) -> list[Image.Image]:
    """Give the picture in the widths of its variants, each made of the next wider one."""
    if image.mode not in ("RGB", "RGBA", "L"):
        image = image.convert("RGB")
    images = []
    for width in variant_widths(image.width, WIDTHS):
        image = resized(image, width)
        images.append(image)
    return images


def variant_widths(own: int, widths: tuple[int, ...]) -> list[int]:
    """Give those `widths` that a picture has pixels for, and its own if it is below the widest.

    The widest, which is the most work, comes first.
    """
    return sorted({*(one for one in widths if one < own), min(own, max(widths))}, reverse=True)


def resized(image: Image.Image, width: int) -> Image.Image:
    if width == image.width:
        return image
    return image.resize((width, max(1, round(image.height * width / image.width))))


def stills(images: list[Image.Image]) -> Iterator[tuple[Image.Image, str]]:
    """Give what to encode as what."""
    for image_format in ("avif", "webp"):
        yield from ((image, image_format) for image in images)
    widest = images[0]
    yield on_white(resized(widest, min(widest.width, MAIL_WIDTH))), "jpeg"


def still(image: Image.Image, image_format: str) -> Encoded:
    data = data_of(image, image_format, **VARIANT_OPTIONS[image_format])
    return Encoded(image_format, *image.size, data)


def on_white(image: Image.Image) -> Image.Image:
    """Fill the gaps of a picture: a JPEG has none."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def moving_widths(source: Opened) -> list[int]:
    """Give the widths in which an animation is made once more, without more work than it earns."""
    width, height = source.frames[0].size
    share = len(source.frames) * height / width
    widths = variant_widths(width, MOVING_WIDTHS)
    return [one for one in widths if one * one * share <= MOVING_PIXELS]


def moving(source: Opened, width: int) -> Encoded:
    image, *more = (resized(frame, width) for frame in source.frames)
    options = MOVING_OPTIONS | {"duration": source.durations, "loop": plays(source)}
    data = data_of(image, "webp", save_all=True, append_images=more, **options)
    return Encoded("webp", *image.size, data, moves=True)


def data_of(image: Image.Image, image_format: str, **options) -> bytes:
    # Pillow keeps the options at the image, where another thread's would take their place.
    image, output = image.copy(), io.BytesIO()
    image.save(output, image_format, **options)
    return output.getvalue()


def plays(source: Opened) -> int:
    """Give how often a WebP plays to play as often as its source does.

    A GIF counts how often it is repeated, and one that does not say plays once.
    """
    if source.format != "GIF":
        return min(source.loop or 0, MOST_PLAYS)
    return 1 if source.loop is None else source.loop and min(source.loop + 1, MOST_PLAYS)


def worthwhile(first: Encoded, variants: list[Encoded]) -> list[Encoded]:
    """Leave out what nobody gains by.

    A browser takes the first format that it knows, whatever there is of it: all widths or none.
    """
    moving = [one for one in variants if one.moves]
    avif, webp, jpeg = (
        [one for one in variants if one.format == name and not one.moves]
        for name in ("avif", "webp", "jpeg")
    )
    if total(avif) >= total(webp):
        avif = []
    if moving and len(moving[0].data) >= len(first.data):
        moving = []
    return avif + webp + jpeg + moving


def total(files: list[Encoded]) -> int:
    return sum(len(one.data) for one in files)


def mean_colour(image: Image.Image) -> str:
    """Give what stands in for a picture until it has loaded; "" if something shines through."""
    if image.mode == "RGBA":
        return ""
    pixel = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return "#{:02x}{:02x}{:02x}".format(*pixel)
