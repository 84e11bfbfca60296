"""Backups of a whole site in one file, and putting them back into either database.

`making` writes one while the site goes on, `restoring` puts it back: all of it, or nothing.

A backup is a plain tar archive:

    media/a/…                                  the files of all pictures
    tables/subscribers.letter/000000.jsonl.gz  rows, each a list of values, in parts of a few MB
    secret_key                                 if it is kept in DATA_DIR
    manifest.json                              what the rows are of; see `manifest`
    SHA256SUMS                                 of all of these: `sha256sum --check` reads it

Rows are written by field and not as SQL, so that what was backed up on SQLite can be restored on
PostgreSQL and the other way round. What can be made again is left out: the search index, and what
`tables.LEFT_OUT` names.
"""

from bitsletter.backup.errors import BackupError

__all__ = ["BackupError"]
