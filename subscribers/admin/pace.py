"""Drawing how many messages were sent over time, as `chart` draws how the list grows."""

import datetime
from typing import NamedTuple

from django.utils import dateformat, timezone

from subscribers.admin.chart import (
    LEFT,
    RIGHT,
    WIDTH,
    Bar,
    Label,
    columns,
    labels_below,
    step_for,
    tall,
)
from subscribers.delivery.report import Period

HEIGHT, TOP, BOTTOM = 180, 16, 40
MOST_LABELS = 6
EDGE = 44  # where a label would be cut off


class Drawing(NamedTuple):
    bars: list[Bar]
    lines: list[Label]  # across, with the number they stand for
    labels: list[Label]

    width, height, left, right = WIDTH, HEIGHT, LEFT, WIDTH - RIGHT


def draw(periods: list[Period]) -> Drawing:
    """Draw how many were sent in each of some periods, of which there is one at least."""
    most = max(one.sent for one in periods)
    step = step_for(most)
    top = -(-most // step) * step
    unit, ground = (HEIGHT - TOP - BOTTOM) / top, HEIGHT - BOTTOM
    middles, width = columns(len(periods), share=0.8, widest=60)
    bars = [
        Bar("sent", x - width // 2, ground - tall(one.sent, unit), width, tall(one.sent, unit))
        for x, one in zip(middles, periods, strict=True)
        if one.sent
    ]
    lines = [
        Label(LEFT - 6, ground - round(number * unit), str(number))
        for number in range(0, top + 1, step)
    ]
    labels = labels_below(middles, names_of(periods), HEIGHT, MOST_LABELS)
    return Drawing(bars, lines, [one for one in labels if one.x <= WIDTH - EDGE])


def names_of(periods: list[Period]) -> list[str]:
    """Name each period by when it begins, as exactly as tells it from the next one."""
    begins = [one.begins for one in periods]
    shortest = begins[1] - begins[0] if len(begins) > 1 else datetime.timedelta(0)
    is_of_seconds = shortest < datetime.timedelta(minutes=1)
    days = {timezone.localdate(one) for one in begins}
    form = "H:i:s" if is_of_seconds else "H:i" if len(days) == 1 else "j M, H:i"
    return [dateformat.format(timezone.localtime(one), form) for one in begins]
