"""A backup that was opened: read once as a whole, and found to be as it was written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from bitsletter.backup import archive, media
from bitsletter.backup.archive import Member
from bitsletter.backup.errors import Damaged
from bitsletter.backup.manifest import Manifest
from bitsletter.backup.parts import part_name, rows_of


class Backup(NamedTuple):
    file: BinaryIO
    members: dict[str, Member]
    manifest: Manifest

    def rows(self, label: str) -> Iterator[list]:
        return rows_of(self.file, self.members, label, self.manifest.tables[label])

    def files(self) -> dict[str, Member]:
        return media.files_of(self.members)

    def keys(self) -> list[str]:
        """Give SECRET_KEY and its former values, if they are inside."""
        if archive.KEY not in self.members:
            return []
        text = archive.read(self.file, self.members[archive.KEY]).decode("utf-8", "replace")
        return [line.strip() for line in text.splitlines() if line.strip()]

    def read_all(self) -> None:
        """Read every row; raises Damaged if one cannot be."""
        for label in self.manifest.tables:
            for _row in self.rows(label):
                pass


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """Open a backup. Raises Damaged unless it is whole, or OSError."""
    with path.open("rb") as file:
        members = archive.read_all(file)
        manifest = Manifest.read(archive.read(file, members[archive.MANIFEST]))
        backup = Backup(file, members, manifest)
        require_parts(backup)
        yield backup


def require_parts(backup: Backup) -> None:
    """Hold what is inside against what the manifest says is."""
    tables = backup.manifest.tables
    if any(table.parts > len(backup.members) for table in tables.values()):
        raise Damaged("Parts of it are missing.")
    told = {part_name(label, n) for label, table in tables.items() for n in range(table.parts)}
    inside = {name for name in backup.members if name.startswith("tables/")}
    if told != inside or len(backup.files()) != backup.manifest.files:
        raise Damaged("It does not hold what it should.")
    if backup.manifest.has_key != bool(backup.keys()):
        raise Damaged("The secret key is missing, or should not be there.")
