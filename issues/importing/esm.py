"""The import and export statements of MDX."""

import re

from issues.importing.layout import Layout
from issues.importing.lines import Edit, Line

IMPORT = re.compile(
    r"""import\s+(?:[\w*{][^'"\n]*\sfrom\s+)?['"][^'"\n]+['"]\s*;?\s*$|import\s[^'"\n]*\{[^}'"]*$"""
)
EXPORT = re.compile(
    r"export\s+(?:default\s+[\w({\[<]|(?:const|let|var|function|class|async|type)\s|[{*])"
)
ADDRESS = re.compile(r"""import\s+(\w+)[^'"]*?\sfrom\s+['"]([^'"\n]+)['"]""")
# A statement that does not end by then is no statement.
MOST_LINES = 200


def statements(lines: list[Line], layout: Layout) -> list[tuple[Edit, str]]:
    """Find the statements; each comes with the edit that takes it out."""
    found = []
    offset, index, may_begin = 0, 0, True
    while index < len(lines):
        end = index + 1
        text = lines[index].text
        if may_begin and index not in layout.code and (IMPORT.match(text) or EXPORT.match(text)):
            end = end_of_statement(lines, index) or end
            statement = "\n".join(line.text for line in lines[index:end])
            if end > index + 1 or is_balanced(statement):
                found.append((Edit(offset, offset + len(statement), ""), statement))
                text = ""
        # Only other statements or an empty line may stand above one; the rest is prose.
        may_begin = not text.strip()
        offset += sum(len(line.text) + 1 for line in lines[index:end])
        index = end
    return found


def end_of_statement(lines: list[Line], index: int) -> int:
    """Give the index behind the line where all brackets are closed, or 0."""
    depth = 0
    for end in range(index, min(index + MOST_LINES, len(lines))):
        depth += balance(lines[end].text)
        if depth <= 0:
            return end + 1
    return 0


def balance(text: str) -> int:
    return sum(text.count(mark) for mark in "([{") - sum(text.count(mark) for mark in ")]}")


def is_balanced(statement: str) -> bool:
    return balance(statement) <= 0


def imported_addresses(statements: list[str]) -> dict[str, str]:
    """Give the addresses of imported files by the names that the text uses for them."""
    return {name: address for one in statements for name, address in ADDRESS.findall(one)}
