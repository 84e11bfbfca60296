"""Pictures of a file: stored, and shown from where they are stored.

They lie beside it, or on other hosts if those are to be fetched.
"""

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.helpers import parseLinkDestination

from issues import images, markdown
from issues.importing.codespans import Protected
from issues.importing.fetching import NotFetched
from issues.importing.layout import lay_out
from issues.importing.lines import Edit, edited, joined, numbered
from issues.importing.parsed import ImportProblem, Note, ParsedIssue
from issues.importing.remotepictures import RemotePictures
from issues.models import Asset, Issue

# What stands before an address: a picture with its words, a link's end, or a definition.
BEGINS_ADDRESS = re.compile(
    r"""
    (?P<picture>!\[(?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.)*+\])*+\]\(\s*+)
    | (?P<link>\]\(\s*+)
    | ^[ \t>*+-]*+\[[^\]\n]+\]:\s*+
    """,
    re.MULTILINE | re.VERBOSE | re.DOTALL,
)


class Pictures:
    """Stores the pictures of one file; in a dry run it only looks whether it could."""

    def __init__(
        self,
        folder: Path,
        notes: list[Note],
        dry_run: bool = False,
        remote: RemotePictures | None = None,
    ):
        self.folder, self.notes, self.dry_run, self.remote = folder, notes, dry_run, remote
        self.read: dict[Path, images.Picture | None] = {}

    def gather(self, parsed: ParsedIssue) -> None:
        """Fetch and encode what a file shows, so that no transaction waits for either."""
        for address in () if self.dry_run else addresses_in(parsed):
            # What cannot be had is told where it is missed.
            with suppress(NotFetched, images.InvalidImage, OSError):
                file = self.file(address)
                if self.remote and is_remote(address):
                    file = self.remote.file(address)
                if file:
                    with file.open("rb") as opened:
                        self.read[file] = images.read_new(opened)

    def are_left_in(self, issue: Issue, parsed: ParsedIssue) -> bool:
        """Tell whether an issue still shows, from elsewhere, a picture of its file to fetch."""
        if not self.remote:
            return False
        texts = [issue.intro, *issue.sections.values_list("body", flat=True)]
        shown = {picture.source for text in texts for picture in markdown.pictures(text)}
        if is_remote(parsed.cover) and issue.cover_id is None:
            shown.add(parsed.cover)
        return not shown.isdisjoint(remote_in(parsed))

    def cover(self, address: str) -> Asset | None:
        """Store the cover, if it is here or is to be fetched. Raises ImportProblem."""
        picture = markdown.Picture(address, "", "")
        if file := self.file(address):
            return self.stored(file, picture, 1)
        if self.remote and is_remote(address):
            return self.fetched(picture, 1)
        self.notes.append(Note(1, f"cover not stored: {address}", "doubtful"))
        return None

    def stored_in(self, source: str, line: int) -> str:
        """Store a text's pictures; give the text that shows the stored ones.

        Raises ImportProblem for a text or a picture that cannot be read.
        """
        urls = {}
        for picture in pictures_in(source, line):
            asset = None
            if file := self.file(picture.source):
                asset = self.stored(file, picture, line)
            elif not has_host(picture.source):
                text = f"picture not found: {picture.source}"
                self.notes.append(Note(line, text, "doubtful"))
            elif self.remote and is_remote(picture.source):
                asset = self.fetched(picture, line)
            if asset:
                urls[picture.source] = asset.path
        return with_addresses(source, urls)

    def file(self, address: str) -> Path | None:
        """Give the file that a relative address means, if there is one."""
        if has_host(address) or address.startswith("/"):
            return None
        file = self.folder / unquote(urlsplit(address).path)
        try:
            return file if file.is_file() else None
        except (OSError, ValueError):  # no system allows such a name
            return None

    def stored(self, file: Path, picture: markdown.Picture, line: int) -> Asset | None:
        try:
            with file.open("rb") as opened:
                if self.dry_run:
                    images.check(opened)
                    return None
                return images.store(opened, picture.alt, picture.caption, self.read.get(file))
        except (images.InvalidImage, OSError) as error:
            raise ImportProblem(line, f"{file.name}: {error}") from error

    def fetched(self, picture: markdown.Picture, line: int) -> Asset | None:
        """Store a picture of another host; where that cannot be, it stays what it is."""
        if self.dry_run:
            self.notes.append(Note(line, f"would fetch {picture.source}", "picture"))
            return None
        try:
            file = self.remote.file(picture.source)
            with file.open("rb") as opened:
                asset = images.store(opened, picture.alt, picture.caption, self.read.get(file))
        except (NotFetched, images.InvalidImage) as error:
            text = f"picture not fetched: {picture.source} ({str(error).rstrip('.')})"
            self.notes.append(Note(line, text, "doubtful"))
            return None
        self.remote.stored.add(picture.source)
        return asset


def remote_in(parsed: ParsedIssue) -> list[str]:
    """Give the addresses of an issue's pictures on other hosts. Raises ImportProblem."""
    return [address for address in addresses_in(parsed) if is_remote(address)]


def addresses_in(parsed: ParsedIssue) -> list[str]:
    """Give the addresses of an issue's pictures. Raises ImportProblem."""
    texts = [(parsed.intro, 1), *((one.body, one.line) for one in parsed.sections)]
    found = [picture.source for text, line in texts for picture in pictures_in(text, line)]
    return [*found, parsed.cover] if parsed.cover else found


def pictures_in(source: str, line: int) -> list[markdown.Picture]:
    """Give a text's pictures, each address once. Raises ImportProblem."""
    try:
        found = markdown.pictures(source)
    except markdown.UnreadableMarkdown as error:
        raise ImportProblem(line, f"body: {error}") from error
    by_address = {}
    for picture in found:
        by_address.setdefault(picture.source, picture)
    return list(by_address.values())


def has_host(address: str) -> bool:
    """Tell an address elsewhere; one that cannot be read is certainly not a file here."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc)


def is_remote(address: str) -> bool:
    """Tell what other hosts have from what the address itself is."""
    return has_host(address) and not address.startswith("data:")


def with_addresses(source: str, urls: dict[str, str]) -> str:
    """Replace whole link destinations and definitions, but not in code.

    A link to a picture of another host stays: it may tell where the picture is from.
    """
    if not urls:
        return source
    lines = numbered(source)
    code, edits = Protected(lines, lay_out(source).code), []
    for found in BEGINS_ADDRESS.finditer(source):
        if found.start() in code or (edits and found.start() < edits[-1].end):
            continue
        written = parseLinkDestination(source, found.end(), len(source))
        address = normalizeLink(written.str) if written.ok else ""
        if address in urls and not (found["link"] and has_host(address)):
            edits.append(Edit(found.end(), written.pos, urls[address]))
    return joined(edited(lines, edits))
