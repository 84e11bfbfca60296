"""An issue's number: from its field, its title, or the name of its file or folder."""

import re
from pathlib import PurePath

from issues.importing.parsed import ImportProblem

LARGEST = 999_999_999

IN_TITLE = re.compile(r"(?<![\w&])#\s?([0-9]+)(?![0-9])")
DATE_FIRST = re.compile(r"^[0-9]{4}[-_.]?[0-9]{2}[-_.]?[0-9]{2}(?![0-9])")
ALONE = re.compile(r"(?<![^\W_])([0-9]+)(?![^\W_])")
ANYWHERE = re.compile(r"([0-9]+)")


def issue_number(field: object, title: str, path: PurePath, line: int = 1) -> int:
    """Give the issue's number, or raise ImportProblem."""
    if field not in (None, ""):
        digits = str(field).strip().removeprefix("#")
        if not re.fullmatch("[0-9]+", digits):
            raise ImportProblem(line, f"number: “{field}” is not a whole number")
    elif found := IN_TITLE.search(title):
        digits = found[1]
    else:
        digits = digits_of_name(path)
    if not digits:
        raise ImportProblem(
            line, "no issue number: neither a field “number”, nor #N in the title or file name"
        )
    return in_range(digits, line)


def in_range(digits: str, line: int) -> int:
    # The length first: Python refuses to convert thousands of digits.
    digits = digits.lstrip("0")
    if not digits or len(digits) > 9:
        raise ImportProblem(line, f"the issue number must be between 1 and {LARGEST}")
    return int(digits)


def digits_of_name(path: PurePath) -> str:
    """Find the number in a file's name; index.mdx is named after its folder."""
    name = path.parent.name if path.stem.casefold() == "index" else path.stem
    # Static site generators begin names with the date.
    name = DATE_FIRST.sub("", name)
    found = ALONE.search(name) or ANYWHERE.search(name)
    return found[1] if found else ""


def title_without_number(title: str, number: int) -> str:
    """Cut "Bitsletter #7:" off a title, unless nothing is left or the number is another."""
    prefix = re.match(rf"[^#\n]{{0,60}}(?<![\w&])#\s?0*{number}(?![0-9])\s*[:：–—|-]\s*", title)
    rest = title[prefix.end() :].strip() if prefix else ""
    return rest or title
