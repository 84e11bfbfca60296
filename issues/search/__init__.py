"""Finding sections by words and filters: one interface, an engine for each database.

`answer` is for the page of the search, its feeds and the API, `suggest` for what is offered
while somebody types, `alike` for what stands beside a section. `indexing` says who must call
`index` and `deleting`.
"""

from issues.search.answering import Answer, Facet, Hit, answer
from issues.search.indexing import BATCH, Difference, check, deleting, index, mend, rebuild, remove
from issues.search.likeness import alike
from issues.search.matching import filtered
from issues.search.question import Question
from issues.search.spelling import nearest
from issues.search.titles import Suggestions, suggest

__all__ = [
    "BATCH",
    "Answer",
    "Difference",
    "Facet",
    "Hit",
    "Question",
    "Suggestions",
    "alike",
    "answer",
    "check",
    "deleting",
    "filtered",
    "index",
    "mend",
    "nearest",
    "rebuild",
    "remove",
    "suggest",
]
