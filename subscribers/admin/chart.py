"""Drawing growth: who joined above a line, who left below it, and the difference on top.

All numbers are whole, for no language writes those differently.
"""

from typing import NamedTuple

from subscribers.growth import Period

WIDTH, HEIGHT = 720, 280
LEFT, RIGHT, TOP, BOTTOM = 80, 10, 20, 46  # margins, with room for numbers and dates
MOST_LABELS = 7  # below the chart
MOST_LINES = 5
DOT = 3


class Bar(NamedTuple):
    kind: str
    x: int
    y: int
    width: int
    height: int


class Label(NamedTuple):
    x: int
    y: int
    text: str


class Drawing(NamedTuple):
    bars: list[Bar]
    net: list[tuple[int, int]]  # the middle of each period, at its difference
    lines: list[Label]  # across, with the number they stand for
    labels: list[Label]
    zero: int  # where the line of nobody is

    width, height, left, right, dot = WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, DOT

    @property
    def path(self) -> str:
        return " ".join(f"{x},{y}" for x, y in self.net)


def draw(periods: list[Period], names: list[str]) -> Drawing:
    """Draw periods, each of which has a name."""
    step = step_for(sum(extent(periods)))
    up, down = (-(-most // step) * step for most in extent(periods))
    up = up or step
    unit = (HEIGHT - TOP - BOTTOM) / (up + down)
    zero = TOP + round(up * unit)
    middles, width = columns(len(periods), share=0.6, widest=40)
    bars = []
    for middle, one in zip(middles, periods, strict=True):
        x, above, below = middle - width // 2, tall(one.joined, unit), tall(one.left, unit)
        bars.append(Bar("joined", x, zero - above, width, above))
        bars.append(Bar("left", x, zero, width, below))
    lines = [
        Label(LEFT - 6, zero - round(number * unit), str(number).replace("-", "−"))
        for number in range(-down, up + 1, step)
    ]
    labels = labels_below(middles, names, HEIGHT, MOST_LABELS)
    net = [(x, zero - round(one.net * unit)) for x, one in zip(middles, periods, strict=True)]
    return Drawing([bar for bar in bars if bar.height], net, lines, labels, zero)


def columns(count: int, share: float, widest: int) -> tuple[list[int], int]:
    """Give the middle of each period's column, and how wide a bar is in its share of it."""
    slot = (WIDTH - LEFT - RIGHT) / max(count, 1)
    middles = [round(LEFT + (turn + 0.5) * slot) for turn in range(count)]
    return middles, max(min(round(slot * share), widest), 2)


def labels_below(middles: list[int], names: list[str], height: int, most: int) -> list[Label]:
    """Name some of the periods, evenly spread: no more than there is room for."""
    every = max(-(-len(names) // most), 1)
    named = list(zip(middles, names, strict=True))[::every]
    return [Label(middle, height - 8, name) for middle, name in named]


def extent(periods: list[Period]) -> tuple[int, int]:
    """Give how many joined at most in a period, and how many left."""
    return (
        max((one.joined for one in periods), default=0),
        max((one.left for one in periods), default=0),
    )


def tall(number: int, unit: float) -> int:
    """Give the height of a bar; a single person shows, however many others there are."""
    return max(round(number * unit), 1) if number else 0


def step_for(total: int) -> int:
    """Give the least of 1, 2, 5, 10, 20, … of which a few reach that far."""
    steps = (factor * 10**power for power in range(12) for factor in (1, 2, 5))
    return next(step for step in steps if step * MOST_LINES >= total)
