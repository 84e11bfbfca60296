"""What is said of an import, at the desk and at the shell alike."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from subscribers.exchange.deciding import WANTED, Mode, Outcome
from subscribers.exchange.importing import Step
from subscribers.exchange.problems import Problem
from subscribers.exchange.records import Delimiter
from subscribers.exchange.table import Table

MOST_SHOWN = 100  # problems at the desk
MOST_COLUMNS = 20


@dataclass
class Report:
    """Counts of what has happened, and the first problems."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def add(self, step: Step) -> None:
        self.counts += step.counts
        self.problems += step.problems[: MOST_SHOWN - len(self.problems)]
        self.problem_count += len(step.problems)

    @property
    def lines(self) -> list[tuple[str, int]]:
        """Give each outcome that has occurred, in words, and how often."""
        return [(str(one.label), self.counts[one]) for one in Outcome if self.counts[one]]

    @property
    def summary(self) -> str:
        counts = [f"{count} {words}" for words, count in self.lines]
        if self.problem_count:
            counts.append(_("%d with problems") % self.problem_count)
        return "; ".join(counts) or _("no lines")

    @property
    def more(self) -> int:
        return self.problem_count - len(self.problems)


def recognised(table: Table, mode: Mode) -> list[tuple[str, str]]:
    """Say how a file was read: what was recognised, and what it is."""
    encoding = table.encoding
    if table.is_guess:
        encoding = _("%s (a guess, since it is not UTF-8: look at names with accents)") % encoding
    delimiter = str(dict(Delimiter.choices).get(table.delimiter, table.delimiter))
    found = [(_("Encoding"), encoding), (_("Delimiter"), delimiter)]
    if not table.columns.has_heading:
        words = _("none has a name: the first cell of each line is taken for the address")
        return [*found, (_("Columns"), words)]
    columns = table.columns.only(WANTED[mode])
    found.append((_("Columns"), listed(columns.read)))
    if columns.ignored:
        found.append((_("Left out"), listed(columns.ignored)))
    return found


def listed(names: list[str]) -> str:
    text, more = ", ".join(names[:MOST_COLUMNS]), len(names) - MOST_COLUMNS
    return _("%(names)s and %(more)d more") % {"names": text, "more": more} if more > 0 else text
