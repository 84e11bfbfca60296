"""How quick an issue of ten pictures is on a telephone with a slow line, in a real Chromium.

Each run is a visit of somebody new: nothing is in the browser's cache. The server has made the
page before. Of the line only its speed and latency are imitated, by the browser itself, so the
figures are those of the page and not of somebody's network.
"""

import os
import statistics
import urllib.request
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench import inside
from tests.bench.site import installed
from tests.machine import browser
from tests.web_process import served

RUNS, SLOWER = 5, 4  # times: the processor is this much slower
# What Lighthouse takes for a telephone.
SCREEN = {"viewport": {"width": 412, "height": 823}, "device_scale_factor": 1.75}
TELEPHONE = SCREEN | {"is_mobile": True, "has_touch": True}
TYPED, PAUSE = "attention", 150  # milliseconds between two keys
STEP = 400  # pixels that are scrolled at once
QUIET, TICK = 600, 100  # milliseconds


class Line(NamedTuple):
    name: str
    latency: int  # milliseconds
    down: int  # kbit/s
    up: int
    largest: float  # the limit of its largest contentful paint, in seconds

    @property
    def conditions(self) -> dict:
        """Give what Chromium's protocol calls this line; its rates are bytes per second."""
        rates = {"downloadThroughput": self.down * 125, "uploadThroughput": self.up * 125}
        return {"offline": False, "latency": self.latency} | rates


LINES = (Line("slow 3G", 400, 400, 400, 2.0), Line("slow 4G", 150, 1600, 750, 1.0))

# `shift` is the sum of all, which is at least as much as CLS, the worst few seconds alone.
OBSERVE = """
globalThis.seen = { first: 0, largest: 0, shift: 0, tasks: [], key: 0 };
const watch = (type, note, options = {}) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe(
    { type, buffered: true, ...options });
watch("paint", (one) => { if (one.name === "first-contentful-paint") seen.first = one.startTime; });
watch("largest-contentful-paint", (one) => { seen.largest = one.startTime; });
watch("layout-shift", (one) => { if (!one.hadRecentInput) seen.shift += one.value; });
watch("longtask", (one) => { seen.tasks.push([one.startTime, one.duration]); });
watch("event", (one) => { if (one.interactionId) seen.key = Math.max(seen.key, one.duration); },
  { durationThreshold: 16 });
"""

# The bytes of the page, its styles and its scripts as they are sent, without headers.
TEXTS = """[...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource").filter((one) => /\\.(css|js)$/.test(one.name)),
].reduce((sum, one) => sum + one.encodedBodySize, 0)"""


class Traffic:
    """What comes over the line for one page, by the kind of what was asked for."""

    def __init__(self, page: Page, line: Line):
        self.page, self.kinds, self.bytes, self.hosts, self.open = page, {}, {}, [], set()
        protocol = page.context.new_cdp_session(page)
        protocol.on("Network.requestWillBeSent", self.note_request)
        protocol.on("Network.loadingFinished", self.note_end)
        protocol.on("Network.loadingFailed", lambda event: self.open.discard(event["requestId"]))
        protocol.send("Network.enable")
        protocol.send("Network.emulateNetworkConditions", line.conditions)
        protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    def note_request(self, event: dict) -> None:
        self.kinds[event["requestId"]] = event["type"]
        self.open.add(event["requestId"])
        self.hosts.append(urlsplit(event["request"]["url"]).hostname)

    def note_end(self, event: dict) -> None:
        self.bytes[event["requestId"]] = event["encodedDataLength"]  # headers included
        self.open.discard(event["requestId"])

    def settle(self) -> None:
        """Wait until nothing has been on its way for a while."""
        quiet = 0
        while quiet < QUIET:
            self.page.wait_for_timeout(TICK)
            quiet = 0 if self.open else quiet + TICK

    def count(self, kind: str) -> int:
        """Say how many answers of this kind have come."""
        return sum(self.kinds[request] == kind for request in self.bytes)

    @property
    def kilobytes(self) -> float:
        return sum(self.bytes.values()) / 1000


def visit(chromium: Browser, address: str, line: Line) -> dict[str, float]:
    """Read an issue to its end as somebody new, then type into the search; give the measures."""
    context = chromium.new_context(**TELEPHONE)
    page = context.new_page()
    page.add_init_script(OBSERVE)
    traffic = Traffic(page, line)
    page.goto(address)
    traffic.settle()
    seen = page.evaluate("seen")
    measures = {
        "first contentful paint, s": seen["first"] / 1000,
        "largest contentful paint, s": seen["largest"] / 1000,
        "total blocking time, ms": blocked(seen["tasks"], seen["first"]),
        "pictures before scrolling": traffic.count("Image"),
        "KB before scrolling": traffic.kilobytes,
        "KB of HTML, styles and scripts": page.evaluate(TEXTS) / 1000,
    }
    scroll(page)
    traffic.settle()
    measures["KB at the end"] = traffic.kilobytes
    measures["layout shift"] = page.evaluate("seen.shift")
    measures["input delay of a key, ms"] = typed(page)
    measures["requests to other hosts"] = sum(
        host != urlsplit(address).hostname for host in traffic.hosts
    )
    context.close()
    return measures


def blocked(tasks: list[list[float]], first: float) -> float:
    """Give for how long the page could not have answered, from its first paint on."""
    return sum(max(0, duration - 50) for start, duration in tasks if start + duration > first)


def scroll(page: Page) -> None:
    """Scroll to the end as a thumb does."""
    bottom = page.evaluate("document.documentElement.scrollHeight")
    for _ in range(0, bottom, STEP):
        page.mouse.wheel(0, STEP)
        page.wait_for_timeout(TICK)


def typed(page: Page) -> float:
    """Type into the search until it suggests something; give the slowest answer to a key."""
    page.evaluate("scrollTo(0, 0)")
    page.locator("#search-").focus()
    page.evaluate("seen.key = 0")
    page.keyboard.type(TYPED, delay=PAUSE)
    page.get_by_role("option").first.wait_for()
    page.wait_for_timeout(500)
    return page.evaluate("seen.key")


def limits(line: Line) -> dict[str, float]:
    return {
        "largest contentful paint, s": line.largest,
        "layout shift": 0,
        "total blocking time, ms": 0,
        "input delay of a key, ms": 100,
        "pictures before scrolling": 2,
        "KB before scrolling": 80,
        "KB of HTML, styles and scripts": 20,
        "requests to other hosts": 0,
    }


def report(folder: str) -> None:
    """Make a site with such an issue, and print what it is like to read it."""
    environment = installed({"DATA_DIR": folder}, ["load_demo"])
    made = inside.told("illustrated", environment)
    print(
        f"\nan issue of {made['pictures']} pictures, each a JPEG of {made['bytes'] / 1000:.0f} KB;"
        f" 412 × 823 at 1.75, processor {SLOWER} times slower, medians of {RUNS} visits"
    )
    with served(environment) as site, sync_playwright() as playwright:
        address = f"http://127.0.0.1:{site.port}{made['url']}"
        urllib.request.urlopen(address).read()
        chromium = launched(playwright.chromium.launch)
        for line in LINES:
            report_line(line, [visit(chromium, address, line) for _ in range(RUNS)])
        chromium.close()


def launched(launch: Callable[..., Browser]) -> Browser:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return launch(executable_path=browser(), args=["--disable-background-networking", *sandbox])


def report_line(line: Line, visits: list[dict[str, float]]) -> None:
    print(
        f"{line.name}, {line.down} kbit/s, {line.latency} ms{'median':>16}{'worst':>9}{'limit':>9}"
    )
    for name in visits[0]:
        values = [one[name] for one in visits]
        median, limit = statistics.median(values), limits(line).get(name)
        verdict = "  OVER" if limit is not None and median > limit else ""
        promised = "" if limit is None else f"{limit:g}"
        print(f"{name:34}{median:9.2f}{max(values):9.2f}{promised:>9}{verdict}", flush=True)
