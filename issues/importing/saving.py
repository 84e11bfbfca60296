"""Parsed issues into the database: each file whole or not at all."""

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.forms.utils import from_current_timezone
from django.utils import timezone

from issues import audit, draft, history, images, preflight, search
from issues.audit import Act
from issues.importing import read_issue
from issues.importing.decoding import MAX_BYTES
from issues.importing.fetching import Fetcher
from issues.importing.fields import NO_DATE
from issues.importing.localpictures import Pictures
from issues.importing.parsed import ImportProblem, Note, ParsedIssue, ParsedSection, TypeName
from issues.importing.remotepictures import RemotePictures
from issues.markdown import UnreadableMarkdown
from issues.models import Issue, Section, SectionTag, SectionType, Tag, unused_slug
from issues.models.tag import split_names

LIKENESS = 0.8  # share of common words from which on two texts are the same one
SUFFIXES = {".md", ".mdx", ".markdown", ".txt"}
IMPORTED = "Imported from "  # begins the importer's part of an issue's notes
# When an issue goes public whose file gives a day and no time: as the newsletter does.
PUBLISHING_HOUR = datetime.time(9)


@dataclass
class Outcome:
    """What became of one file."""

    path: Path
    status: str  # created, updated, published, unchanged, refused or failed
    number: int | None = None
    title: str = ""
    state: str = ""
    sections: list[tuple[str, str]] = field(default_factory=list)  # type and title
    notes: list[Note] = field(default_factory=list)
    fetched: int = 0  # pictures of other hosts
    problem: str = ""

    @property
    def is_in(self) -> bool:
        return self.status not in ("refused", "failed")


# What reading and storing may meet beside ImportProblem: broken Markdown and addresses, files
# that cannot be read, dates that no database holds, another import of the same number.
EXPECTED = (UnreadableMarkdown, ValueError, OverflowError, OSError, DatabaseError)


def import_files(paths: list[Path], fetcher: Fetcher | None = None, **options) -> Iterator[Outcome]:
    """Import files one after the other; options are those of `import_file`.

    Of two files with the same number the second is refused. The fetcher, if there is one, fetches
    the pictures of other hosts.
    """
    taken: dict[int, Path] = {}
    with TemporaryDirectory() as folder:
        remote = RemotePictures(fetcher, Path(folder)) if fetcher else None
        for path in paths:
            outcome = import_file(path, taken=taken, remote=remote, **options)
            if outcome.number and outcome.is_in:
                taken[outcome.number] = path
            yield outcome


def import_file(
    path: Path,
    *,
    update: bool = False,
    publish: bool = False,
    dry_run: bool = False,
    taken: Mapping[int, Path] | None = None,
    remote: RemotePictures | None = None,
) -> Outcome:
    """Import one file; it goes in whole or, as the outcome then says, not at all.

    `update` lets it replace an issue of the same number, `publish` makes a draft public now, with
    `dry_run` nothing stays, `taken` names the files that other numbers have come from, and `remote`
    fetches pictures of other hosts.
    """
    outcome = Outcome(path, "failed")
    try:
        data = read_file(path)
        parsed = read_issue(data, path, type_names())
        outcome.number, outcome.title, outcome.notes = parsed.number, parsed.title, parsed.notes
        if other := (taken or {}).get(parsed.number):
            outcome.status, outcome.problem = "refused", f"{other} is #{parsed.number} too."
            return outcome
        pictures = Pictures(path.parent, parsed.notes, dry_run, remote)
        outcome.status = fate(parsed, data, update, pictures)
        if outcome.status in ("created", "updated"):
            pictures.gather(parsed)
        known = len(remote.stored) if remote else 0
        with images.undone_together(), transaction.atomic():
            outcome.status = store(parsed, path, data, update, publish, pictures)
            describe(outcome, publish)
            transaction.set_rollback(dry_run)
        outcome.fetched = len(remote.stored) - known if remote else 0
    except ImportProblem as problem:
        outcome.status, outcome.problem = "failed", str(problem)
    except EXPECTED as error:
        outcome.status, outcome.problem = "failed", getattr(error, "strerror", "") or str(error)
    if outcome.status == "refused" and not outcome.problem:
        outcome.problem = f"there is an issue #{outcome.number} already; --update replaces it."
    return outcome


def read_file(path: Path) -> bytes:
    """Read a file, but not more of it than is needed to see that it is too large."""
    if not path.is_file():
        raise OSError("this is no file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def files_in(paths: list[Path]) -> list[Path]:
    """Give the files to import: those named, and those in the folders named, but hidden ones."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES)
            found += sorted(one for one in inside if one.is_file() and not is_hidden(one, path))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def type_names() -> list[TypeName]:
    return [
        TypeName(one.slug, (one.name, one.plural, one.slug)) for one in SectionType.objects.all()
    ]


def fate(parsed: ParsedIssue, data: bytes, update: bool, pictures: Pictures) -> str:
    """Tell what is to become of a file. Raises ImportProblem."""
    issue = Issue.objects.filter(number=parsed.number).first()
    if issue is None:
        return "created"
    is_known = issue.source_digest == hashlib.sha256(data).hexdigest()
    if is_known and not (update and pictures.are_left_in(issue, parsed)):
        return "unchanged"
    return "updated" if update else "refused"


def store(
    parsed: ParsedIssue, path: Path, data: bytes, update: bool, publish: bool, pictures: Pictures
) -> str:
    """Write what was read, and give the outcome's status. Raises ImportProblem."""
    status = fate(parsed, data, update, pictures)
    issue = Issue.objects.filter(number=parsed.number).first()
    if status == "unchanged" and publish:
        return publish_draft(issue)
    if status in ("unchanged", "refused"):
        return status
    was_public = issue is not None and issue.is_published
    was_due_at = issue.published_at if issue else None
    if issue:
        history.catch_up(issue)
    issue = issue or Issue(number=parsed.number)
    parsed.intro = pictures.stored_in(parsed.intro, 1)
    for section in parsed.sections:
        keep_unusable_link(section, parsed.notes)
        section.body = pictures.stored_in(section.body, section.line)
    if parsed.cover:
        issue.cover = pictures.cover(parsed.cover) or issue.cover
    write_issue(issue, parsed, path, hashlib.sha256(data).hexdigest(), publish)
    if issue.published_at != was_due_at:
        note_date(issue)
    if write_sections(issue, parsed.sections) and was_public:
        Issue.objects.filter(pk=issue.pk).note_new_contents()
    search.index(issue.sections.all())
    history.record(issue, comment=f"{IMPORTED}{path.name}")
    return status


def publish_draft(issue: Issue) -> str:
    if issue.published_at is not None:
        return "unchanged"
    history.catch_up(issue)
    issue.publish()
    note_date(issue)
    search.index(issue.sections.only("pk"))
    history.record(issue, comment="Published by the importer")
    return "published"


def note_date(issue: Issue) -> None:
    """Note for others who may ask that an issue is public, or will be."""
    act = Act.PUBLISHED if issue.is_published else Act.SCHEDULED
    audit.note(None, act, issue, f"From {issue.published_at:%Y-%m-%d} on, by an import.")


def describe(outcome: Outcome, publish: bool) -> None:
    """Tell what the issue is now, while a dry run has not yet taken it back."""
    issue = Issue.objects.get(number=outcome.number)
    outcome.title, outcome.state = issue.title, str(issue.state.label)
    if issue.published_at:
        outcome.notes = [note for note in outcome.notes if note.text != NO_DATE]
    sections = issue.sections.select_related("type").for_list()
    outcome.sections = [(section.type.name, section.title) for section in sections]
    if publish and outcome.status in ("created", "updated", "published"):
        outcome.notes = outcome.notes + unready(issue)


def unready(issue: Issue) -> list[Note]:
    """Say why the desk would have held the issue back; an archive is public already elsewhere."""
    findings = [one for one in preflight.check(draft.of_issue(issue)) if one.is_blocking]
    if not findings:
        return []
    text = f"pre-flight finds {len(findings)} to mend, the first: {findings[0].message}"
    return [Note(1, text, "doubtful")]


def write_issue(issue: Issue, parsed: ParsedIssue, path: Path, digest: str, publish: bool) -> None:
    issue.title, issue.summary, issue.intro = parsed.title, parsed.summary, parsed.intro
    issue.published_at = moment(parsed.date) or issue.published_at
    if publish and issue.published_at is None:
        issue.published_at = timezone.now()
    # What editors have written themselves stands above what the importer writes.
    theirs = issue.notes.partition(IMPORTED)[0].strip()
    issue.notes = "\n\n".join(filter(None, [theirs, notes_for_editors(parsed, path)]))
    issue.source_digest = digest
    save_checked(issue, 1)


def moment(date: datetime.date | datetime.datetime | None) -> datetime.datetime | None:
    """Give the moment that a file's date means in the site's time zone.

    Raises ImportProblem for a local time that a change of clocks skips or repeats.
    """
    if date is None:
        return None
    if not isinstance(date, datetime.datetime):
        date = datetime.datetime.combine(date, PUBLISHING_HOUR)
    try:
        moment = date if timezone.is_aware(date) else from_current_timezone(date)
        return moment.astimezone(datetime.UTC)
    except ValidationError as error:
        raise ImportProblem(1, " ".join(error.messages)) from error


def notes_for_editors(parsed: ParsedIssue, path: Path) -> str:
    """Keep what has no place in an issue: unused front matter, and what is doubtful."""
    doubtful = [
        f"line {note.line}: {note.text}" for note in parsed.notes if note.kind == "doubtful"
    ]
    leftover = yaml.safe_dump(parsed.leftover, allow_unicode=True) if parsed.leftover else ""
    if not (doubtful or leftover):
        return ""
    return "\n".join([f"{IMPORTED}{path.name}", *doubtful, leftover]).strip()


def write_sections(issue: Issue, parsed_sections: list[ParsedSection]) -> bool:
    """Make the issue's sections those of the file; what is still there keeps its address.

    Tells whether a section came or went.
    """
    types = {one.slug: one for one in SectionType.objects.all()}
    old = list(issue.sections.select_related("type"))
    same = pair(parsed_sections, old)
    sections = [found or Section(issue=issue) for found in same]
    gone = [section.pk for section in old if section not in same]
    with search.deleting(gone):
        Section.objects.filter(pk__in=gone).delete()
    taken = {section.slug for section in sections if section.pk}
    for position, (section, parsed) in enumerate(
        zip(sections, parsed_sections, strict=True), start=1
    ):
        section.type = types[parsed.type_slug]
        section.position, section.title, section.body = position, parsed.title, parsed.body
        section.link, section.byline = parsed.link, parsed.byline
        section.slug = section.slug or unused_slug(parsed.title, taken)
        taken.add(section.slug)
        save_checked(section, parsed.line)
        write_tags(section, parsed)
    return bool(gone) or None in same


def pair(parsed: list[ParsedSection], old: list[Section]) -> list[Section | None]:
    """Give for each parsed section the old one that it means, the surest signs first."""
    signs = (
        lambda new, one: is_title(new, one) and one.type.slug == new.type_slug,
        is_title,
        lambda new, one: one.slug == unused_slug(new.title, set()),
        # A new title over the same text, as long as it is not quite another text.
        lambda new, one: one.type.slug == new.type_slug and is_like(new.body, one.body),
    )
    found: list[Section | None] = [None] * len(parsed)
    rest = list(old)
    for is_same in signs:
        for index, new in enumerate(parsed):
            if found[index] is None:
                found[index] = next((one for one in rest if is_same(new, one)), None)
                rest = [one for one in rest if one is not found[index]]
    return found


def is_title(new: ParsedSection, old: Section) -> bool:
    return old.title.casefold() == new.title.casefold()


def is_like(one: str, other: str) -> bool:
    """Tell whether two texts have most of their words in common."""
    words, others = Counter(one.split()), Counter(other.split())
    return 2 * (words & others).total() > LIKENESS * (words.total() + others.total())


def keep_unusable_link(section: ParsedSection, notes: list[Note]) -> None:
    """Put a link that is no full address into the text, where it is not lost."""
    try:
        Section._meta.get_field("link").run_validators(section.link)
    except ValidationError:
        notes.append(Note(section.line, f"no full address: {section.link}", "doubtful"))
        section.body = f"[{section.link}]({section.link})\n\n{section.body}".strip()
        section.link = ""


def save_checked(instance: Issue | Section, line: int) -> None:
    """Save what a form would accept too. Raises ImportProblem with the line."""
    try:
        instance.full_clean()
    except ValidationError as error:
        messages = [
            f"{name}: {' '.join(found)}" if name != "__all__" else " ".join(found)
            for name, found in error.message_dict.items()
        ]
        raise ImportProblem(line, " ".join(messages)) from error
    instance.save()


def write_tags(section: Section, parsed: ParsedSection) -> None:
    try:
        tags = Tag.objects.named(split_names(",".join(parsed.tags)))
    except ValidationError as error:
        raise ImportProblem(parsed.line, f"tags: {' '.join(error.messages)}") from error
    section.tag_items.exclude(tag__in=tags).delete()
    have = set(section.tag_items.values_list("tag_id", flat=True))
    SectionTag.objects.bulk_create(
        SectionTag(content_object=section, tag=tag) for tag in tags if tag.pk not in have
    )
