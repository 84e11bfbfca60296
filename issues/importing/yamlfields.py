"""Read YAML front matter without losing words to YAML's traps."""

import json
import re

import yaml

from issues.importing.lines import Line, joined
from issues.importing.parsed import ImportProblem, Note

# Fields of running text, where "#7" is never meant as a comment.
TEXT_FIELDS = {"title", "description", "summary", "excerpt", "subtitle"}
KEY = re.compile(r"([A-Za-z_][\w-]*):[ \t]+(\S.*)$")
# "- web #css" loses a word to a comment; "- web # as it was" means one.
TRAPPED_ITEM = re.compile(r"([ \t]*-[ \t]+)([^\s\"'\[{|>&*!%@`#:][^:]*[ \t]#\w[^:]*)$")
# What begins with one of these is no plain value: quotes, lists, blocks, anchors, tags.
INDICATORS = tuple("\"'[{|>&*!%@`")

Fields = dict[str, tuple[object, int]]


class PlainLoader(yaml.SafeLoader):
    """Knows text, whole numbers and nothing; refuses anchors, aliases and tags."""

    yaml_implicit_resolvers = {}

    def compose_node(self, parent, index):
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(
                problem="anchors and aliases are not allowed", problem_mark=event.start_mark
            )
        if getattr(event, "tag", None) not in (None, "!"):
            raise yaml.MarkedYAMLError(
                problem="tags (!) are not allowed", problem_mark=event.start_mark
            )
        return super().compose_node(parent, index)


PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|)$"), ["~", ""])
PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^(?:0|-?[1-9][0-9]{0,15})$"), list("-0123456789")
)


def read_yaml(lines: list[Line]) -> tuple[Fields, list[Note]]:
    """Give each top field's value and line, and notes on what had to be quoted."""
    lines, notes = with_quotes(lines)
    first = lines[0].number
    loader = None
    try:
        loader = PlainLoader(joined(lines))
        return top_fields(loader, loader.get_single_node(), first), notes
    except RecursionError as error:
        raise ImportProblem(first, "the front matter is nested too deeply") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        line = min(first + mark.line, lines[-1].number) if mark else first
        raise ImportProblem(line, f"the YAML front matter is broken: {problem}") from error
    finally:
        if loader is not None:
            loader.dispose()


def top_fields(loader: PlainLoader, node: yaml.Node | None, first: int) -> Fields:
    fields: Fields = {}
    if node is None:
        return fields
    if not isinstance(node, yaml.MappingNode):
        raise ImportProblem(first, "the front matter does not consist of “name: value” lines")
    for key, value in node.value:
        line = first + key.start_mark.line
        if not isinstance(key, yaml.ScalarNode):
            raise ImportProblem(line, "the name of a field must be plain text")
        if key.value in fields:
            raise ImportProblem(line, f"the field “{key.value}” stands here a second time")
        fields[key.value] = (loader.construct_object(value, deep=True), line)
    return fields


def with_quotes(lines: list[Line]) -> tuple[list[Line], list[Note]]:
    """Quote plain values that hold " #" (YAML's comment) or ": " (YAML's error)."""
    result, notes = list(lines), []
    for index, line in enumerate(lines):
        if item := TRAPPED_ITEM.match(line.text):
            quoted = json.dumps(item[2].strip(), ensure_ascii=False)
            result[index] = line._replace(text=item[1] + quoted)
            notes.append(Note(line.number, f"{item[2].strip()}: read as text", "repaired"))
            continue
        found = KEY.match(line.text)
        if not found or found[2].startswith(INDICATORS):
            continue
        end = end_of_value(lines, index)
        folded = [more.text.strip() for more in lines[index + 1 : end]]
        value = " ".join([found[2].strip(), *folded])
        if not is_trap(found[1], value, is_folded=end > index + 1):
            continue
        result[index] = line._replace(text=f"{found[1]}: {json.dumps(value, ensure_ascii=False)}")
        # Empty lines keep the places of the lines below.
        result[index + 1 : end] = [more._replace(text="") for more in lines[index + 1 : end]]
        notes.append(Note(line.number, f"{found[1]}: read as text, as if in quotes", "repaired"))
    return result, notes


def end_of_value(lines: list[Line], index: int) -> int:
    """Give the index behind the lines over which a plain value is folded."""
    end = index + 1
    while end < len(lines) and lines[end].text[:1] in (" ", "\t") and lines[end].text.strip():
        end += 1
    return end


def is_trap(name: str, value: str, is_folded: bool) -> bool:
    is_text = name.casefold() in TEXT_FIELDS
    if is_text and (" #" in value or value.startswith("#")):
        return True
    # What follows other fields on deeper lines may be structure: leave it to the parser.
    return (is_text or not is_folded) and (": " in value or value.endswith(":"))
