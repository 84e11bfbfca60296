"""Pictures as mail shows them: JPEG files, which every program knows, as wide as the letter."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from bitsletter.site import absolute_url, joined
from issues.models import Asset, Issue, Section
from issues.models.asset import PATH, path_of
from issues.models.illustrated import addresses
from issues.references import html_of

WIDTH = 550  # pixels of the column that the texts are in


class Shown(NamedTuple):
    """A picture in a letter, with what is said of it there."""

    address: str
    width: int
    height: int | None = None  # of one on another host it may not be known
    alt: str = ""
    caption: str = ""
    credit: str = ""
    moves: bool = False  # on the web: mail shows a still, for nobody could stop it there

    @property
    def is_safe(self) -> bool:
        """Say whether mail programs load it; those on http:// many of them do not."""
        return self.address.startswith(("https://", settings.SITE_URL))

    @property
    def words(self) -> str:
        """Give what stands for it where no pictures are shown."""
        return _("[Picture: %s]") % self.alt if self.alt else _("[Picture]")


class Pictures:
    """The pictures of ours that some texts show, or link to, by their address."""

    def __init__(self, assets: Mapping[str, Asset]):
        self.assets = assets

    def shown(self, source: str, alt: str = "", width: str = "", height: str = "") -> Shown:
        """Say how a picture is shown that a text names; the text's own words come first."""
        asset = self.assets.get(path_of(source))
        if asset is not None:
            return of_asset(asset, alt)
        address = joined(settings.SITE_URL + "/", source)
        if width and height:
            return Shown(address, *fitting(int(width), int(height)), alt)
        # Outlook knows no other limit than this width; all others make it as small as it is.
        return Shown(address, WIDTH, None, alt)


def pictures_in(rows: Iterable[Issue | Section]) -> Pictures:
    """Load the pictures of ours that rows' texts show, or link to."""
    wanted = set().union(*(addresses(html_of(row)) for row in rows))
    found = Asset.objects.at(sorted(wanted)) if wanted else {}
    return Pictures(found | with_files_at(wanted - found.keys()))


def with_files_at(wanted: Collection[str]) -> dict[str, Asset]:
    """Give the pictures with other files at these addresses, which were copied from pages."""
    names = {address.removeprefix(PATH): address for address in wanted}
    assets = Asset.objects.iterator() if names else []
    return {names[name]: one for one in assets for name in one.file_names() & names.keys()}


def of_asset(asset: Asset, alt: str = "") -> Shown:
    """Show a picture of ours; until its variants are made, its own file stands for them."""
    jpeg = next(iter(asset.variants_of("jpeg")), None)
    file = jpeg or asset
    return Shown(
        absolute_url(jpeg.url if jpeg else asset.file.url),
        *fitting(file.width, file.height),
        *(alt or asset.alt, asset.caption, asset.credit, asset.is_animated),
    )


def fitting(width: int, height: int) -> tuple[int, int]:
    """Make a size small enough for the column."""
    if width <= WIDTH:
        return width, height
    return WIDTH, max(1, round(height * WIDTH / width))
