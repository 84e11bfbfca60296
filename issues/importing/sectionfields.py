"""The lines `tags:`, `link:` and `byline:` below a section's heading."""

import re
from dataclasses import dataclass, field

from issues.importing.lines import Line

FIELD = re.compile(r"\s{0,3}(tags|link|byline):(?:\s+(.*?))?\s*$", re.IGNORECASE)
# Without spaces; whether it is an address that can be kept is for others to say.
ADDRESS = re.compile(r"\S+$")


@dataclass
class SectionFields:
    tags: list[str] = field(default_factory=list)
    link: str = ""
    byline: str = ""


def take_fields(lines: list[Line]) -> tuple[SectionFields, list[Line]]:
    """Read the fields at the top of a section's lines, and give the lines behind them.

    Directly below the heading text may follow them at once; behind an empty line they must be
    a block of their own, for there "link: …" may be a sentence.
    """
    fields = SectionFields()
    start = 1 if lines and not lines[0].text.strip() else 0
    end = start
    while end < len(lines) and set_field(fields, lines[end].text):
        end += 1
    is_block = end == len(lines) or not lines[end].text.strip()
    if end == start or (start and not is_block):
        return SectionFields(), lines
    return fields, lines[end:]


def set_field(fields: SectionFields, text: str) -> bool:
    """Set the field that a line names; say whether it does."""
    found = FIELD.match(text)
    if found is None:
        return False
    name, value = found[1].casefold(), found[2] or ""
    if name == "tags":
        fields.tags += value.split(",")
        return True
    is_taken = bool(getattr(fields, name)) and value
    if is_taken or (name == "link" and value and not ADDRESS.match(value)):
        return False
    if value:
        setattr(fields, name, value.strip("<>") if name == "link" else value)
    return True
