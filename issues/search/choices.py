"""What the filters of a question mean: the tags, the type and the year that readers know."""

from dataclasses import dataclass, field

from django.urls import NoReverseMatch

from issues.counts import tag_counts, type_counts, year_counts
from issues.models import FormerAddress, SectionType, Tag
from issues.models.tag import folded
from issues.paths import path
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
    def is_countable(self) -> bool:
        """Say whether there are so few choices of this kind that the counts of each can be kept."""
        has_one_tag = len(self.tags) == 1 and self.type is None and self.year is None
        return not self.without and (not self.tags or has_one_tag)

    @property
    def key(self) -> str:
        """Give the same text for the same filters, if these are countable."""
        return f"{','.join(str(tag.pk) for tag in self.tags)}/{self.type_pk}/{self.year}"


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
    for name in (name for name, tag in found.items() if tag is None):
        found[name] = formerly(name, "tag")
    return {name: tag for name, tag in found.items() if tag}


def formerly(slug: str, kind: str) -> Tag | SectionType | None:
    """Give the public tag or type that had the slug once: addresses of searches hold for ever."""
    try:
        found = FormerAddress.objects.target(path(kind, slug))
    except NoReverseMatch:  # no slug at all
        return None
    return found if isinstance(found, {"tag": Tag, "type": SectionType}[kind]) else None


def type_named(given: str) -> SectionType | None:
    """Give the type in public use that has this slug or name."""
    wanted = given.casefold()
    for one in SectionType.objects.filter(pk__in=type_counts()):
        if wanted in (one.slug.casefold(), one.name.casefold(), one.plural.casefold()):
            return one
    former = formerly(given, "type")
    return former if former and former.pk in type_counts() else None


def year_named(given: str) -> int | None:
    """Give the year, if anything public is of it."""
    return next((one["year"] for one in year_counts() if f"{one['year']:04}" == given), None)
