"""SECRET_KEY in backups: links in letters, and whom not to write to, depend on it."""

from pathlib import Path

from django.conf import settings
from django.utils.crypto import salted_hmac

from bitsletter import secret_key
from bitsletter.backup.files import written_whole


def fingerprint(key: str) -> str:
    """Give what tells whether a key is the same, and nothing else of it."""
    return salted_hmac("bitsletter.backup", "key", key, algorithm="sha256").hexdigest()


def kept() -> bytes | None:
    """Give the file of the key; None if the key comes from elsewhere."""
    folder = Path(settings.DATA_DIR)
    keys = secret_key.read_kept(folder)
    if keys[:1] != [settings.SECRET_KEY]:
        return None
    return lines(keys)


def is_known(found: str) -> bool:
    """Say whether a site with this fingerprint has our key, or one of our former ones."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return found in map(fingerprint, keys)


def write(keys: list[str]) -> None:
    """Keep these keys, the one that signs first."""
    with written_whole(Path(settings.DATA_DIR, secret_key.NAME)) as file:
        file.write(lines(keys))


def lines(keys: list[str]) -> bytes:
    return "".join(f"{key}\n" for key in keys).encode()
