"""What a backup says of itself: of when and where it is, and what its rows are of."""

import json
from dataclasses import asdict, dataclass, field
from typing import Self

from bitsletter.backup.errors import BackupError, Damaged

FORMAT = 1
WORDS = "Its manifest cannot be understood."


@dataclass
class Table:
    """The rows of one model, each a list of the values of `fields`."""

    fields: list[str]
    rows: int = 0
    parts: int = 0


@dataclass
class Manifest:
    made_at: str
    site: str
    engine: str
    migrations: list[list[str]]
    key: str  # a fingerprint, by which a site knows whether it has the same SECRET_KEY
    has_key: bool = False
    has_media: bool = True
    tables: dict[str, Table] = field(default_factory=dict)
    # The highest keys that were ever given: those of rows that are gone are not given again.
    counters: dict[str, int] = field(default_factory=dict)
    files: int = 0
    lost: list[str] = field(default_factory=list)  # files that rows name, and that were not there
    damaged: list[str] = field(default_factory=list)  # files that are not what their names say
    format: int = FORMAT

    @property
    def applied(self) -> set[tuple[str, str]]:
        return {(app, name) for app, name in self.migrations}

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read what `as_json` wrote; raises Damaged for anything else."""
        try:
            found = json.loads(data)
            written = found["format"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise Damaged(WORDS) from error
        if isinstance(written, int) and written > FORMAT:
            raise BackupError("It was made by a newer Bitsletter: upgrade this one first.")
        try:
            tables = {label: Table(**facts) for label, facts in found.pop("tables").items()}
            manifest = cls(**found, tables=tables)
        except (TypeError, AttributeError, KeyError) as error:
            raise Damaged(WORDS) from error
        if not manifest.is_sound():
            raise Damaged(WORDS)
        return manifest

    def is_sound(self) -> bool:
        """Say whether each part is of the kind that it should be."""
        pairs = self.migrations
        return (
            all(isinstance(one, str) for one in (self.made_at, self.site, self.engine, self.key))
            and isinstance(pairs, list)
            and all(are_texts(pair) and len(pair) == 2 for pair in pairs)
            and all(are_counts(one.rows, one.parts) for one in self.tables.values())
            and all(are_texts(one.fields) for one in self.tables.values())
            and isinstance(self.counters, dict)
            and are_counts(self.files, *self.counters.values())
            and are_texts(self.lost)
            and are_texts(self.damaged)
        )


def are_texts(found) -> bool:
    return isinstance(found, list) and all(isinstance(one, str) for one in found)


def are_counts(*found) -> bool:
    return all(type(one) is int and 0 <= one < 2**63 for one in found)
