"""Cut the front matter off a file and read it: YAML, TOML or Pelican's header.

Values stay as written: 3.10 is no number, "yes" no truth and 010 no octal, for a tag or a title
may look like that.
"""

import datetime
import re
import tomllib
from dataclasses import dataclass
from typing import NamedTuple

from issues.importing.lines import Line, joined
from issues.importing.parsed import ImportProblem, Note
from issues.importing.yamlfields import read_yaml

# Longer than any front matter; PyYAML is slow, and nobody should wait for a mistake.
MAX_SIZE = 64 * 1024

PELICAN_KEY = re.compile(r"([A-Za-z][\w-]*):(?:\s+(.*))?$")


class Field(NamedTuple):
    """A field's value and the line where it begins."""

    value: object
    line: int


@dataclass
class FrontMatter:
    """The fields by the names that the file gives them."""

    fields: dict[str, Field]
    notes: list[Note]


def find_front_matter(lines: list[Line]) -> tuple[str, int, int]:
    """Say which kind of front matter the file has ("" for none), and where its text stands.

    The kind is "yaml", "toml" or "pelican"; then the index of its first line and of the line
    behind its last one.
    """
    top = next((index for index, line in enumerate(lines) if line.text.strip()), 0)
    for mark, kind, ends in (("---", "yaml", ("---", "...")), ("+++", "toml", ("+++",))):
        if lines[top].text.rstrip() == mark:
            return kind, top + 1, closing(lines, top, ends)
    end = pelican_end(lines, top)
    return ("pelican", top, end) if end else ("", 0, 0)


def closing(lines: list[Line], top: int, ends: tuple[str, ...]) -> int:
    for index in range(top + 1, len(lines)):
        if lines[index].text.rstrip() in ends:
            return index
    opening = lines[top]
    raise ImportProblem(opening.number, f"the front matter “{opening.text.rstrip()}” never ends")


def pelican_end(lines: list[Line], top: int) -> int:
    """Give the index behind a header of keys, one of which is Title; else 0."""
    has_title = False
    index = top
    while index < len(lines) and (text := lines[index].text).strip():
        found = PELICAN_KEY.match(text)
        if not found and (index == top or not text[0].isspace()):
            return 0
        has_title = has_title or bool(found and found[1].casefold() == "title")
        index += 1
    return index if has_title else 0


def read_front_matter(kind: str, lines: list[Line]) -> FrontMatter:
    """Read the lines of front matter of a kind. Raises ImportProblem."""
    if sum(len(line.text) for line in lines) > MAX_SIZE:
        raise ImportProblem(lines[0].number, f"front matter over {MAX_SIZE // 1024} KB")
    if not lines:
        return FrontMatter({}, [])
    if kind == "yaml":
        values, notes = read_yaml(lines)
        fields = {name: Field(value, line) for name, (value, line) in values.items()}
        return FrontMatter(fields, notes)
    return FrontMatter(read_toml(lines) if kind == "toml" else read_pelican(lines), [])


def read_toml(lines: list[Line]) -> dict[str, Field]:
    first = lines[0].number
    try:
        values = tomllib.loads(joined(lines), parse_float=str)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        place = re.search(r"at line (\d+)", str(error))
        line = first + int(place[1]) - 1 if place else lines[-1].number
        raise ImportProblem(line, f"the TOML front matter is broken: {error}") from error
    return {name: Field(plain(value), toml_line(lines, name)) for name, value in values.items()}


def plain(value: object) -> object:
    """Turn dates into text, as YAML and Pelican give them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value


def toml_line(lines: list[Line], name: str) -> int:
    key = re.compile(rf"""\s*\[*["']?{re.escape(name)}["']?\s*[=.\]]""")
    return next((line.number for line in lines if key.match(line.text)), lines[0].number)


def read_pelican(lines: list[Line]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    name = ""
    for number, text in lines:
        found = PELICAN_KEY.match(text)
        if found is None:
            value, line = fields[name]
            fields[name] = Field(f"{value} {text.strip()}".strip(), line)
            continue
        name = found[1]
        if name in fields:
            raise ImportProblem(number, f"the field “{name}” stands here a second time")
        fields[name] = Field((found[2] or "").strip(), number)
    return fields
