"""Pictures that lie beside a file: stored, and shown from where they are stored."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from issues import images, markdown
from issues.importing.codespans import Protected
from issues.importing.layout import lay_out
from issues.importing.lines import numbered
from issues.importing.parsed import ImportProblem, Note
from issues.models import Asset


class Pictures:
    """Stores the pictures of one file; in a dry run it only looks whether it could."""

    def __init__(self, folder: Path, notes: list[Note], dry_run: bool):
        self.folder, self.notes, self.dry_run = folder, notes, dry_run

    def cover(self, address: str) -> Asset | None:
        """Store the cover, if it lies beside the file. Raises ImportProblem."""
        file = self.file(address)
        if file is None:
            self.notes.append(Note(1, f"cover not stored: {address}", "doubtful"))
            return None
        return self.stored(file, markdown.Picture(address, "", ""), 1)

    def stored_in(self, source: str, line: int) -> str:
        """Store a text's pictures; give the text that shows the stored ones.

        Raises ImportProblem for a text or a picture that cannot be read.
        """
        try:
            pictures = markdown.pictures(source)
        except markdown.UnreadableMarkdown as error:
            raise ImportProblem(line, f"body: {error}") from error
        urls = {}
        for picture in pictures:
            file = self.file(picture.source)
            if file is not None:
                asset = self.stored(file, picture, line)
                if asset is not None:
                    urls[picture.source] = urls[unquote(picture.source)] = asset.file.url
            elif not has_host(picture.source):
                text = f"picture not found: {picture.source}"
                self.notes.append(Note(line, text, "doubtful"))
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
                return images.store(opened, picture.alt, picture.caption)
        except (images.InvalidImage, OSError) as error:
            raise ImportProblem(line, f"{file.name}: {error}") from error


def has_host(address: str) -> bool:
    """Tell an address elsewhere; one that cannot be read is certainly not a file here."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc)


def with_addresses(source: str, urls: dict[str, str]) -> str:
    """Replace whole link destinations and definitions, but not in code."""
    if not urls:
        return source
    code = Protected(numbered(source), lay_out(source).code)
    written = "|".join(re.escape(one) for one in sorted(urls, key=len, reverse=True))
    destination = re.compile(
        rf"(\]\(\s*<?|^ {{0,3}}\[[^\]\n]+\]:\s*<?)({written})(?=[>\s)]|$)", re.MULTILINE
    )

    def replace(found: re.Match) -> str:
        return found[0] if found.start() in code else found[1] + urls[found[2]]

    return destination.sub(replace, source)
