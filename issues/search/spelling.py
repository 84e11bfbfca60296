"""The nearest spelling of a question that finds nothing."""

import unicodedata

from rapidfuzz import process
from rapidfuzz.distance import OSA

from issues.models import SearchEntry, SearchWord, Section
from issues.search import analysis, query
from issues.search.answering import answer
from issues.search.matching import matches
from issues.search.question import Question
from issues.search.words import SHORTEST

MOST_TRIED = 5  # spellings of one word


def nearest(question: Question) -> Question | None:
    """Give the question with its unknown words spelled as the archive spells them.

    None if no word is near enough, or if the sections that it would find are not public.
    """
    words = list(analysis.terms(unicodedata.normalize("NFC", question.text[: query.MAX_LENGTH])))
    text = question.text
    for term in reversed(words):
        written = text[term.start : term.end]
        if not is_found(written):
            text = text[: term.start] + (spelling(written) or written) + text[term.end :]
    if text == question.text:
        return None
    for changed in (question._replace(text=text), Question(text)):
        if answer(changed, size=0).total:
            return changed
    return None


def is_found(word: str) -> bool:
    return bool(matches(query.parse(f"{word} "), SearchEntry.objects.published(), most=1)[0])


def spelling(word: str) -> str | None:
    """Give the public word that is nearest to one that nobody has written."""
    wanted = analysis.forms(word).plain
    if len(wanted) < SHORTEST:
        return None
    far = 1 if len(wanted) < 5 else 2
    likely = SearchWord.objects.filter(
        first__in=set(wanted[:2]), length__range=(len(wanted) - far, len(wanted) + far)
    )
    found = process.extract(
        wanted,
        likely.values_list("pk", flat=True),
        scorer=OSA.distance,
        score_cutoff=far,
        limit=MOST_TRIED,
    )
    tried = ((distance, public_form(near)) for near, distance, _ in found)
    spelled = [(distance, *form) for distance, form in tried if form]
    return min(spelled)[-1] if spelled else None


def public_form(word: str) -> tuple[int, str] | None:
    """Give how rare a word is among what is public, as a negative count, and how it is written.

    The word may stand in drafts alone, or may be a form that only drafts have: what is offered
    is read from a section that the public sees.
    """
    clauses = query.parse(f'"{word}"')
    rows, _ = matches(clauses, SearchEntry.objects.published())
    if not rows:
        return None
    section = Section.objects.published().filter(pk=rows[0].pk).first()
    if section is None:
        return None
    tags = " ".join(tag.name for tag in section.tags.all())
    parts = (section.title, section.short_title, tags, section.byline, section.body_text)
    text = unicodedata.normalize("NFC", "\n".join(parts))
    forms = [
        text[term.start : term.end]
        for term in analysis.terms(text)
        if term.value == clauses[0].terms[0]
    ]
    chosen = (
        word if word in (analysis.forms(form).plain for form in forms) else (forms or [None])[0]
    )
    return (-len(rows), chosen.casefold()) if chosen else None
