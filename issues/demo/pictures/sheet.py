"""What the pictures share: size, colours, a drawing surface and a plot area."""

import math
from collections.abc import Callable, Iterable
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 675
SCALE = 3  # drawn this many times larger, then reduced: smooth lines everywhere

GROUND, INK = "#fbfaf7", "#1d2433"
TEAL, ORANGE, VIOLET = "#0b6e99", "#c2410c", "#6d5bd0"
PALE_TEAL, PALE_ORANGE, PALE_VIOLET = "#d7e8ef", "#f8dfd2", "#e4e0f7"
GREY, PALE_GREY, RULE = "#5b6270", "#e9e7e1", "#c9c7c0"

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@lru_cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's bundled font at `size` pixels of the finished picture."""
    return ImageFont.load_default(size=size * SCALE)


class Sheet:
    """A drawing surface measured in the pixels of the finished picture."""

    def __init__(self, title: str) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), GROUND)
        self.draw = ImageDraw.Draw(self.image)
        self.text((60, 58), title, size=36)

    def text(
        self, at: Point, text: str, *, size: int = 28, colour: str = INK, anchor: str = "lm"
    ) -> None:
        """Write one line; `anchor` is Pillow's, "lm" being left and middle."""
        where = (at[0] * SCALE, at[1] * SCALE)
        self.draw.text(where, text, fill=colour, font=font(size), anchor=anchor)

    def box(
        self, box: Box, fill: str | None = None, *, edge: str | None = None, radius: int = 6
    ) -> None:
        """A rectangle with round corners."""
        scaled = [value * SCALE for value in box]
        self.draw.rounded_rectangle(scaled, radius * SCALE, fill, edge, width=3 * SCALE)

    def dot(self, at: Point, colour: str, radius: float = 9) -> None:
        """A filled circle."""
        centre = (at[0] * SCALE, at[1] * SCALE)
        self.draw.circle(centre, radius * SCALE, fill=colour)

    def line(self, points: Iterable[Point], colour: str = INK, width: float = 3) -> None:
        """A line through all points."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, fill=colour, width=round(width * SCALE), joint="curve")

    def dashes(self, start: Point, end: Point, colour: str = GREY, width: float = 3) -> None:
        """A straight dashed line."""
        steps = max(1, round(math.dist(start, end) / 11))
        for step in range(0, steps, 2):
            ends = (step / steps, min(1, (step + 1) / steps))
            self.line([between(start, end, part) for part in ends], colour, width)

    def arrow(self, start: Point, end: Point, colour: str = INK, width: float = 4) -> None:
        """A straight arrow from `start` to `end`."""
        angle = math.atan2(end[1] - start[1], end[0] - start[0])
        base = (end[0] - 16 * math.cos(angle), end[1] - 16 * math.sin(angle))
        self.line([start, base], colour, width)
        across = (10 * math.sin(angle), -10 * math.cos(angle))
        wings = [(base[0] + side * across[0], base[1] + side * across[1]) for side in (1, -1)]
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in (end, *wings)], fill=colour)

    def finished(self) -> Image.Image:
        """The picture at its real size."""
        return self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


class Axes:
    """A plot area on a sheet that turns values into positions."""

    def __init__(self, sheet: Sheet, area: Box, x_range: Point, y_range: Point) -> None:
        self.sheet, self.area, self.x_range, self.y_range = sheet, area, x_range, y_range

    def at(self, x: float, y: float) -> Point:
        """Where the value pair lies on the sheet."""
        left, top, right, bottom = self.area
        across = (x - self.x_range[0]) / (self.x_range[1] - self.x_range[0])
        up = (y - self.y_range[0]) / (self.y_range[1] - self.y_range[0])
        return left + across * (right - left), bottom - up * (bottom - top)

    def frame(
        self,
        x_label: str,
        y_label: str,
        x_ticks: dict[float, str] | None = None,
        y_ticks: dict[float, str] | None = None,
    ) -> None:
        """The two axes with ticks; the y label stands level, above its axis."""
        left, top, right, bottom = self.area
        for y, name in (y_ticks or {}).items():
            self.sheet.line([self.at(self.x_range[0], y), self.at(self.x_range[1], y)], RULE, 1.5)
            height = self.at(0, y)[1]
            self.sheet.text((left - 14, height), name, size=26, colour=GREY, anchor="rm")
        for x, name in (x_ticks or {}).items():
            place = self.at(x, 0)[0]
            self.sheet.text((place, bottom + 26), name, size=26, colour=GREY, anchor="mm")
        self.sheet.line([(left, top), (left, bottom), (right, bottom)], INK, 3)
        self.sheet.text((left, top - 26), y_label, size=26, colour=GREY)
        self.sheet.text((right, bottom + 64), x_label, size=26, colour=GREY, anchor="rm")

    def curve(
        self, function: Callable[[float], float], x_range: Point, colour: str, width: float = 5
    ) -> None:
        """The graph of a function."""
        start, end = x_range
        values = [start + (end - start) * step / 300 for step in range(301)]
        self.sheet.line([self.at(x, function(x)) for x in values], colour, width)


def between(start: Point, end: Point, part: float) -> Point:
    """The point a given part of the way from `start` to `end`."""
    return start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])


def shade(part: float, strong: str = TEAL) -> str:
    """A colour between the ground (0) and `strong` (1), as a hex code."""
    pairs = [(int(GROUND[at : at + 2], 16), int(strong[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(low + part * (high - low)):02x}" for low, high in pairs)
