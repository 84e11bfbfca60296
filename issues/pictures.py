"""Pictures when a page is read: files as wide as needed, today's words, and a box until they come.

What is stored of a picture shows its one original file; feeds, the API and mail go on with that.
Whoever shows rendered texts on a page calls `resolve` with its rows, in the order of the page.
"""

import re
from collections.abc import Iterable
from itertools import islice

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from issues.models import Asset, Issue, Section
from issues.models.asset import is_ours
from issues.references import MOST_ASKED, field_of, html_of

# As `issues.markdown` renders them; the sanitiser leaves no quotes and brackets in attributes.
STORED = re.compile(
    r'(?P<figure><figure>)?<img src="(?P<url>[^"]*)" alt="(?P<alt>[^"]*)"(?P<title> title="[^"]*")?'
    r'(?: width="\d+" height="\d+")? loading="lazy" decoding="async">'
    r"(?(figure)(?:<figcaption>(?P<caption>.*?)</figcaption>)?</figure>)"
)
LAZY = SafeString('loading="lazy"')
EAGER = SafeString('loading="eager" fetchpriority="high"')
STILL = SafeString(' media="(prefers-reduced-motion: reduce)"')

# The column of a text in site.css, as wide as --text there and with the margins of a phone.
COLUMN, COLUMN_PIXELS = "42rem", 672

ASKED = (
    *("file", "width", "height", "alt", "caption", "credit"),
    *("placeholder", "is_animated", "variants"),
)


def resolve(rows: Iterable[Issue | Section]) -> "Page":
    """Let these rows' texts, and the covers of issues, show pictures as a page does.

    The picture that a reader sees first loads at once: a cover, or the first in the introduction
    or the first section. All others load when they come near.
    """
    rows = list(rows)
    page = Page(assets_in(rows))
    for row in rows:
        page.show(row)
    return page


def resolve_html(html: SafeString) -> SafeString:
    """Do the same for a text that belongs to no row."""
    shown = Section(body_html=html)
    resolve([shown])
    return shown.body_html


def assets_in(rows: Iterable[Issue | Section]) -> dict[str, Asset]:
    """Load the pictures of ours in the rows' texts at once, by their address."""
    urls = {found["url"] for row in rows for found in STORED.finditer(html_of(row))}
    wanted = sorted(filter(is_ours, urls))
    return Asset.objects.only(*ASKED).at(islice(wanted, MOST_ASKED)) if wanted else {}


class Page:
    """The pictures of one page: those that it shows so far, and what its head says of them."""

    def __init__(self, assets: dict[str, Asset]):
        self.assets = assets
        self.preload = ""
        self.is_at_top = True  # until the first picture or the first section has gone by

    def show(self, row: Issue | Section) -> None:
        if isinstance(row, Issue) and row.cover:
            row.cover_html = self.figure(row.cover)
        if "<img" in html_of(row):
            html = mark_safe(STORED.sub(self.shown, html_of(row)))  # nosec B308 B703
            setattr(row, field_of(row), html)
        if isinstance(row, Section):
            self.is_at_top = False

    def shown(self, stored: re.Match) -> str:
        asset = self.assets.get(stored["url"])
        if asset is None:  # on another host, or gone
            return stored[0].replace(LAZY, self.loading())
        # Parts of what the sanitiser has left.
        alt, title, caption = (
            mark_safe(stored[name] or "")  # nosec B308 B703
            for name in ("alt", "title", "caption")
        )
        if stored["figure"]:
            return self.figure(asset, alt, caption)
        return picture(asset, alt, self.loading(asset), title)

    def figure(self, asset: Asset, alt: str = "", caption: str = "") -> SafeString:
        image = picture(asset, alt, self.loading(asset))
        words = figcaption(caption or asset.caption, asset.credit)
        if not asset.variants:
            return format_html("<figure>{}{}</figure>", image, words)
        return format_html(
            '<figure class="picture">{}{}{}</figure>', placeholder(asset), image, words
        )

    def loading(self, asset: Asset | None = None) -> SafeString:
        """Say when the next picture loads, and preload it if it is the first."""
        if not self.is_at_top:
            return LAZY
        self.is_at_top = False
        self.preload = preload(asset) if asset else ""
        return EAGER


def picture(asset: Asset, alt: str, loading: SafeString, title: str = "") -> SafeString:
    image = format_html(
        '<img src="{}" alt="{}"{} width="{}" height="{}" {} decoding="async">',
        *(asset.file.url, alt or asset.alt, title, asset.width, asset.height, loading),
    )
    files = sources(asset)
    return format_html("<picture>{}{}</picture>", files, image) if files else image


def sources(asset: Asset) -> SafeString:
    """Name the files of a picture; who wants no motion is shown the stills of an animation."""
    choices = [(STILL if asset.is_animated else "", name, False) for name in ("avif", "webp")]
    if asset.is_animated:
        choices.append(("", "webp", True))
    return format_html_join(
        "",
        '<source{} type="image/{}" srcset="{}" sizes="{}">',
        (
            (media, image_format, files, sizes(asset))
            for media, image_format, moves in choices
            if (files := srcset(asset, image_format, moves))
        ),
    )


def srcset(asset: Asset, image_format: str, moves: bool = False) -> str:
    found = asset.variants_of(image_format, moves)
    return ", ".join(f"{one.url} {one.width}w" for one in found)


def sizes(asset: Asset) -> str:
    """Say how wide the page shows a picture."""
    widest = COLUMN if asset.width >= COLUMN_PIXELS else f"{asset.width}px"
    return f"min(100vw - 2rem, {widest})"


def placeholder(asset: Asset) -> SafeString:
    """Give the box that a picture comes into, in its mean colour if it has no gaps.

    The Content-Security-Policy allows no style attribute; this one is no style to it.
    """
    color = format_html(' color="{}"', asset.placeholder) if asset.placeholder else ""
    return format_html(
        '<svg viewBox="0 0 {0} {1}" width="{0}"{2} aria-hidden="true"></svg>',
        *(asset.width, asset.height, color),
    )


def figcaption(caption: str, credit: str) -> SafeString | str:
    credit = format_html("<small>{}</small>", credit) if credit else ""
    words = format_html_join(" ", "{}", ((one,) for one in (caption, credit) if one))
    return format_html("<figcaption>{}</figcaption>", words) if words else ""


def preload(asset: Asset) -> SafeString | str:
    """Let the browser fetch a picture before it has read of it. Not one that moves: which file
    that is depends on the reader.
    """
    files = "" if asset.is_animated else srcset(asset, "avif")
    if not files:
        return ""
    return format_html(
        '<link rel="preload" as="image" type="image/avif" imagesrcset="{}" imagesizes="{}"'
        ' fetchpriority="high">',
        *(files, sizes(asset)),
    )
