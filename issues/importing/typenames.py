"""Recognise section types by the names that headings call them."""

import re
from typing import NamedTuple

from issues.importing.parsed import TypeName

OTHER = "other"

# "Tool: X", "Tool – X", "Tool | X"; a hyphen or dash needs spaces, for names may hold one.
SEPARATOR = r"(?:\s*[:：|]\s*|\s+[-–—]+\s+)"


class NamedHeading(NamedTuple):
    """A heading that names a type; its title is empty where the name stands alone."""

    slug: str
    name: str
    title: str


class TypeNames:
    """Matches headings with the section types' names, whatever emoji stand before them."""

    def __init__(self, types: list[TypeName]):
        self.slugs = {folded(name): kind.slug for kind in types for name in kind.names}
        names = sorted(filter(None, self.slugs), key=len, reverse=True)
        # A name without types can never match.
        self.names = "|".join(loose(name) for name in names) or r"(?!)"
        self.heading = re.compile(
            rf"[\W_]*?(?P<name>{self.names})(?:{SEPARATOR}(?P<title>.*)|[\W_]*)",
            re.IGNORECASE | re.DOTALL,
        )
        # What must follow wreckage for it to be an emoji before a type's name.
        self.beginning = rf"(?:{self.names})(?:{SEPARATOR}|\s*$)"

    def match(self, heading: str) -> NamedHeading | None:
        """Say which type a heading names, if any."""
        found = self.heading.fullmatch(heading.strip())
        if found is None:
            return None
        name = found["name"]
        return NamedHeading(self.slugs[folded(name)], name, (found["title"] or "").strip())


def folded(name: str) -> str:
    return " ".join(name.replace("-", " ").casefold().split())


def loose(name: str) -> str:
    """Give a pattern for a folded name in which a space may be a hyphen or several spaces."""
    return r"[\s-]+".join(re.escape(word) for word in name.split())
