"""Pictures in a bucket of S3, or of one of the many servers that speak as it does.

What goes wrong there is an `OSError`, as it is with a folder: whoever stores, shows or removes
pictures need not know where they lie.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Lock
from urllib.parse import urljoin

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from issues.images.encoding import CONTENT_TYPES

FOR_EVER = "public, max-age=31536000, immutable"  # a name changes with what it names
# A server that is silent must not keep a reader, nor the thread that answers, for long: each time
# and once more, it is at most eleven seconds.
PATIENCE = {
    "connect_timeout": 3,  # seconds
    "read_timeout": 5,
    "retries": {"mode": "standard", "total_max_attempts": 2},
}
CONNECTIONS = 20  # that are kept for all threads
# Only Amazon knows all the checksums that boto3 would add by itself.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html
CHECKSUMS = {
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}


def as_of_a_folder(do: Callable) -> Callable:
    """Raise what a folder raises: FileNotFoundError for what is not there, else an OSError."""

    @wraps(do)
    def done(bucket: "Bucket", *args, **kwargs):
        try:
            with bucket.hearing():
                return do(bucket, *args, **kwargs)
        except ClientError as error:
            # An OSError becomes what its number says, here FileNotFoundError.
            number = errno.ENOENT if is_missing(error) else errno.EIO
            raise OSError(number, str(error)) from error
        except BotoCoreError as error:
            raise OSError(errno.EIO, str(error)) from error

    return done


def is_missing(error: ClientError) -> bool:
    """Say whether a file is not there; without its bucket, nobody knows."""
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return status == 404 and error.response["Error"]["Code"] != "NoSuchBucket"


class Bucket(S3Storage):
    """The storage of django-storages with one connection for all threads, and with patience."""

    def __init__(self, **options):
        self.connecting, self.trying = Lock(), Lock()
        self.shared, self.is_silent = None, False
        style = {"addressing_style": options.pop("addressing_style", None)}
        super().__init__(
            client_config=Config(
                s3=style,
                signature_version="s3v4",
                max_pool_connections=CONNECTIONS,
                **PATIENCE,
                **CHECKSUMS,
            ),
            transfer_config=TransferConfig(use_threads=False),
            # What is removed just now under the same name must not take the new file along.
            file_overwrite=False,
            **options,
        )

    @property
    def connection(self):
        """Give the connection: one of each thread's own would take 15 MB more.

        Its client may be used by several threads at once, and all that we do is done by that.
        """
        with self.connecting:
            if self.shared is None:
                self.shared = super().connection
            return self.shared

    @contextmanager
    def hearing(self) -> Iterator[None]:
        """Let one thread at a time try a server that does not answer; others hear so at once."""
        is_trying = self.is_silent
        if is_trying and not self.trying.acquire(blocking=False):
            raise OSError(errno.EIO, "The storage of pictures does not answer.")
        try:
            yield
        except BotoCoreError:
            self.is_silent = True
            raise
        except ClientError:
            self.is_silent = False  # an answer it was
            raise
        else:
            self.is_silent = False
        finally:
            if is_trying:
                self.trying.release()

    def url(self, name: str) -> str:
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name))

    def get_object_parameters(self, name: str) -> dict:
        # The system's own table of types may be old, or not there at all.
        content_type = CONTENT_TYPES.get(name.rpartition(".")[2])
        known = {"ContentType": content_type} if content_type else {}
        return {"CacheControl": FOR_EVER, **known}

    @as_of_a_folder
    def _open(self, name: str, mode: str = "rb") -> ContentFile:
        """Read a file at once, for it is a picture of ours: small."""
        found = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=name)
        return ContentFile(found["Body"].read(), name)

    @as_of_a_folder
    def _save(self, name: str, content) -> str:
        return super()._save(name, content)

    @as_of_a_folder
    def delete(self, name: str) -> None:
        super().delete(name)

    @as_of_a_folder
    def exists(self, name: str) -> bool:
        return super().exists(name)

    @as_of_a_folder
    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        return super().listdir(name)

    @as_of_a_folder
    def size(self, name: str) -> int:
        return super().size(name)

    @as_of_a_folder
    def get_modified_time(self, name: str):
        return super().get_modified_time(name)
