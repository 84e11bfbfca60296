"""A storage for tests that is soon full."""

import errno
from pathlib import Path

from django.core.files.storage import FileSystemStorage


class FullDisk(FileSystemStorage):
    """Takes some files; of the next one it writes a part, as a full disk does."""

    def __init__(self, room: int, **options):
        super().__init__(**options)
        self.room = room

    def _save(self, name, content):
        if self.room:
            self.room -= 1
            return super()._save(name, content)
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.read()[:10])
        raise OSError(errno.ENOSPC, "No space left on device")
