"""A draft as the checks read it: each text parsed once, and what the database knows of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from issues import contents, images, links, references, repeats
from issues.contents import Contents
from issues.draft import Draft, DraftSection
from issues.markdown import UnreadableMarkdown
from issues.models import Asset, Issue, Section, SectionType, unused_slug
from issues.models.asset import PATH, path_of
from issues.references import MOST_ASKED
from issues.wikilinks import Reference


class Remark(NamedTuple):
    """What a check has to say, and the form field where it is mended."""

    message: str
    field: str
    section: DraftSection | None = None
    type: SectionType | None = None


class Target(NamedTuple):
    """Where a part of the issue links to, and the field that says so."""

    address: str
    field: str
    line: int = 0


class Mentioned(NamedTuple):
    """References that readers cannot follow: to what is not public by then, and to nothing."""

    hidden: references.Targets
    missing: set[Reference]


@dataclass(frozen=True)
class Part:
    """The introduction or a section: its name in messages, and what is in its text."""

    name: str
    section: DraftSection | None
    contents: Contents
    problem: str = ""

    @property
    def text_field(self) -> str:
        return self.field("body") if self.section else "intro"

    def field(self, name: str) -> str:
        return f"{self.section.key}-{name}" if self.section.key else name

    def is_of_type(self, slug: str) -> bool:
        return bool(self.section and self.section.type and self.section.type.slug == slug)

    @property
    def link(self) -> str:
        """The section's own link as it will be saved."""
        return links.completed(self.section.link) if self.section else ""

    def targets(self) -> list[Target]:
        """Give where the part links to, each address once."""
        found = [Target(self.link, self.field("link"))] if self.link else []
        found += [Target(one.address, self.text_field, one.line) for one in self.contents.links]
        first: dict[str, Target] = {}
        for target in found:
            first.setdefault(target.address, target)
        return list(first.values())

    def picture_sources(self) -> list[str]:
        return list(dict.fromkeys(picture.source for picture in self.contents.pictures))

    def references(self) -> dict[Reference, int]:
        """Give what the part refers to, each once, with the line of the first time."""
        first: dict[Reference, int] = {}
        for reference, line in self.contents.mentions:
            first.setdefault(reference, line)
        return first

    def remark(self, message: str, field: str = "", line: int = 0, **values) -> Remark:
        """Say something about the part, which `message` names as %(part)s."""
        place = _("%(part)s, line %(line)d") if line else "%(part)s"
        text = message % {"part": place % {"part": self.name, "line": line}, **values}
        return Remark(text, field or self.text_field, self.section)


@dataclass(frozen=True)
class Reading:
    """Everything that the checks look at."""

    draft: Draft
    intro: Part
    sections: list[Part]
    types: list[SectionType]
    file_sizes: dict[str, int]  # of our own pictures, by address
    uses: dict[str, list[repeats.Use]]  # in earlier issues, by `same_page`
    mentioned: Mentioned

    @property
    def parts(self) -> list[Part]:
        return [self.intro, *self.sections]


def read(draft: Draft, types: Iterable[SectionType] | None = None) -> Reading:
    intro = part(_("Introduction"), None, draft.intro)
    sections = [
        part(name(section, place), section, section.body)
        for place, section in enumerate(draft.sections, start=1)
    ]
    parts = [intro, *sections]
    pictures = {source for one in parts for source in one.picture_sources()}
    pages = {page(target.address) for one in parts for target in one.targets()} - {""}
    return Reading(
        draft,
        intro,
        sections,
        types=list(SectionType.objects.all() if types is None else types),
        file_sizes=file_sizes(filter(is_own_picture, pictures)),
        uses=repeats.earlier_uses(islice(pages, MOST_ASKED), draft.pk, draft.number),
        mentioned=mentioned(draft, {ref for one in parts for ref in one.references()}),
    )


def mentioned(draft: Draft, wanted: set[Reference]) -> Mentioned:
    """Look up what references lead to; the issue itself and what is in it are there in any case."""
    itself = {Reference(draft.number or 0, slug) for slug in ("", *slugs_of(draft))}
    others = set(islice(wanted - itself, MOST_ASKED))
    public = references.targets(others, max(filter(None, (timezone.now(), draft.due_at))))
    rest = others - public.keys()
    hidden = references.present(rest, Issue.objects.all(), Section.objects.all())
    return Mentioned(hidden, missing=rest - hidden.keys())


def slugs_of(draft: Draft) -> Iterator[str]:
    """Give the slugs that the sections will have when they are saved."""
    taken = {section.slug.strip() for section in draft.sections}
    for section in draft.sections:
        slug = section.slug.strip() or unused_slug(section.title, taken)
        taken.add(slug)
        yield slug


def part(name: str, section: DraftSection | None, source: str) -> Part:
    try:
        return Part(name, section, contents.read(source))
    except UnreadableMarkdown as error:
        return Part(name, section, Contents(), str(error))


def name(section: DraftSection, place: int) -> str:
    title = section.title.strip()
    return f"“{title}”" if title else _("Section %d") % place


def page(address: str) -> str:
    """Give the page of another site that an address leads to, as `same_page` writes it, or ""."""
    is_elsewhere = links.is_web(address) and not is_own_site(address)
    return links.same_page(address) if is_elsewhere else ""


def is_own_site(address: str) -> bool:
    """Say whether an address is one of this site, written as a whole."""
    return f"{address}/".startswith(f"{settings.SITE_URL}/")


def is_own_picture(address: str) -> bool:
    return path_of(address).startswith(f"{PATH}{Asset.file.field.upload_to}")


def file_sizes(addresses: Iterable[str]) -> dict[str, int]:
    """Give how many bytes our own pictures have, by address; 0 if nobody has noted it.

    A variant, whose address somebody has copied from a page, is there as well.
    """
    wanted = list(islice(addresses, MOST_ASKED))
    assets = Asset.objects.only("file", "bytes").at(wanted)
    others = ((address, variant_size(address)) for address in wanted if address not in assets)
    return {
        **{address: asset.bytes for address, asset in assets.items()},
        **{address: size for address, size in others if size is not None},
    }


def variant_size(address: str) -> int | None:
    name = path_of(address).removeprefix(PATH)
    try:
        return Asset.storage().size(name) if re.fullmatch(images.NAME, name) else None
    except OSError:
        return None
