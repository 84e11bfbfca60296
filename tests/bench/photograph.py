"""Pictures that compress as photographs do: the same ones each time, drawn instead of taken."""

import io
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

QUALITY = 85  # of the JPEG, as cameras save it
SIZE = (1600, 1067)
HILLS, PEAKS = 5, 12
# The detail of each size has nearly as much contrast as what is twice as large, as in nature;
# with this much a photograph of SIZE is a file of about 300 KB.
ROUGHNESS = 0.92


def photograph(size: tuple[int, int] = SIZE, seed: int = 0) -> io.BytesIO:
    """Draw a landscape: a sky, and hills one before the other, each with a surface of its own."""
    source, file = random.Random(seed), io.BytesIO()
    image = surface(size, source, finest=64)
    for hill in range(HILLS):
        image.paste(surface(size, source), mask=outline(size, source, 0.3 + hill * 0.14))
    image = image.filter(ImageFilter.GaussianBlur(0.4))  # no lens draws a sharp edge
    image.save(file, "JPEG", quality=QUALITY)
    file.seek(0)
    file.name = f"photograph-{seed}.jpg"
    return file


def surface(size: tuple[int, int], source: random.Random, finest: int = 2) -> Image.Image:
    """Draw clouds, stone or grass, from two shades of a colour; `finest` in pixels."""
    colour = [source.randint(30, 200) for _ in range(3)]
    dark, bright = tuple(part // 4 for part in colour), tuple(part + 55 for part in colour)
    return ImageOps.colorize(noise(size, source, finest), dark, bright)


def noise(size: tuple[int, int], source: random.Random, finest: int) -> Image.Image:
    """Lay noise of all sizes upon each other, each twice as fine as the one before."""
    whole, grain, contrast = Image.new("L", size, 128), size[0] // 4, 0.65
    while grain >= finest:
        cells = (size[0] // grain + 1, size[1] // grain + 1)
        layer = Image.frombytes("L", cells, source.randbytes(cells[0] * cells[1]))
        layer = layer.point([round((value - 128) * contrast + 128) for value in range(256)])
        whole = ImageChops.add(whole, layer.resize(size), offset=-128)
        grain, contrast = grain // 2, contrast * ROUGHNESS
    return whole


def outline(size: tuple[int, int], source: random.Random, height: float) -> Image.Image:
    """Draw the mask of a hill whose peaks are about so far, as a share, below the upper edge."""
    width, bottom = size
    peaks = [
        (width * peak / PEAKS, bottom * (height + source.uniform(-0.1, 0.1)))
        for peak in range(PEAKS + 1)
    ]
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon([(0, bottom), *peaks, (width, bottom)], fill=255)
    return mask
