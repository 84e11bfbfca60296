"""Checks of links."""

import re
from collections.abc import Iterator

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from issues import links
from issues.preflight.reading import Part, Reading, Remark, is_own_picture, is_own_site, page
from issues.repeats import Use

PAPER = "research-paper"  # slugs of types
TOOL = "tool"
MOST_USES = 3  # that a message names

CLOSED = _("%(part)s: “%(address)s” is no address that readers can open.")

# The parser leaves these as text, so that readers would see the brackets.
NOT_MADE_A_LINK = re.compile(r"\]\(\s*<?((?:file|data|javascript|vbscript):[^\s)>]*)", re.I)

SHORTENERS = {
    *("bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "lnkd.in"),
    *("dlvr.it", "t.ly", "rb.gy", "cutt.ly", "shorturl.at", "trib.al", "tiny.cc", "bl.ink"),
    *("rebrand.ly", "ift.tt", "v.gd", "s.id", "amzn.to", "git.io", "fb.me", "redd.it"),
}
VAGUE = {
    *("", "here", "right here", "click", "click here", "this", "that", "it", "this one"),
    *("link", "this link", "the link", "page", "this page", "this article", "this post"),
    *("more", "read", "read more", "learn more", "see more", "find out more", "see here"),
}

PAPER_PAGE = re.compile(
    r"(?:arxiv\.org|doi\.org|openreview\.net|aclanthology\.org)/.|[^?]*\.pdf(?:\?|$)", re.I
)
PAPER_NUMBER = re.compile(r"\b10\.\d{4,9}/\S|\barxiv:\s*\d{4}\.\d{4,5}", re.I)


def unreachable_link(reading: Reading) -> Iterator[Remark]:
    """Every link and picture can be opened from wherever the issue is read."""
    for part in reading.parts:
        for target in part.targets():
            is_in_page = target.address.startswith("#") and target.field == part.text_field
            if not is_in_page and (message := fault(target.address, is_picture=False)):
                yield part.remark(message, target.field, target.line, address=short(target.address))
        for source in part.picture_sources():
            if not is_own_picture(source) and (message := fault(source, is_picture=True)):
                yield part.remark(message, address=short(source))
        for words in part.contents.words:
            for address in NOT_MADE_A_LINK.findall(words.text):
                yield part.remark(CLOSED, line=words.line, address=short(address))


def fault(address: str, is_picture: bool) -> str:
    """Say why readers cannot open an address; "" if they can."""
    scheme = links.scheme_of(address)
    if is_own_site(address) or (scheme == "mailto" and not is_picture):
        return ""
    if not address:
        return _("%(part)s: a link or a picture has no address.")
    if not scheme:
        return _("%(part)s: “%(address)s” is not a whole address; it begins with https://.")
    if not links.is_web(address):
        return CLOSED
    if links.is_local(address):
        return _("%(part)s: “%(address)s” opens only on your own computer or network.")
    if is_picture and scheme == "http":
        return _("%(part)s: “%(address)s” is not shown: pictures come from https:// alone.")
    return ""


def vague_link_text(reading: Reading) -> Iterator[Remark]:
    """Every link says where it leads, also to those who hear nothing but the links."""
    for part in reading.parts:
        for link in part.contents.links:
            if is_vague(link.text):
                message = _("%(part)s: the link text “%(text)s” does not say where it leads.")
                yield part.remark(message, line=link.line, text=short(link.text))


def is_vague(text: str) -> bool:
    is_address = re.fullmatch(r"https?://\S+", text.strip())
    return bool(is_address) or " ".join(re.findall(r"\w+", text.casefold())) in VAGUE


def shortened_link(reading: Reading) -> Iterator[Remark]:
    """Every link shows the site that it leads to, and lives as long as that does."""
    for part in reading.parts:
        for target in part.targets():
            if links.host_of(target.address).removeprefix("www.") in SHORTENERS:
                message = _(
                    "%(part)s: “%(address)s” hides where it leads; link to the page itself."
                )
                yield part.remark(message, target.field, target.line, address=short(target.address))


def missing_link(reading: Reading) -> Iterator[Remark]:
    """Every section has the link that its type asks for, such as the home page of a tool."""
    for part in reading.sections:
        if part.link or not part.section.type:
            continue
        if part.is_of_type(TOOL):
            yield part.remark(
                _("%(part)s has no link to the tool's home page."), part.field("link")
            )
        elif part.section.type.link_required and not lacks_paper(part):
            yield part.remark(_("%(part)s has no link."), part.field("link"))


def paper_without_source(reading: Reading) -> Iterator[Remark]:
    """Every paper can be found: at arXiv, by its DOI, or as a PDF."""
    for part in reading.sections:
        if lacks_paper(part):
            message = _("%(part)s has no link to the paper: none to arXiv, a DOI or a PDF.")
            yield part.remark(message, part.field("link"))


def lacks_paper(part: Part) -> bool:
    if not part.is_of_type(PAPER):
        return False
    addresses = (links.same_page(target.address) for target in part.targets())
    texts = (words.text for words in part.contents.words)
    return not (any(map(PAPER_PAGE.match, addresses)) or any(map(PAPER_NUMBER.search, texts)))


def repeated_link(reading: Reading) -> Iterator[Remark]:
    """No earlier issue has the same link."""
    for part in reading.parts:
        for target in part.targets():
            if uses := reading.uses.get(page(target.address)):
                values = {"address": short(target.address), "uses": named(uses)}
                message = _("%(part)s: %(address)s was used in %(uses)s.")
                yield part.remark(message, target.field, target.line, **values)


def named(uses: list[Use]) -> str:
    """Name the newest uses, one for each issue."""
    newest = list(dict.fromkeys(map(str, uses)))
    text = "; ".join(newest[:MOST_USES])
    return _("%s, and before") % text if len(newest) > MOST_USES else text


def short(text: str) -> str:
    return Truncator(text).chars(80)
