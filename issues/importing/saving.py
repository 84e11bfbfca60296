"""Parsed issues into the database: each file whole or not at all."""

import datetime
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.utils import from_current_timezone
from django.utils import timezone

from issues import images, markdown, search
from issues.importing import read_issue
from issues.importing.parsed import ImportProblem, Note, ParsedIssue, ParsedSection, TypeName
from issues.models import Asset, Issue, Section, SectionTag, SectionType, Tag, unused_slug

SUFFIXES = {".md", ".mdx", ".markdown", ".txt"}
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
    problem: str = ""

    @property
    def is_in(self) -> bool:
        return self.status not in ("refused", "failed")


def import_file(
    path: Path, *, update: bool = False, publish: bool = False, dry_run: bool = False
) -> Outcome:
    """Import one file; it goes in whole or, as the outcome then says, not at all.

    `update` lets it replace an issue of the same number, `publish` makes a draft public now, and
    with `dry_run` nothing stays.
    """
    try:
        data = path.read_bytes()
        parsed = read_issue(data, path, type_names())
    except OSError as error:
        return Outcome(path, "failed", problem=error.strerror or str(error))
    except ImportProblem as problem:
        return Outcome(path, "failed", problem=str(problem))
    outcome = Outcome(path, "failed", parsed.number, parsed.title, notes=parsed.notes)
    try:
        with transaction.atomic():
            outcome.status = store(parsed, path, data, update, publish, dry_run)
            describe(outcome)
            transaction.set_rollback(dry_run)
    except ImportProblem as problem:
        outcome.status, outcome.problem = "failed", str(problem)
    return outcome


def files_in(paths: list[Path]) -> list[Path]:
    """Give the files to import: those named, and those in the folders named."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES)
            found += sorted(one for one in inside if one.is_file())
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def type_names() -> list[TypeName]:
    return [
        TypeName(one.slug, (one.name, one.plural, one.slug)) for one in SectionType.objects.all()
    ]


def store(
    parsed: ParsedIssue, path: Path, data: bytes, update: bool, publish: bool, dry_run: bool
) -> str:
    """Write what was read, and give the outcome's status. Raises ImportProblem."""
    digest = hashlib.sha256(data).hexdigest()
    issue = Issue.objects.filter(number=parsed.number).first()
    if issue and issue.source_digest == digest:
        return publish_draft(issue) if publish else "unchanged"
    if issue and not update:
        return "refused"
    status = "updated" if issue else "created"
    issue = issue or Issue(number=parsed.number)
    if not dry_run:
        store_pictures(parsed, path.parent)
        issue.cover = store_cover(parsed, path.parent)
    write_issue(issue, parsed, path, digest, publish)
    write_sections(issue, parsed.sections)
    search.index(issue.sections.all())
    return status


def publish_draft(issue: Issue) -> str:
    if issue.published_at is not None:
        return "unchanged"
    issue.publish()
    return "published"


def describe(outcome: Outcome) -> None:
    """Tell what the issue is now, while a dry run has not yet taken it back."""
    issue = Issue.objects.get(number=outcome.number)
    outcome.title, outcome.state = issue.title, str(issue.state.label)
    sections = issue.sections.select_related("type").for_list()
    outcome.sections = [(section.type.name, section.title) for section in sections]


def write_issue(issue: Issue, parsed: ParsedIssue, path: Path, digest: str, publish: bool) -> None:
    issue.title, issue.summary, issue.intro = parsed.title, parsed.summary, parsed.intro
    issue.published_at = moment(parsed.date) or issue.published_at
    if publish and issue.published_at is None:
        issue.published_at = timezone.now()
    issue.notes = notes_for_editors(parsed, path)
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
    if timezone.is_aware(date):
        return date
    try:
        return from_current_timezone(date)
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
    return "\n".join([f"Imported from {path.name}", *doubtful, leftover]).strip()


def write_sections(issue: Issue, parsed_sections: list[ParsedSection]) -> None:
    """Make the issue's sections those of the file; what keeps its title keeps its address."""
    types = {one.slug: one for one in SectionType.objects.all()}
    known = {section.title.casefold(): section for section in issue.sections.all()}
    taken: set[str] = set()
    for position, parsed in enumerate(parsed_sections, start=1):
        section = known.pop(parsed.title.casefold(), None) or Section(issue=issue)
        section.type = types[parsed.type_slug]
        section.position, section.title, section.body = position, parsed.title, parsed.body
        section.link, section.byline = parsed.link, parsed.byline
        section.slug = section.slug or unused_slug(parsed.title, taken)
        taken.add(section.slug)
        save_checked(section, parsed.line)
        write_tags(section, parsed.tags)
    gone = [section.pk for section in known.values()]
    search.remove(gone)
    Section.objects.filter(pk__in=gone).delete()


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


def write_tags(section: Section, names: list[str]) -> None:
    tags = Tag.objects.named(name for name in names if name.strip())
    section.tag_items.exclude(tag__in=tags).delete()
    have = set(section.tag_items.values_list("tag_id", flat=True))
    SectionTag.objects.bulk_create(
        SectionTag(content_object=section, tag=tag) for tag in tags if tag.pk not in have
    )


def store_pictures(parsed: ParsedIssue, folder: Path) -> None:
    """Store the pictures that lie beside the file, and let the texts show the stored ones."""
    parsed.intro = with_stored_pictures(parsed.intro, folder, 1, parsed.notes)
    for section in parsed.sections:
        section.body = with_stored_pictures(section.body, folder, section.line, parsed.notes)


def store_cover(parsed: ParsedIssue, folder: Path) -> Asset | None:
    """Store the cover if it lies beside the file; else leave its address to the editors."""
    if not parsed.cover:
        return None
    file = local_file(parsed.cover, folder)
    if file is None:
        parsed.notes.append(Note(1, f"cover not stored: {parsed.cover}", "doubtful"))
        return None
    return stored(file, markdown.Picture(parsed.cover, "", ""), 1)


def local_file(address: str, folder: Path) -> Path | None:
    """Give the file that a relative address means, if there is one."""
    parts = urlsplit(address)
    file = folder / unquote(parts.path)
    is_relative = not (parts.scheme or parts.netloc or address.startswith("/"))
    return file if is_relative and file.is_file() else None


def with_stored_pictures(source: str, folder: Path, line: int, notes: list[Note]) -> str:
    for image in markdown.pictures(source):
        if urlsplit(image.source).netloc:
            continue
        file = local_file(image.source, folder)
        if file is None:
            notes.append(Note(line, f"picture not found: {image.source}", "doubtful"))
        else:
            url = stored(file, image, line).file.url
            for written in {image.source, unquote(image.source)}:
                source = source.replace(f"]({written}", f"]({url}")
                source = source.replace(f"](<{written}>", f"]({url}")
    return source


def stored(file: Path, image: markdown.Picture, line: int) -> Asset:
    try:
        with file.open("rb") as opened:
            return images.store(opened, image.alt, image.caption)
    except images.InvalidImage as error:
        raise ImportProblem(line, f"{file.name}: {error}") from error
