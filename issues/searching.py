"""The page of the search: a plain form whose every state has an address."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import EmptyPage, Page, Paginator
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from issues import search
from issues.paths import path
from issues.search import Answer, Facet, Question
from issues.search.question import MOST_TAGS

PAGE_SIZE = 10  # hits


@dataclass(frozen=True)
class Choice:
    """A link to the same question with one thing changed."""

    label: str
    url: str
    count: int | None = None
    is_chosen: bool = False
    without_url: str = ""  # to the question that leaves this tag out


class Search(TemplateView):
    """Sections that hold the words and have what the filters say. Any text answers 200."""

    template_name = "issues/search.html"

    def get_context_data(self, **kwargs):
        question = Question.from_query(self.request.GET)
        number = page_number(self.request.GET.get("page", "1"))
        answer = search.answer(question, (number - 1) * PAGE_SIZE, PAGE_SIZE)
        context = {
            "question": question,
            "answer": answer,
            "page_obj": page_of(answer, number),
            "chips": list(chips(answer)),
            "types": [choice(question, one, "type") for one in answer.types],
            "years": [choice(question, one, "year") for one in answer.years],
            "tags": [tag_choice(question, one) for one in answer.tags],
            "sorts": sorts(question) if answer.total > 1 and question.text else [],
        }
        if not answer.total and not question.is_empty:
            context |= ways_out(question, answer)
        return super().get_context_data(**context, **kwargs)


def page_number(given: str) -> int:
    """Read a page's number. Raises Http404 for what is none."""
    if not (given.isascii() and given.isdecimal() and len(given) < 7 and int(given)):
        raise Http404(_("There is no such page."))
    return int(given)


def page_of(answer: Answer, number: int) -> Page:
    """Give the page's place among all; the hits on it are known already."""
    try:
        return Paginator(range(answer.total), PAGE_SIZE).page(number)
    except EmptyPage as error:
        raise Http404(_("There is no such page.")) from error


def address(question: Question) -> str:
    """Give the address of a question's page."""
    query = question.urlencode()
    return path("search") + (f"?{query}" if query else "")


def choice(question: Question, facet: Facet, name: str) -> Choice:
    """Link to the question with this type or year chosen; a chosen one is taken back."""
    given = str(facet.value) if name == "year" else facet.value.slug
    label = given if name == "year" else facet.value.plural
    changed = question._replace(**{name: "" if facet.is_chosen else given})
    return Choice(label, address(changed), facet.count, facet.is_chosen)


def tag_choice(question: Question, facet: Facet) -> Choice:
    """Link to the question with this tag too, and to the one without it."""
    tag = facet.value
    url = address(question._replace(tags=(*question.tags, tag.slug)))
    is_full = len(question.without) >= MOST_TAGS
    without = question._replace(without=(*question.without, tag.slug))
    return Choice(tag.name, url, facet.count, without_url="" if is_full else address(without))


def chips(answer: Answer) -> Iterable[Choice]:
    """Give what is chosen, each with the way to the question without it."""
    question, names = answer.question, answer.choices.names
    for given in question.tags:
        rest = tuple(one for one in question.tags if one != given)
        yield Choice(_("tag: %s") % names.get(given, given), address(question._replace(tags=rest)))
    for given in question.without:
        rest = tuple(one for one in question.without if one != given)
        yield Choice(
            _("not tagged: %s") % names.get(given, given), address(question._replace(without=rest))
        )
    if question.type:
        label = _("type: %s") % names.get(question.type, question.type)
        yield Choice(label, address(question._replace(type="")))
    if question.year:
        yield Choice(_("year: %s") % question.year, address(question._replace(year="")))


def sorts(question: Question) -> list[Choice]:
    """Give the orders that hits can stand in."""
    labels = {"": _("the best first"), "date": _("the newest first")}
    return [
        Choice(label, address(question._replace(sort=sort)), is_chosen=sort == question.sort)
        for sort, label in labels.items()
    ]


def ways_out(question: Question, answer: Answer) -> dict:
    """Say what would find something where this question finds nothing."""
    nearest = search.nearest(question)
    wider = question.without_filters()
    total = search.answer(wider, size=0).total if question.has_filters and question.text else 0
    return {
        "nearest": nearest and Choice(nearest.label, address(nearest)),
        "wider": total and Choice(question.text, address(wider), total),
    }
