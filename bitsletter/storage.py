"""Where pictures lie, and where readers fetch them: a folder of this machine, or a bucket.

A bucket is what Amazon's S3 calls the place of files, and others after it: MinIO, Garage, Ceph, R2.
What talks to it is `bitsletter.bucket`, which is not loaded where there is none.
"""

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env

BACKEND = "bitsletter.bucket.Bucket"
OPTIONS = {"region", "scheme", "style"}
REGION = (
    "us-east-1"  # what most servers of others are called, if anything; it is part of signatures
)
OF_THIS_SITE = "/media/"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# As a Content-Security-Policy can name it: https://www.w3.org/TR/CSP3/#grammardef-host-source
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
SHAPE = (
    "MEDIA_STORAGE_URL must look like s3://host:port/bucket?region=eu-central-1, with KEY:SECRET@ "
    "before the host, or s3://bucket?region=eu-central-1 for a bucket of Amazon, with the key in "
    "AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY. Write / + @ and % in the key or the secret as %2F %2B %40 and %25."
)


def read_storage(env: Env) -> dict:
    """Give Django's description of where pictures lie: a folder unless MEDIA_STORAGE_URL is set."""
    text = env.str("MEDIA_STORAGE_URL", "")
    if not text:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    try:
        parts = urlsplit(text)
        return {"BACKEND": BACKEND, "OPTIONS": bucket_options(parts)}
    except ValueError as error:
        # Not from the error: its words, or those before it, may hold the secret.
        raise ImproperlyConfigured(f"{SHAPE} {told(error)}".strip()) from None


class Wrong(ValueError):
    """Something in the address is wrong; the message says what, and holds nothing of it."""


def told(error: ValueError) -> str:
    return str(error) if isinstance(error, Wrong) else ""


def bucket_options(parts: SplitResult) -> dict:
    """Give the options of the bucket that an address names. Raises ValueError."""
    if parts.scheme != "s3":
        raise Wrong("It begins with another word.")
    if parts.fragment:
        raise Wrong("There is a # in it.")
    options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    if unknown := options.keys() - OPTIONS:
        names = ", ".join(sorted(OPTIONS))
        raise Wrong(f"After the ? stand {len(unknown)} unknown names; known are {names}.")
    bucket = parts.path.strip("/")
    at_amazon = {"region_name": options.get("region") or None}
    where = place(parts, options) if bucket else at_amazon
    return {**where, **key(parts), "bucket_name": checked_bucket(bucket or parts.hostname or "")}


def place(parts: SplitResult, options: dict[str, str]) -> dict:
    """Give where a server of others is, and how it is asked."""
    scheme, style = options.get("scheme", "https"), options.get("style", "path")
    if scheme not in ("http", "https"):
        raise Wrong("The scheme is http or https.")
    if style not in ("path", "virtual"):
        raise Wrong("The style is path (host/bucket) or virtual (bucket.host).")
    host, port = parts.hostname or "", parts.port
    if not host:
        raise Wrong("There is no host.")
    host = f"[{host}]" if ":" in host else host
    return {
        "endpoint_url": f"{scheme}://{host}" if port is None else f"{scheme}://{host}:{port}",
        "region_name": options.get("region") or REGION,
        "addressing_style": style,
    }


def key(parts: SplitResult) -> dict:
    """Give the key and its secret; without them boto3 looks where it always does."""
    if parts.username is None:
        return {}
    if not parts.username or not parts.password:
        raise Wrong("The key needs its secret.")
    return {"access_key": unquote(parts.username), "secret_key": unquote(parts.password)}


def checked_bucket(name: str) -> str:
    if not BUCKET.fullmatch(name):
        raise Wrong("No bucket is called so.")
    return name


def read_media_url(env: Env, is_https: bool) -> str:
    """Give what the addresses of pictures begin with: this site's own, or those of another host.

    The site itself goes on answering at its own: texts and former letters name them so.
    """
    url = env.str("MEDIA_URL", "") or OF_THIS_SITE
    if url == OF_THIS_SITE:
        return url
    try:
        parts = urlsplit(url)
        is_good = parts.port is None or parts.port > 0
    except ValueError:
        is_good = False
    if not is_good or not is_public(parts, is_https):
        raise ImproperlyConfigured(
            "MEDIA_URL must look like https://media.example.org/, with https if the site has it "
            f"and without ?, # and a name; or be {OF_THIS_SITE}. It is {url!r}."
        )
    return f"{url.rstrip('/')}/"


def is_public(parts: SplitResult, is_https: bool) -> bool:
    """Say whether pictures can be shown from there on pages of this site."""
    return (
        parts.scheme in (("https",) if is_https else ("http", "https"))
        and parts.netloc == parts.netloc.rpartition("@")[2]
        and bool(HOST.fullmatch((parts.hostname or "").lower()))
        and bool(re.fullmatch(r"[\w./~-]*", parts.path, re.ASCII))
        and not (parts.query or parts.fragment)
    )


def picture_sources(media_url: str) -> list[str]:
    """Give what the policy must allow besides this site, for pictures to be shown."""
    parts = urlsplit(media_url)
    return [f"{parts.scheme}://{parts.netloc.lower()}"] if parts.netloc else []
