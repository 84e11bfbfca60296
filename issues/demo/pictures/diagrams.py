"""The pictures that explain how something works."""

from PIL import Image

from issues.demo.pictures.sheet import (
    GREY,
    ORANGE,
    PALE_GREY,
    PALE_ORANGE,
    PALE_TEAL,
    PALE_VIOLET,
    RULE,
    TEAL,
    VIOLET,
    Axes,
    Sheet,
)


def split_by_group() -> Image.Image:
    """Six patients with eight scans each, split at random and by patient."""
    sheet = Sheet("The same 48 scans, split in two ways")
    colours = {"train": TEAL, "test": ORANGE}
    random_tests = {(0, 2), (0, 6), (1, 4), (2, 1), (2, 5), (3, 7), (4, 0), (4, 3), (5, 6)}
    for left, heading in ((200, "Random split"), (730, "Split by patient")):
        by_patient = heading == "Split by patient"
        sheet.text((left, 130), heading, size=30)
        for row in range(6):
            for column in range(8):
                tested = row == 5 if by_patient else (row, column) in random_tests
                x, y = left + column * 52, 168 + row * 58
                sheet.box((x, y, x + 42, y + 42), colours["test" if tested else "train"])
    for row in range(6):
        sheet.text((60, 189 + row * 58), f"Patient {row + 1}", size=26, colour=GREY)
    sheet.text((200, 545), "Every patient is on both sides:", size=26)
    sheet.text((200, 580), "the score flatters the model", size=26)
    sheet.text((730, 545), "Nobody is on both sides:", size=26)
    sheet.text((730, 580), "the score is about new patients", size=26)
    for x, name in ((200, "train"), (340, "test")):
        sheet.box((x, 618, x + 28, 646), colours[name])
        sheet.text((x + 40, 632), name, size=26, colour=GREY)
    return sheet.finished()


def cache_time_line() -> Image.Image:
    """What a cache does with a request, by the age of the stored response."""
    sheet = Sheet("Cache-Control: max-age=60, stale-while-revalidate=30")
    axes = Axes(sheet, (60, 200, 1140, 420), (0, 120), (0, 1))
    bands = (
        (0, 60, PALE_TEAL, TEAL, "Fresh", ("Answered from the cache,", "no request is sent")),
        (
            60,
            90,
            PALE_VIOLET,
            VIOLET,
            "Stale, but usable",
            ("Old copy now,", "refresh behind it"),
        ),
        (90, 120, PALE_ORANGE, ORANGE, "Stale", ("Ask first: 304 keeps", "it, 200 replaces it")),
    )
    for start, end, pale, strong, name, lines in bands:
        left, right = axes.at(start, 0)[0], axes.at(end, 0)[0]
        sheet.box((left + 3, 200, right - 3, 400), pale)
        sheet.box((left + 3, 200, right - 3, 210), strong, radius=3)
        sheet.text((left + 18, 250), name, colour=strong)
        for number, line in enumerate(lines):
            sheet.text((left + 18, 310 + number * 38), line, size=26)
    sheet.text((60, 160), "A request arrives. What happens depends on the age:", colour=GREY)
    sheet.arrow((60, 460), (1150, 460))
    for second in (0, 30, 60, 90):
        x = axes.at(second, 0)[0]
        sheet.line([(x, 450), (x, 470)])
        sheet.text((x, 500), f"{second} s", size=26, colour=GREY, anchor="lm" if x < 90 else "mm")
    sheet.text((1140, 540), "Age of the stored response", size=26, colour=GREY, anchor="rm")
    sheet.text((60, 615), "no-cache: always the last box. no-store: nothing is kept at all.")
    return sheet.finished()


def low_rank_update() -> Image.Image:
    """A frozen weight matrix beside the two thin matrices that LoRA trains."""
    sheet = Sheet("LoRA: the frozen matrix gets a thin companion")
    sheet.box((230, 160, 530, 460), PALE_GREY, edge=GREY)
    sheet.text((380, 290), "W, frozen", anchor="mm", size=32)
    sheet.text((380, 335), "4096 x 4096", anchor="mm", colour=GREY)
    sheet.text((595, 310), "+", anchor="mm", size=56)
    sheet.box((670, 160, 704, 460), PALE_TEAL, edge=TEAL)
    sheet.text((687, 495), "B: 4096 x 8", anchor="mm", colour=TEAL)
    sheet.text((750, 310), "x", anchor="mm", size=44)
    sheet.box((800, 293, 1100, 327), PALE_ORANGE, edge=ORANGE)
    sheet.text((950, 360), "A: 8 x 4096", anchor="mm", colour=ORANGE)
    sheet.arrow((90, 310), (215, 310))
    sheet.text((90, 275), "input", colour=GREY)
    sheet.text((380, 495), "16.8 million weights", anchor="mm", colour=GREY)
    sheet.text((60, 585), "Trained: 65,536 weights, 0.4 % of the matrix.")
    sheet.text(
        (60, 627), "B starts at zero: training begins from the model as it was.", colour=GREY
    )
    return sheet.finished()


def main_thread() -> Image.Image:
    """A click that waits for one long task, and one that slips between short ones."""
    sheet = Sheet("One click, two ways of doing the same 300 ms of work")
    left, per_ms, click = 60, 2.9, 90

    def x(time: float) -> float:
        return left + time * per_ms

    for top, heading in ((165, "In one piece"), (415, "In pieces of 50 ms, yielding between")):
        sheet.text((left, top - 40), heading, size=30)
        sheet.line([(left, top + 80), (1140, top + 80)], RULE, 3)
    sheet.box((x(0), 175, x(300), 235), PALE_GREY, edge=GREY)
    sheet.text((x(150), 205), "work, 300 ms", anchor="mm")
    sheet.box((x(300), 175, x(340), 235), TEAL)
    for number in range(6):
        start = number * 50 + (40 if number >= 2 else 0)
        sheet.box((x(start), 425, x(start + 50) - 3, 485), PALE_GREY, edge=GREY)
        sheet.text((x(start + 25), 455), "50", anchor="mm")
    sheet.box((x(100), 425, x(140) - 3, 485), TEAL)
    for top, end, wait in ((245, 300, ""), (495, 100, "waits 10 ms")):
        sheet.line([(x(click), top - 80), (x(click), top + 30)], ORANGE, 4)
        sheet.arrow((x(click), top + 28), (x(end), top + 28), ORANGE)
        sheet.text((x(end) + 14, top + 30), wait, colour=ORANGE)
        sheet.text((x(click) - 14, top + 30), "click", colour=ORANGE, anchor="rm")
    sheet.text((x(195), 305), "waits 210 ms", colour=ORANGE, anchor="mm")
    sheet.box((60, 600, 92, 632), TEAL)
    sheet.text((108, 616), "the click's handler and the next frame", size=26, colour=GREY)
    return sheet.finished()
