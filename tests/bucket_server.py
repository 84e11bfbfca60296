"""A stand-in for S3: moto's server, a process of its own that keeps all in its memory."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import boto3

from tests.machine import free_port, wait_for_port

KEY, SECRET, NAME = "a-key", "a/secret+with@signs%", "pictures"


class Store(NamedTuple):
    """One bucket, as its owner sees it: past our own storage."""

    port: int

    @property
    def url(self) -> str:
        """Give the MEDIA_STORAGE_URL of the site."""
        secret = "a%2Fsecret%2Bwith%40signs%25"
        return f"s3://{KEY}:{secret}@127.0.0.1:{self.port}/{NAME}?scheme=http&region=eu-central-1"

    @property
    def client(self):
        address = f"http://127.0.0.1:{self.port}"
        key = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
        return boto3.client("s3", endpoint_url=address, region_name="eu-central-1", **key)

    def names(self) -> set[str]:
        found = self.client.list_objects_v2(Bucket=NAME)
        return {one["Key"] for one in found.get("Contents", ())}

    def empty(self) -> None:
        for name in self.names():
            self.client.delete_object(Bucket=NAME, Key=name)


@contextmanager
def bucket() -> Iterator[Store]:
    """Run the stand-in with one empty bucket."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, process, "moto's server could not be started.")
        store = Store(port)
        region = {"LocationConstraint": "eu-central-1"}
        store.client.create_bucket(Bucket=NAME, CreateBucketConfiguration=region)
        yield store
    finally:
        process.terminate()
        process.wait()
