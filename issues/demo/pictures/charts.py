"""The pictures that plot numbers."""

import math

from PIL import Image

from issues.demo.pictures.sheet import (
    GREY,
    GROUND,
    INK,
    ORANGE,
    PALE_ORANGE,
    PALE_VIOLET,
    TEAL,
    VIOLET,
    Axes,
    Sheet,
    shade,
)


def reliability_diagram() -> Image.Image:
    """Confidence against accuracy for a model whose logits are twice too large."""
    sheet = Sheet("Reliability diagram of an overconfident classifier")
    axes = Axes(sheet, (130, 150, 740, 575), (0.5, 1), (0.5, 1))
    ticks = {value / 10: f"0.{value}" for value in range(5, 10)} | {1.0: "1.0"}
    axes.frame("Confidence the model reports", "Share that is correct", ticks, ticks)
    for number in range(5):
        low = 0.5 + number / 10
        middle = low + 0.05
        accuracy = 1 / (1 + math.exp(-math.log(middle / (1 - middle)) / 2))
        left, top = axes.at(low, accuracy)
        right, bottom = axes.at(low + 0.1, 0.5)
        ideal = axes.at(low, middle)[1]
        sheet.box((left + 8, ideal, right - 8, top), PALE_ORANGE, edge=ORANGE, radius=0)
        sheet.box((left + 8, top, right - 8, bottom), TEAL, radius=0)
    sheet.dashes(axes.at(0.5, 0.5), axes.at(1, 1), INK)
    for y, fill, edge, name in (
        (205, TEAL, None, "What really happens"),
        (265, PALE_ORANGE, ORANGE, "The gap: too sure"),
    ):
        sheet.box((800, y - 16, 832, y + 16), fill, edge=edge, radius=0)
        sheet.text((850, y), name)
    sheet.dashes((796, 325), (836, 325), INK)
    sheet.text((850, 325), "Perfect calibration")
    sheet.text((800, 420), "Of the cases reported at 0.95,")
    sheet.text((800, 458), "only 81 in 100 are right.")
    return sheet.finished()


def learning_rate_schedule() -> Image.Image:
    """Linear warm-up followed by a cosine decay."""
    sheet = Sheet("Warm-up, then cosine decay")
    axes = Axes(sheet, (150, 150, 1130, 560), (0, 1000), (0, 1.15))
    sheet.box((*axes.at(0, 1.15), *axes.at(100, 0)), PALE_ORANGE, radius=0)
    axes.frame(
        "Optimiser step",
        "Learning rate as a share of its peak",
        {step: f"{step}" for step in range(0, 1001, 200)},
        {0: "0", 0.5: "0.5", 1: "1.0"},
    )
    axes.curve(lambda step: step / 100, (0, 100), ORANGE, 7)
    axes.curve(lambda step: (1 + math.cos(math.pi * (step - 100) / 900)) / 2, (100, 1000), TEAL, 7)
    sheet.dot(axes.at(100, 1), INK)
    sheet.text((262, 176), "100 warm-up steps end at the peak")
    sheet.text((700, 320), "900 steps of cosine decay", colour=TEAL)
    return sheet.finished()


def image_format_sizes() -> Image.Image:
    """Measured file sizes of two photographs at the same error."""
    sheet = Sheet("File size at the same error (34 dB PSNR)")
    sizes = {
        "Temple photo": {"JPEG": 97.6, "WebP": 68.8, "AVIF": 66.7},
        "Flower photo": {"JPEG": 21.8, "WebP": 11.4, "AVIF": 9.7},
    }
    colours = {"JPEG": GREY, "WebP": VIOLET, "AVIF": TEAL}
    y = 140
    for photo, formats in sizes.items():
        sheet.text((60, y), photo, size=30)
        for name, kilobytes in formats.items():
            y += 60
            sheet.text((150, y), name, anchor="rm", colour=GREY)
            end = 170 + kilobytes * 8.2
            sheet.box((170, y - 20, end, y + 20), colours[name])
            sheet.text((end + 16, y), f"{kilobytes} kB")
        y += 74
    sheet.text((60, 640), "Two 640 x 427 photographs from scikit-learn", size=26, colour=GREY)
    return sheet.finished()


def double_descent() -> Image.Image:
    """Training and test error while the model grows past the interpolation threshold."""
    sheet = Sheet("Double descent: worse first, then better again")
    axes = Axes(sheet, (130, 150, 1130, 570), (0, 10), (0, 1))
    left, right = axes.at(4.0, 0)[0], axes.at(5.4, 0)[0]
    sheet.box((left, 150, right, 570), PALE_VIOLET, radius=0)
    axes.frame("Size of the model", "Error")

    def test_error(size: float) -> float:
        peak = 0.42 * math.exp(-(((size - 4.7) / 0.85) ** 2))
        return 0.22 + 0.6 * math.exp(-0.75 * size) + peak + 0.16 * math.exp(-0.2 * size)

    axes.curve(test_error, (0.3, 10), ORANGE, 7)
    axes.curve(lambda size: 0.75 * math.exp(-0.8 * size) + 0.01, (0.3, 10), TEAL, 7)
    sheet.text(((left + right) / 2, 180), "threshold", size=26, colour=VIOLET, anchor="mm")
    sheet.text((790, 335), "Test error", colour=ORANGE)
    sheet.text((790, 530), "Training error reaches zero", colour=TEAL)
    sheet.text((130, 634), "A schematic curve, not a measurement", size=26, colour=GREY)
    return sheet.finished()


def attention_map() -> Image.Image:
    """Attention weights of one head for a seven-word sentence."""
    sheet = Sheet("What each word looks at: one attention head")
    words = ["The", "cat", "slept", "because", "it", "was", "tired"]
    strength = {(0, 1): 2.2, (1, 0): 0.8, (2, 1): 2.4, (3, 2): 1.9, (3, 6): 1.6, (4, 1): 3.1}
    strength |= {(4, 2): 1.2, (5, 4): 1.8, (5, 6): 1.7, (6, 1): 2.1, (6, 4): 2.2, (6, 5): 0.9}
    left, top, wide, high = 230, 170, 96, 62
    for row, word in enumerate(words):
        scores = [strength.get((row, column), 0.6 * (row == column)) for column in range(7)]
        total = sum(math.exp(score) for score in scores)
        y = top + row * high
        sheet.text((left - 18, y + high / 2), word, anchor="rm")
        sheet.text((left + row * wide + wide / 2, top - 26), word, anchor="mm", size=26)
        for column, score in enumerate(scores):
            weight = math.exp(score) / total
            x = left + column * wide
            sheet.box((x + 2, y + 2, x + wide - 2, y + high - 2), shade(min(1, weight * 1.45)))
            colour = GROUND if weight > 0.42 else INK
            middle = (x + wide / 2, y + high / 2)
            sheet.text(middle, f"{weight:.2f}", size=26, colour=colour, anchor="mm")
    for number, line in enumerate(
        ("Every row", "adds up to 1.", "", 'Most of row "it"', 'goes to "cat".')
    ):
        sheet.text((930, 220 + number * 40), line)
    sheet.text((60, 640), "Invented weights; rows ask, columns answer", size=26, colour=GREY)
    return sheet.finished()
