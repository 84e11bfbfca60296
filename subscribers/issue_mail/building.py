"""An issue as mail: all that it says, in pieces for those who leave types out."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bitsletter.site import TAG, absolute_url
from issues import markdown, references
from issues.characters import one_line
from issues.links import host_of
from issues.models import Asset, Issue, Section
from subscribers import emails, plain
from subscribers.issue_mail import html, text
from subscribers.issue_mail.contents import Contents, Piece, Slot
from subscribers.issue_mail.pictures import Pictures, of_asset, pictures_in

SUBJECT_LENGTH = 78
SHORTEST_PREHEADER, LONGEST_PREHEADER = 40, 110
# Stands between the pieces in what templates write: no text of ours holds these characters.
BOUNDARY = "\x02\x03"
STYLE_SHEET = re.compile("<style>(.*?)</style>", re.S)
AFTER_SIGN = re.compile("(?<=[:;,]) +")
ATTRIBUTES = re.compile(r' (class|style)="([^"]*)"')


class Source(NamedTuple):
    """An issue with all that its mail is made of, as it is stored."""

    issue: Issue
    sections: list[Section]
    links: references.Links
    pictures: Pictures

    @property
    def url(self) -> str:
        return absolute_url(self.issue.get_absolute_url())


class Shown(NamedTuple):
    """A section as the templates show it."""

    type: str
    emoji: str
    color: str
    title: str
    byline: str
    url: str
    link: str
    link_label: str
    link_host: str
    html: SafeString


def build(issue: Issue, subject: str = "", sender: str = "") -> Contents:
    """Write the mail of an issue. The same issue gives the same, whoever asks and whenever."""
    with translation.override(settings.LANGUAGE_CODE), timezone.override(None):
        source = load(issue)
        subject = one_line(subject) or subject_of(source.issue)
        halves = zip(html_pieces(source, subject), text_pieces(source), strict=True)
        head, *parts, rest, foot = (Piece(*half) for half in halves)
        types = [section.type_id for section in source.sections]
        parts = [part._replace(type=pk) for part, pk in zip(parts, types, strict=True)]
        pieces = (head, *parts, rest._replace(is_if_left_out=True), foot)
        return Contents(subject, one_line(sender) or settings.DEFAULT_FROM_EMAIL, pieces)


def pictures_of(issue: Issue) -> list[Asset]:
    """Give the pictures that the mail of an issue shows, or links to."""
    source = load(issue)
    cover = [source.issue.cover] if source.issue.cover else []
    return list(dict.fromkeys([*cover, *source.pictures.assets.values()]))


def subject_of(issue: Issue) -> str:
    return markdown.excerpt(str(issue), SUBJECT_LENGTH)


def load(issue: Issue) -> Source:
    """Load an issue as it is stored.

    Its references lead to what readers see once it is public, which it is when mail goes out.
    """
    issue = Issue.objects.select_related("cover").defer("notes").get(pk=issue.pk)
    sections = list(issue.sections.select_related("type").defer("body_text"))
    for section in sections:
        section.issue = issue
    rows = [issue, *sections]
    at = issue.published_at or issue.planned_at
    links, pictures = references.links_in(rows, sections, at), pictures_in(rows)
    links.resolve(rows)
    return Source(issue, sections, links, pictures)


# HTML -------------------------------------------------------------------------------------------


def html_pieces(source: Source, subject: str) -> list[str]:
    issue, url = source.issue, source.url
    cover = html.figure(of_asset(issue.cover), url) if issue.cover else ""
    context = {
        "subject": subject,
        "cover": cover,
        "intro": html.body(issue.intro_html, url, url, source.pictures),
        "sections": [shown(section, source) for section in source.sections],
        "preheader": preheader(issue, source.sections),
    }
    whole = render_to_string(f"{emails.FOLDER}/issue.html", facts(source) | context)
    return squeezed(emails.inliner().inline(whole)).split(BOUNDARY)


def facts(source: Source) -> dict:
    """Give what both halves say of the issue, and of whoever gets it."""
    return {
        **emails.site_facts(),
        "issue": source.issue,
        "issue_url": source.url,
        "boundary": BOUNDARY,
        "may_choose": True,
        **{slot.value: slot.mark for slot in Slot},
    }


def shown(section: Section, source: Source) -> Shown:
    page_url = absolute_url(section.get_absolute_url())
    return Shown(
        type=one_line(section.type.name),
        emoji=one_line(section.type.emoji),
        color=section.type.color,
        title=section.title,
        byline=section.byline,
        url=page_url,
        link=one_line(section.link),
        link_label=link_label(section),
        link_host=host_of(section.link),
        html=html.body(section.body_html, source.url, page_url, source.pictures),
    )


def link_label(section: Section) -> str:
    return one_line(section.type.link_label) or _("Read more")


def preheader(issue: Issue, sections: Iterable[Section]) -> str:
    """Give what mail programs show beside the subject: some words, neither few nor many."""
    titles = " · ".join(section.title for section in sections)
    words = issue.summary or titles
    for more in (titles, _("The new issue, to read here or on the web.")):
        if len(words) < SHORTEST_PREHEADER and words != more:
            words = " · ".join(filter(None, [words, more]))
    short = markdown.excerpt(words, LONGEST_PREHEADER)
    if len(short) < SHORTEST_PREHEADER:  # of words that are one
        return one_line(words)[: LONGEST_PREHEADER - 1] + "…"
    return short


def squeezed(whole: str) -> str:
    """Leave out of a letter, whose style is in its elements, what serves nobody any more."""
    used = set(re.findall(r"\.([\w-]+)", "".join(STYLE_SHEET.findall(whole))))

    def shorter(attribute: re.Match) -> str:
        name, value = attribute[1], attribute[2]
        if name == "style":
            return f' style="{AFTER_SIGN.sub("", value).rstrip(";")}"'
        kept = " ".join(one for one in value.split() if one in used)
        return f' class="{kept}"' if kept else ""

    return TAG.sub(lambda tag: ATTRIBUTES.sub(shorter, tag[0]), whole)


# Text -------------------------------------------------------------------------------------------


def text_pieces(source: Source) -> list[str]:
    writer = writer_of(source)
    cover = of_asset(source.issue.cover).words if source.issue.cover else ""
    whole = render_to_string(f"{emails.FOLDER}/issue.txt", facts(source) | {"cover": cover})
    head, rest, foot = map(plain.for_reading, whole.split(BOUNDARY))
    intro = writer.body(source.issue.intro)
    sections = [section_text(section, writer_of(source)) for section in source.sections]
    return [together(head, intro, listed(writer)), *sections, together(rest), together(foot)]


def writer_of(source: Source) -> text.Writer:
    return text.Writer(source.url, source.links, source.pictures)


def section_text(section: Section, writer: text.Writer) -> str:
    heading = f"{one_line(section.type.name)}: {section.title}"
    page_url = absolute_url(section.get_absolute_url())
    link = f"{link_label(section)}:\n{one_line(section.link)}" if section.link else ""
    return together(
        f"{plain.underline(heading)}\n{page_url}",
        plain.for_reading(section.byline),
        writer.body(section.body),
        link,
        listed(writer),
    )


def listed(writer: text.Writer) -> str:
    links = writer.links()
    return f"{_('Links:')}\n{links}" if links else ""


def together(*parts: str) -> str:
    """Put an empty line between parts that are not empty, and behind them."""
    return "".join(f"{part}\n\n" for one in parts if (part := one.strip("\n")))
