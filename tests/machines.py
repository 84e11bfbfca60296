"""Machines that share a database, a cache, a bucket and a mail server, and nothing else.

Each has an environment and a folder of its own, as a machine or a container has.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests import bucket_server, machine
from tests.judge import Judge, judging

SITE = "https://news.example.org"
SECRET_KEY = "the-same-on-all-machines-and-long-enough-for-a-test"
QUICK = {"EMAIL_TIMEOUT": "1", "RETRY_AFTER": "1"}


class Shared(NamedTuple):
    """What all machines use."""

    database: str
    cache: str
    store: bucket_server.Store
    judge: Judge
    folder: Path

    def environment(self, name: str, **settings: str) -> dict[str, str]:
        """Give all that a machine knows, with a new folder for it alone."""
        own = self.folder / name
        own.mkdir()
        return {
            "PATH": os.environ["PATH"],
            "ENV_FILE": os.devnull,
            "DATA_DIR": str(own),
            # The files of the release, as they are part of an image.
            "STATIC_ROOT": str(self.folder / "static"),
            "SITE_URL": SITE,
            "SECRET_KEY": SECRET_KEY,
            "PROXIES": "1",
            "DATABASE_URL": self.database,
            "CACHE_URL": self.cache,
            "MEDIA_STORAGE_URL": self.store.url,
            "EMAIL_URL": self.judge.url,
            **QUICK,
            **settings,
        }


@contextmanager
def shared(folder: Path) -> Iterator[Shared]:
    with ExitStack() as stack:
        yield Shared(
            stack.enter_context(machine.postgres()),
            stack.enter_context(machine.redis()),
            stack.enter_context(bucket_server.bucket()),
            stack.enter_context(judging(folder)),
            folder,
        )


def manage(environment: dict[str, str], *command: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", *command], env=environment, stdout=subprocess.DEVNULL
    )


def managed(environment: dict[str, str], *command: str) -> None:
    assert manage(environment, *command).wait() == 0
