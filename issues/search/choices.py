"""What the filters of a question mean: the tags, the type and the year that readers know."""

from dataclasses import dataclass, field

from issues.counts import tag_counts, type_counts
from issues.models import SectionType, Tag
from issues.models.tag import folded
from issues.search.question import Question


@dataclass
class Choices:
    """The filters of a question as rows; `unknown` holds what names nothing that is public."""

    tags: list[Tag] = field(default_factory=list)
    without: list[Tag] = field(default_factory=list)
    type: SectionType | None = None
    year: int | None = None
    unknown: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # of tags and type, as they were given

    @property
    def type_pk(self) -> int | None:
        return self.type.pk if self.type else None

    @property
    def key(self) -> str:
        """Give the same text for the same filters."""
        tags, without = (sorted(tag.pk for tag in some) for some in (self.tags, self.without))
        return "/".join(
            ",".join(map(str, some)) for some in (tags, without, [self.type_pk, self.year])
        )


def choices(question: Question) -> Choices:
    found = Choices()
    named = tags_named([*question.tags, *question.without])
    for given in question.tags:
        found.tags.append(named[given]) if given in named else found.unknown.append(given)
    found.without = [named[given] for given in question.without if given in named]
    found.names = {given: tag.name for given, tag in named.items()}
    if question.type:
        found.type = type_named(question.type)
        if found.type is None:
            found.unknown.append(question.type)
        else:
            found.names[question.type] = found.type.name
    if question.year:
        found.year = year_named(question.year)
        if found.year is None:
            found.unknown.append(question.year)
    return found


def tags_named(given: list[str]) -> dict[str, Tag]:
    """Give the tags in public use that have these slugs or names."""
    if not given:
        return {}
    wanted = {folded(name) for name in given}
    known = Tag.objects.filter(slug__in=[*given, *wanted]) | Tag.objects.filter(folded__in=wanted)
    counts = tag_counts()
    public = [tag for tag in known if counts.get(tag.pk)]
    by_slug, by_name = {tag.slug: tag for tag in public}, {tag.folded: tag for tag in public}
    found = {name: by_slug.get(name) or by_name.get(folded(name)) for name in given}
    return {name: tag for name, tag in found.items() if tag}


def type_named(given: str) -> SectionType | None:
    """Give the type in public use that has this slug or name."""
    wanted = given.casefold()
    for one in SectionType.objects.filter(pk__in=type_counts()):
        if wanted in (one.slug.casefold(), one.name.casefold(), one.plural.casefold()):
            return one
    return None


def year_named(given: str) -> int | None:
    return int(given) if len(given) == 4 and given.isascii() and given.isdecimal() else None
