"""What a reader asks the archive for, and its address."""

from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict

from issues.characters import one_line
from issues.search import query

MOST_TAGS = 10
LONGEST_VALUE = 100  # characters of a tag, a type or a year
SORTS = ("relevance", "date")


class Question(NamedTuple):
    """Words and filters as they were given: slugs or names, and digits, all as text."""

    text: str = ""
    tags: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    type: str = ""
    year: str = ""
    sort: str = ""

    @classmethod
    def from_query(cls, data: QueryDict) -> "Question":
        """Read the parameters of an address; what `q` says with operators counts like those."""
        text, operators = query.split_operators(one_line(data.get("q", ""))[: query.MAX_LENGTH])
        given = [
            *(("tag", value) for value in data.getlist("tag")),
            *(("-tag", value) for value in data.getlist("without")),
            *((name, data.get(name, "")) for name in ("type", "year")),
            *operators,
        ]
        cleaned = [(name, one_line(value)[:LONGEST_VALUE]) for name, value in given]
        values = {
            wanted: tuple(
                dict.fromkeys(value for name, value in cleaned if name == wanted and value)
            )
            for wanted in ("tag", "-tag", "type", "year")
        }
        return cls(
            text,
            tags=values["tag"][:MOST_TAGS],
            without=values["-tag"][:MOST_TAGS],
            type="".join(values["type"][-1:]),
            year="".join(values["year"][-1:]),
            sort=data.get("sort", "") if data.get("sort", "") in SORTS else "",
        )

    @property
    def has_filters(self) -> bool:
        return bool(self.tags or self.without or self.type or self.year)

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.has_filters)

    def without_filters(self) -> "Question":
        return Question(self.text)

    @property
    def label(self) -> str:
        """Give the question as one may type it."""
        filters = [
            *(f"tag:{value}" for value in self.tags),
            *(f"-tag:{value}" for value in self.without),
            *(
                f"{name}:{value}"
                for name, value in (("type", self.type), ("year", self.year))
                if value
            ),
        ]
        return " ".join(filter(None, [self.text, *filters]))

    def urlencode(self) -> str:
        """Give the question as the query of an address; the same question has one address."""
        pairs = [
            ("q", self.text),
            *(("tag", value) for value in self.tags),
            *(("without", value) for value in self.without),
            ("type", self.type),
            ("year", self.year),
            ("sort", self.sort),
        ]
        return urlencode([(name, value) for name, value in pairs if value])
