"""Marking what was found, and cutting the piece of a text that shows it."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from issues.search import analysis
from issues.search.query import Clause

SNIPPET_LENGTH = 240  # characters
MOST_PLACES = 100
LEAD = 60  # characters that stand before the first hit

Span = tuple[int, int]


def marked(text: str, clauses: list[Clause]) -> SafeString:
    """Give the text as HTML with what the clauses found in <mark>."""
    return join(text, spans(text, clauses))


def snippet(text: str, clauses: list[Clause]) -> SafeString:
    """Give the piece of the text with the most different hits, as HTML with <mark>."""
    text = text.replace("\n", " ")
    found = spans(text, clauses)
    start = begin(text, best_place(text, found))
    end = min(start + SNIPPET_LENGTH, len(text))
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + SNIPPET_LENGTH - LEAD)
    inside = [(left - start, right - start) for left, right in found if start <= left < end]
    piece = join(text[start:end], inside)
    return format_html("{}{}{}", "… " if start else "", piece, " …" if end < len(text) else "")


def spans(text: str, clauses: list[Clause]) -> list[Span]:
    """Give the places of the clauses' terms; neighbours with at most a sign between are one."""
    wanted = {term for clause in clauses for term in clause.terms}
    openings = tuple(clause.opening for clause in clauses if clause.opening)
    joined: list[Span] = []
    for start, end in analysis.places(text, wanted, openings):
        if joined and start - joined[-1][1] <= 1 and text[joined[-1][1] : start] != " ":
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def best_place(text: str, found: list[Span]) -> int:
    """Give where the hit starts after which the most different words are found."""
    if not found:
        return 0

    # The first hits are enough to choose from; looking at all would cost quadratic time.
    found = found[:MOST_PLACES]

    def variety(place: int) -> int:
        near = [(a, b) for a, b in found if place <= a < place + SNIPPET_LENGTH - LEAD]
        return len({text[a:b].casefold() for a, b in near})

    return max((start for start, _ in found), key=variety)


def begin(text: str, place: int) -> int:
    """Give where a snippet around `place` starts: at its sentence if near, else at a word."""
    if place <= LEAD:
        return 0
    sentence = text.rfind(". ", place - 2 * LEAD, place)
    if sentence >= 0:
        return sentence + 2
    return text.rfind(" ", 0, place - LEAD) + 1 or place - LEAD


def join(text: str, found: list[Span]) -> SafeString:
    parts, end = [], 0
    for left, right in found:
        parts += [text[end:left], format_html("<mark>{}</mark>", text[left:right])]
        end = right
    return format_html_join("", "{}", ([part] for part in [*parts, text[end:]]))
