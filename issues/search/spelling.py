"""The nearest spelling of a question that finds nothing."""

import unicodedata

from rapidfuzz import process
from rapidfuzz.distance import OSA

from issues.counts import tag_counts, type_counts
from issues.models import SearchEntry, SearchWord, Section, SectionType, Tag
from issues.search import analysis, query
from issues.search.answering import answer
from issues.search.choices import choices
from issues.search.matching import matches
from issues.search.question import Question
from issues.search.words import SHORTEST

MOST_WORDS = 3  # of a question that are spelled anew: where more are unknown, nothing is meant
MOST_TRIED = 5  # spellings of one word
MOST_COUNTED = 50  # sections that hold one of them


def nearest(question: Question) -> Question | None:
    """Give the question with what is unknown in it spelled as the archive spells it.

    None if nothing is near enough, or if what it would find is not public.
    """
    changed = with_known_filters(question)._replace(text=respelled(question.text))
    if changed == question:
        return None
    for one in (changed, Question(changed.text)):
        if (one.text or one.has_filters) and answer(one, size=0).total:
            return one
    return None


def with_known_filters(question: Question) -> Question:
    """Replace tags and a type that nobody knows by the public ones that are nearest."""
    unknown = choices(question).unknown
    tags = Tag.objects.filter(pk__in=tag_counts()) if unknown else Tag.objects.none()
    slugs = list(tags.values_list("slug", flat=True))
    changed = tuple(near(one, slugs) or one if one in unknown else one for one in question.tags)
    found = question._replace(tags=tuple(dict.fromkeys(changed)))
    if question.type in unknown:
        types = SectionType.objects.filter(pk__in=type_counts()).values_list("slug", flat=True)
        found = found._replace(type=near(question.type, list(types)) or question.type)
    return found


def near(given: str, known: list[str]) -> str | None:
    """Give which of the known names is nearest to a given one, if any is near."""
    far = furthest(given)
    found = process.extractOne(given.casefold(), known, scorer=OSA.distance, score_cutoff=far)
    return found[0] if found and far else None


def furthest(word: str) -> int:
    """Say how many letters may be wrong in a word: the shorter, the fewer."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < 5 else 2


def respelled(text: str) -> str:
    """Give a text with each word that nothing public holds in its nearest spelling."""
    text = unicodedata.normalize("NFC", text)[: query.MAX_LENGTH]
    unknown = [term for term in analysis.terms(text) if not is_found(text[term.start : term.end])]
    if len(unknown) > MOST_WORDS:
        return text
    for term in reversed(unknown):
        written = text[term.start : term.end]
        text = text[: term.start] + (spelling(written) or written) + text[term.end :]
    return text


def is_found(word: str) -> bool:
    return bool(matches(query.parse(f"{word} "), SearchEntry.objects.published(), most=1)[0])


def spelling(word: str) -> str | None:
    """Give the public word that is nearest to one that nobody has written."""
    wanted = analysis.forms(word).plain
    far = furthest(wanted)
    likely = SearchWord.objects.filter(
        first__in=set(wanted[:2]), length__range=(len(wanted) - far, len(wanted) + far)
    )
    found = process.extract(
        wanted,
        likely.values_list("pk", flat=True) if far else (),
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
    rows, _ = matches(clauses, SearchEntry.objects.published(), most=MOST_COUNTED)
    section = Section.objects.published().filter(pk=rows[0].pk).first() if rows else None
    if section is None:
        return None
    text = whole_text(section)
    forms = [
        text[start:end].casefold() for start, end in analysis.places(text, clauses[0].terms, ())
    ]
    same = [form for form in forms if analysis.forms(form).plain == word]
    chosen = next(iter(same + forms), None)
    return (-len(rows), chosen) if chosen else None


def whole_text(section: Section) -> str:
    tags = " ".join(tag.name for tag in section.tags.all())
    parts = (section.title, section.short_title, tags, section.byline, section.body_text)
    return unicodedata.normalize("NFC", "\n".join(parts))
