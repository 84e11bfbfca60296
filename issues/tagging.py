"""Tags at the desk: which there are, which one was meant, and changing those of many sections."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.db import transaction
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from issues import history, search
from issues.models import FormerAddress, Issue, Section, SectionTag, Tag
from issues.models.former_address import addresses
from issues.models.tag import folded, join_names

MAX_SUGGESTIONS = 12
# Sections whose history knows a change at once; that of more finds it at their next change.
MAX_RECORDED = 50

# Between words; the point of "3.11" is none.
SEPARATORS = re.compile(r"[\s_-]+|(?<!\d)\.|\.(?!\d)")
# What tells names apart however alike the rest is: C and C++, HTTP 2 and HTTP 3.
SIGNS = re.compile(r"[\d+#]+")


# Which there are ------------------------------------------------------------------------------


def suggest(text: str) -> list[dict]:
    """Give the most used tags that begin with `text`, then those with a later word that does."""
    key = folded(text)
    begins = Q(folded__startswith=key)
    later = Q(folded__contains=f" {key}") | Q(folded__contains=f"-{key}")
    found = with_counts(Tag.objects.filter(begins | later)).annotate(
        rank=Case(When(begins, then=Value(0)), default=Value(1))
    )
    return [shown(tag) for tag in found.order_by("rank", "-count", "name")[:MAX_SUGGESTIONS]]


def check(names: Iterable[str]) -> list[dict]:
    """Say of each name which tag it is, or that it is new and which tag was perhaps meant."""
    names = list(names)
    known = {
        tag.folded: tag for tag in with_counts(Tag.objects.filter(folded__in=map(folded, names)))
    }
    new = [name for name in names if folded(name) not in known]
    meant = meant_by(new) if new else {}
    return [
        {
            "name": name,
            "known": shown(known.get(folded(name))),
            "similar": shown(meant.get(name)),
        }
        for name in names
    ]


def meant_by(names: list[str]) -> dict[str, Tag]:
    """Give the tags that new names were probably meant to be, by those names."""
    known_names = list(Tag.objects.order_by("name").values_list("name", flat=True))
    guesses = {name: guess for name in names if (guess := similar(name, known_names))}
    tags = {tag.name: tag for tag in with_counts(Tag.objects.filter(name__in=guesses.values()))}
    return {name: tags[guess] for name, guess in guesses.items() if guess in tags}


def with_counts(tags: QuerySet[Tag]) -> QuerySet[Tag]:
    """Give each tag its `count`, how many sections have it."""
    return tags.annotate(count=Count("section_items"))


def shown(tag: Tag | None) -> dict | None:
    return tag and {"name": tag.name, "count": tag.count}


# Which one was meant --------------------------------------------------------------------------


def similar(name: str, known_names: Iterable[str]) -> str | None:
    """Give the known name that `name` is a misspelling of, if it looks like one."""
    wanted = plain(name)
    found = [
        (distance, known)
        for known in known_names
        if (distance := how_far(wanted, plain(known))) is not None
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


@lru_cache(maxsize=10_000)
def plain(name: str) -> str:
    """Give a name without case, accents, spaces, hyphens and points."""
    letters = unicodedata.normalize("NFKD", folded(name))
    return SEPARATORS.sub("", "".join(one for one in letters if not unicodedata.combining(one)))


def how_far(one: str, other: str) -> int | None:
    """Give how many slips lie between two plain names; None for names that are two.

    Slips at the first letter do not count as such: "supervised" is not "unsupervised".
    """
    if one == other:
        return 0 if one else None
    if len(one) < 4 or one[:1] != other[:1] or SIGNS.findall(one) != SIGNS.findall(other):
        return None
    if one in (f"{other}s", f"{other}es") or other in (f"{one}s", f"{one}es"):
        return 1
    shorter = min(len(one), len(other))
    allowed = 2 if shorter >= 8 else 1 if shorter >= 5 else 0
    if abs(len(one) - len(other)) > allowed:
        return None
    count = edits(one, other)
    return count if count <= allowed else None


def edits(one: str, other: str) -> int:
    """Count the letters that are changed, added, left out, or swapped with the next."""
    before, last = [], list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            count = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, b) == (other[j - 2], one[i - 2]):
                count = min(count, before[j - 2] + 1)
            row.append(count)
        before, last = last, row
    return last[-1]


# Changing those of many sections --------------------------------------------------------------


@transaction.atomic
def add(section_pks: Iterable[int], names: Iterable[str], user=None) -> int:
    """Give sections the tags of these names; say how many sections did not have them all."""
    pks = list(section_pks)
    lock_issues(pks)
    tags = Tag.objects.named(names)
    items = SectionTag.objects.filter(content_object__in=pks, tag__in=tags)
    there = set(items.values_list("content_object", "tag"))
    new = [
        SectionTag(content_object_id=pk, tag=tag)
        for pk in pks
        for tag in tags
        if (pk, tag.pk) not in there
    ]
    changed = {item.content_object_id for item in new}
    with changing(changed, user, _("Added tags: %s") % join_names(tags)):
        SectionTag.objects.bulk_create(new, ignore_conflicts=True)
    return len(changed)


@transaction.atomic
def remove(section_pks: Iterable[int], tags: Iterable[Tag], user=None) -> int:
    """Take the tags from the sections; say how many sections had one of them."""
    tags = list(tags)
    items = SectionTag.objects.filter(content_object__in=list(section_pks), tag__in=tags)
    changed = set(items.values_list("content_object", flat=True))
    with changing(changed, user, _("Removed tags: %s") % join_names(tags)):
        items.delete()
    return len(changed)


@transaction.atomic
def merge(tags: Iterable[Tag], into: Tag, user=None) -> int:
    """Make `into` of all the tags: sections, addresses and, where it has none, a description.

    The other tags are gone then. Says how many sections had one of them.
    """
    keys = {tag.pk for tag in tags} - {into.pk}
    lock_issues(tagged(keys))
    # Locked, so that nobody gives a section a tag that is about to go.
    gone = list(Tag.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    items = SectionTag.objects.filter(tag__in=gone)
    changed = tagged(keys)
    words = _("“%(into)s” has taken the place of %(others)s")
    with changing(changed, user, words % {"into": into, "others": join_names(gone)}):
        replace(gone, items, into)
    return len(changed)


def replace(gone: list[Tag], items: QuerySet[SectionTag], into: Tag) -> None:
    """Put `into` in the place of the tags that go, of which `items` are the uses."""
    for tag in gone:  # one after the other: a section may have several of them
        has_it = SectionTag.objects.filter(tag=into).values("content_object")
        items.filter(tag=tag).exclude(content_object__in=has_it).update(tag=into)
    FormerAddress.objects.filter(tag__in=gone).update(tag=into)
    for path in addresses(gone).values():
        FormerAddress.objects.remember(path, "tag", into.pk)
    if not into.description:
        into.description = next((tag.description for tag in gone if tag.description), "")
        into.save(update_fields=["description"])
    Tag.objects.filter(pk__in=[tag.pk for tag in gone]).delete()


@contextmanager
def changing(section_pks: Iterable[int], user, comment: str) -> Iterator[None]:
    """Keep index, open forms and history in step with a change of the tags of sections."""
    pks = sorted(section_pks)
    recorded = [Section(pk=pk) for pk in pks] if len(pks) <= MAX_RECORDED else []
    with transaction.atomic():
        lock_issues(pks)
        history.catch_up(*recorded)
        yield
        search.index(Section(pk=pk) for pk in pks)
        touch(pks)
        history.record(*recorded, user=user, comment=comment)


def tagged(tag_pks: Iterable[int]) -> set[int]:
    """Give the keys of the sections that have one of the tags."""
    items = SectionTag.objects.filter(tag__in=tag_pks)
    return set(items.values_list("content_object", flat=True))


def lock_issues(section_pks: Iterable[int]) -> None:
    """Let nobody else save the issues of the sections until the transaction ends; see `lock`."""
    issues = set()
    for batch in batches(section_pks):
        issues |= set(Section.objects.filter(pk__in=batch).values_list("issue", flat=True))
    for batch in batches(issues - {None}):
        Issue.objects.filter(pk__in=batch).lock()


def batches(pks: Iterable[int]) -> Iterator[list[int]]:
    """Give the keys in their order, as many at a time as one question may hold."""
    ordered = sorted(pks)
    for start in range(0, len(ordered), search.BATCH):
        yield ordered[start : start + search.BATCH]


def touch(section_pks: Iterable[int]) -> None:
    """Count on the versions of sections and of their issues, since their tags have changed."""
    for batch in batches(section_pks):
        sections = Section.objects.filter(pk__in=batch)
        sections.touch()
        Issue.objects.filter(pk__in=sections.values("issue")).touch()
