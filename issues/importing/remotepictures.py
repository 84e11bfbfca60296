"""The pictures of other hosts that one run of the importer fetches."""

import time
from pathlib import Path

from issues.importing.fetching import Fetcher, NotFetched

RUN_SECONDS = 60 * 60
RUN_BYTES = 2 * 1024**3


class RemotePictures:
    """Fetches each address once, into files in a folder that lives as long as the run.

    `stored` are the addresses of which the site then had a picture.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        folder: Path,
        seconds: float = RUN_SECONDS,
        most_bytes: int = RUN_BYTES,
    ):
        self.fetcher, self.folder = fetcher, folder
        self.seconds_left, self.bytes_left = seconds, most_bytes
        self.files: dict[str, Path] = {}
        self.problems: dict[str, NotFetched] = {}
        self.stored: set[str] = set()

    def file(self, address: str) -> Path:
        """Give the file that an address holds. Raises NotFetched."""
        if address in self.problems:
            raise self.problems[address]
        if address not in self.files:
            try:
                self.files[address] = self.fetched(address)
            except NotFetched as problem:
                self.problems[address] = problem
                raise
        return self.files[address]

    def fetched(self, address: str) -> Path:
        if self.seconds_left <= 0 or self.bytes_left <= 0:
            raise NotFetched("this run has fetched for long enough; --update goes on with it")
        begin = time.monotonic()
        try:
            data = self.fetcher.fetch(address)
        finally:
            self.seconds_left -= time.monotonic() - begin
        self.bytes_left -= len(data)
        file = self.folder / str(len(self.files))
        file.write_bytes(data)
        return file
