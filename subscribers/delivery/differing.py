"""What has changed in an issue since its mail was approved, piece by piece."""

import re
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from enum import StrEnum
from html import unescape
from typing import NamedTuple

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from issues.characters import one_line
from subscribers.issue_mail.contents import Contents, Piece
from subscribers.mime import quoted_part

# As issue.html writes it; where there is no summary, or no cover, a line is empty.
HEAD = re.compile(
    r"(?P<date>[^\n]*)\n<h1\b[^>]*>(?P<title>.*?)</h1>"
    r"\n(?P<summary>(?:<p\b[^>]*>[^<]*</p>)?)\n(?P<cover>(?:<div\b.*?</div>)?)\n(?P<intro>.*)",
    re.DOTALL,
)
HEADING = re.compile(r"<h[1-3]\b[^>]*>(.*?)</h[1-3]>", re.DOTALL)
MANY = 3  # that are named where only the largest are


class Way(StrEnum):
    CHANGED = "changed"
    ADDED = "added"
    GONE = "gone"


class Difference(NamedTuple):
    way: Way
    what: str

    def in_words(self) -> str:
        return {
            Way.CHANGED: _("Changed: %s"),
            Way.ADDED: _("New: %s"),
            Way.GONE: _("Gone: %s"),
        }[self.way] % self.what


def differences(approved: Contents, now: Contents) -> list[Difference]:
    """Say which parts of a mail are not as they were approved, in their order."""
    (head, *before), (head_now, *after) = approved.pieces, now.pieces
    found = of_heads(head, head_now)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, begin, end, begin_now, end_now in matcher.get_opcodes():
        if tag != "equal":
            found += of_pieces(before[begin:end], after[begin_now:end_now])
    return list(dict.fromkeys(found))


def of_heads(before: Piece, after: Piece) -> list[Difference]:
    """Compare what stands before the sections, and name what readers would."""
    if before == after:
        return []
    names = {
        "title": _("the title"),
        "date": _("the date"),
        "summary": _("the summary"),
        "cover": _("the cover"),
        "intro": _("the introduction"),
    }
    old, new = HEAD.search(before.html), HEAD.search(after.html)
    changed = [name for part, name in names.items() if old and new and old[part] != new[part]]
    others = [_("what mail programs show beside the subject")]
    return [Difference(Way.CHANGED, name) for name in changed or others]


def title_in(contents: Contents) -> str:
    """Give the title of the issue as it stands in a mail; "" if none does."""
    head = HEAD.search(contents.pieces[0].html)
    return unescape(strip_tags(head["title"])) if head else ""


def of_pieces(before: Iterable[Piece], after: Iterable[Piece]) -> list[Difference]:
    """Compare a run of pieces by their titles."""
    old, new = Counter(map(title_of, before)), Counter(map(title_of, after))
    changed, gone, added = old & new, old - new, new - old
    if len(gone) == len(added) == 1:  # most likely the same with another title
        return [Difference(Way.CHANGED, title) for title in [*changed, *added]]
    ways = ((Way.CHANGED, changed), (Way.GONE, gone), (Way.ADDED, added))
    return [Difference(way, title) for way, titles in ways for title in titles]


def title_of(piece: Piece) -> str:
    """Name a piece as readers would: by its heading."""
    if piece.type is None:
        return _("what stands around the sections")
    heading = HEADING.search(piece.html)
    words = strip_tags(heading[1]) if heading else piece.text.strip().partition("\n")[0]
    return one_line(unescape(words))


def largest(contents: Contents) -> list[tuple[str, int]]:
    """Give the sections that take most of the HTML part, with their bytes, the largest first."""
    sizes: Counter[str] = Counter()
    for piece in contents.pieces:
        if piece.type is not None:
            sizes[title_of(piece)] += len(quoted_part(piece.html))
    return sizes.most_common(MANY)
