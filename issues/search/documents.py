"""What of a section is searched."""

import hashlib
from typing import NamedTuple

from issues.search import analysis
from issues.search.rows import Row


class Document(NamedTuple):
    """The terms of one section, by how much a hit in them weighs; the title weighs most.

    Beside them stand the words whose terms are others, as written, in which a word that is half
    typed is looked for; the words of the title in all their forms; and all words.
    """

    pk: int
    title: list[str]
    tags: list[str]
    body: list[str]
    forms: list[str]
    title_words: list[str]
    words: set[str]

    @property
    def digest(self) -> str:
        """Tell whether an indexed document is still the section's."""
        text = "\n".join(" ".join(terms) for terms in self[1:6])
        return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def document(row: Row) -> Document:
    """Analyse what a section says."""
    tags = "\n".join(name for _, name in row.tags)
    texts = (f"{row.title}\n{row.short_title}", tags, f"{row.byline}\n{row.body_text}")
    title, tags, body = map(analysis.analyse, texts)
    words = {*title.words, *tags.words, *body.words}
    return Document(
        row.pk,
        title.terms,
        tags.terms,
        body.terms,
        forms=sorted(words - {*title.terms, *tags.terms, *body.terms}),
        title_words=list(dict.fromkeys(title.words + title.terms)),
        words=words,
    )
