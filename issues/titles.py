"""Titles of issues that are made from what is in them."""

from collections.abc import Iterable

from issues import markdown

MAX_LENGTH = 78  # of a subject line that mail programs show whole
MOST_ITEMS = 3


def suggested(short_titles: list[str]) -> str:
    """Make a title such as "Lazy Loading, Data2vec, Ruff …" from the first sections' titles.

    It is cut between sections; only a first one that is too long by itself is cut at a word.
    """
    items = [title for title in map(str.strip, short_titles) if title]
    for count in range(MOST_ITEMS, 0, -1):
        title = ", ".join(items[:count]) + (" …" if len(items) > count else "")
        if len(title) <= MAX_LENGTH:
            return title
    return markdown.excerpt(items[0], MAX_LENGTH)


def suggested_for(sections: Iterable) -> str:
    """Make the title of an issue from its sections, stored or still in a form."""
    return suggested([section.short_title.strip() or section.title for section in sections])
