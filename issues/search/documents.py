"""What of a section is searched."""

import hashlib
from typing import NamedTuple

from issues.models import Section
from issues.search import analysis


class Document(NamedTuple):
    """The terms of one section, by how much a hit in them weighs; the title weighs most."""

    pk: int
    title: list[str]
    tags: list[str]
    body: list[str]

    @property
    def digest(self) -> str:
        """Tell whether an indexed document is still the section's."""
        text = "\n".join(" ".join(terms) for terms in self[1:])
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def document(section: Section) -> Document:
    """Analyse a section; its tags should be prefetched."""
    # In a fixed order: the digest must not depend on the database's.
    tags = "\n".join(sorted(tag.name for tag in section.tags.all()))
    return Document(
        section.pk,
        analysis.indexed(f"{section.title}\n{section.short_title}"),
        analysis.indexed(tags),
        analysis.indexed(f"{section.byline}\n{section.body_text}"),
    )
