"""What the fields of front matter mean, whatever their names."""

from dataclasses import dataclass, field

from issues.importing.dates import read_date
from issues.importing.frontmatter import Field, FrontMatter
from issues.importing.parsed import ImportProblem, Moment, Note

# The first name that has a value wins; the others are left over.
SYNONYMS = {
    "title": ("title",),
    "summary": ("description", "summary", "excerpt", "subtitle"),
    "tags": ("tags", "keywords"),
    "date": ("datepublished", "date", "published", "published_at", "publishdate", "pubdate"),
    "number": ("number",),
    "cover": ("image", "cover"),
}

NO_DATE = "no date: a draft until somebody publishes it"


@dataclass
class Meaning:
    """The fields of a newsletter issue, as far as front matter gives them."""

    title: str = ""
    summary: str = ""
    tags: list[str] = field(default_factory=list)
    date: Moment = None
    number: object = None
    number_line: int = 1
    cover: str = ""
    leftover: dict[str, object] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def understand(matter: FrontMatter) -> Meaning:
    """Read the fields. Raises ImportProblem."""
    unused = dict(matter.fields)
    is_draft = take_draft(unused)
    found = {name: take(unused, *SYNONYMS[name]) for name in SYNONYMS}
    meaning = Meaning(notes=list(matter.notes))
    meaning.title = text_of(found["title"], "title")
    meaning.summary = text_of(found["summary"], "summary")
    meaning.cover = cover_of(found["cover"], unused)
    meaning.tags = tags_of(found["tags"])
    if found["number"]:
        meaning.number, meaning.number_line = found["number"]
    set_date(meaning, found["date"], is_draft)
    meaning.leftover = {name: unused_field.value for name, unused_field in unused.items()}
    return meaning


def take(fields: dict[str, Field], *names: str) -> Field | None:
    """Remove and give the first field of these names that says something."""
    for wanted in names:
        for name, value in fields.items():
            if name.casefold() == wanted and value.value not in (None, "", []):
                return fields.pop(name)
    return None


def take_draft(fields: dict[str, Field]) -> bool:
    """Remove the fields that only say whether the issue is out: draft, published: false."""
    is_draft = False
    for name, (value, _) in list(fields.items()):
        truth = str(value).casefold()
        if truth in ("true", "false", "yes", "no") and name.casefold() in ("draft", "published"):
            del fields[name]
            is_draft = is_draft or (name.casefold() == "draft") == (truth in ("true", "yes"))
    return is_draft


def text_of(found: Field | None, name: str) -> str:
    if found is None:
        return ""
    if isinstance(found.value, dict | list):
        raise ImportProblem(found.line, f"{name}: this must be text")
    return " ".join(str(found.value).split())


def cover_of(found: Field | None, unused: dict[str, Field]) -> str:
    """Give the cover's address, which may stand one level deeper; keep its other fields."""
    if found is None:
        return ""
    if isinstance(found.value, dict):
        rest = dict(found.value)
        address = next((rest.pop(key) for key in ("src", "url", "image") if rest.get(key)), "")
        if rest:
            unused["cover"] = Field(rest, found.line)
        return str(address)
    if isinstance(found.value, list):
        unused["cover"] = found
        return ""
    return str(found.value).strip()


def tags_of(found: Field | None) -> list[str]:
    if found is None:
        return []
    value = found.value
    if isinstance(value, dict):
        raise ImportProblem(found.line, "tags: this must be a list, or text with commas")
    items = value if isinstance(value, list) else str(value).split(",")
    return unique(flat(items))


def flat(items: list) -> list[str]:
    """Give list items as text; YAML makes "- a: b" a mapping, which people do not mean."""
    texts = []
    for item in items:
        if isinstance(item, dict):
            item = ", ".join(f"{key}: {value}" for key, value in item.items())
        elif isinstance(item, list):
            item = ", ".join(map(str, item))
        texts.append("" if item is None else str(item))
    return texts


def unique(tags: list[str]) -> list[str]:
    """Keep the first of tags that differ only in case; collapse spaces, drop empty ones."""
    known: dict[str, str] = {}
    for tag in tags:
        tag = " ".join(tag.split())
        if tag:
            known.setdefault(tag.casefold(), tag)
    return list(known.values())


def set_date(meaning: Meaning, found: Field | None, is_draft: bool) -> None:
    if found is None:
        meaning.notes.append(Note(1, NO_DATE, "warning"))
        return
    try:
        meaning.date = read_date(str(found.value))
    except (ValueError, OverflowError) as error:
        raise ImportProblem(found.line, f"date: “{found.value}” cannot be read") from error
    if is_draft:
        text = f"marked as a draft: the date {found.value} is not used"
        meaning.notes.append(Note(found.line, text, "warning"))
        meaning.date = None
