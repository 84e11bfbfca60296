"""Where reports come from: files, folders of mail, and mailboxes on a server.

A mailbox is told that a message is done with only when what it said is kept.
"""

import imaplib
import mailbox
import poplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

from subscribers.bounces.parsing import LARGEST

SCHEMES = ("imaps", "imap", "pop3s", "pop3")
AT_ONCE = 1000  # messages of a mailbox in one go; the rest waits for the next
TROUBLES = (OSError, EOFError, UnicodeError, imaplib.IMAP4.error, poplib.error_proto)
HERE = ("localhost", "127.0.0.1", "::1")
# Python's own reader of POP gives up at a line of 2048 characters, and with it all that follows.
poplib._MAXLINE = 1024 * 1024


class Unreachable(Exception):
    """A mailbox cannot be read; the words name no password."""


class Mail(NamedTuple):
    where: str  # for people
    data: bytes
    key: str = ""  # for its mailbox


class Source(Protocol):
    def __iter__(self) -> Iterator[Mail]: ...

    def finish(self, mail: Mail, is_ours: bool) -> None:
        """Hear that a message is done with, and whether it was about a message of ours."""


class File:
    """One message, or a file of many (mbox), which stays as it is."""

    def __init__(self, path: Path, name: str = ""):
        self.path, self.name = path, name or str(path)

    def __iter__(self) -> Iterator[Mail]:
        with self.path.open("rb") as file:
            data = file.read(LARGEST)
        if not data.startswith(b"From "):
            yield Mail(self.name, data)
            return
        box = mailbox.mbox(self.path, create=False)
        try:
            for number, key in enumerate(box.keys(), 1):
                yield Mail(f"{self.name}, message {number}", box.get_bytes(key)[:LARGEST])
        finally:
            box.close()

    def finish(self, mail: Mail, is_ours: bool) -> None:
        pass


class Folder:
    """A Maildir: what was read is marked as seen, and not read again."""

    def __init__(self, path: Path):
        self.path = path

    @staticmethod
    def is_one(path: Path) -> bool:
        return (path / "new").is_dir() and (path / "cur").is_dir()

    def __iter__(self) -> Iterator[Mail]:
        files = [file for name in ("new", "cur") for file in sorted((self.path / name).iterdir())]
        for file in files:
            if "S" in self.marks(file) or file.name.startswith("."):
                continue
            with suppress(FileNotFoundError), file.open("rb") as opened:  # somebody else was faster
                yield Mail(str(file), opened.read(LARGEST), str(file))

    def finish(self, mail: Mail, is_ours: bool) -> None:
        file = Path(mail.key)
        marks = "".join(sorted({*self.marks(file), "S"}))
        name = file.name.partition(":2,")[0]
        with suppress(FileNotFoundError):
            file.rename(self.path / "cur" / f"{name}:2,{marks}")

    @staticmethod
    def marks(file: Path) -> str:
        return file.name.partition(":2,")[2]


class Imap:
    """A folder of an IMAP server (RFC 3501): what was read is marked as seen."""

    def __init__(self, url: SplitResult):
        self.url = url
        port = url.port or (993 if url.scheme == "imaps" else 143)
        place, timeout = (url.hostname, port), settings.EMAIL_TIMEOUT
        if url.scheme == "imaps":
            context = ssl.create_default_context()
            self.server = imaplib.IMAP4_SSL(*place, ssl_context=context, timeout=timeout)
        else:
            self.server = imaplib.IMAP4(*place, timeout=timeout)

    def open(self) -> None:
        if self.url.scheme == "imap" and "STARTTLS" in self.server.capabilities:
            self.server.starttls(ssl.create_default_context())
        elif self.url.scheme == "imap":
            check_is_here(self.url)
        self.server.login(*name_and_password(self.url))
        folder = unquote(self.url.path.strip("/")) or "INBOX"
        quoted = folder.replace("\\", r"\\").replace('"', r"\"")
        status, found = self.server.select(f'"{quoted}"')
        if status != "OK":
            raise Unreachable(f"there is no folder {folder!r}")

    def close(self) -> None:
        try:
            self.server.logout()
        except TROUBLES:
            self.server.shutdown()
            raise

    def __iter__(self) -> Iterator[Mail]:
        _status, [found] = self.server.uid("SEARCH", "UNSEEN")
        for key in (found or b"").decode().split()[-AT_ONCE:]:
            _status, answer = self.server.uid("FETCH", key, f"(BODY.PEEK[]<0.{LARGEST}>)")
            data = next((one[1] for one in answer if isinstance(one, tuple)), None)
            if data is not None:  # and not gone since
                yield Mail(f"message {key}", data, key)

    def finish(self, mail: Mail, is_ours: bool) -> None:
        self.server.uid("STORE", mail.key, "+FLAGS.SILENT", r"(\Seen)")


class Pop:
    """A mailbox on a POP server (RFC 1939): what was about a message of ours is deleted.

    The rest stays, as nothing but reading it again could tell whether anybody needs it.
    """

    def __init__(self, url: SplitResult):
        self.url = url
        port = url.port or (995 if url.scheme == "pop3s" else 110)
        place, timeout = (url.hostname, port), settings.EMAIL_TIMEOUT
        if url.scheme == "pop3s":
            context = ssl.create_default_context()
            self.server = poplib.POP3_SSL(*place, context=context, timeout=timeout)
        else:
            self.server = poplib.POP3(*place, timeout=timeout)

    def open(self) -> None:
        if self.url.scheme == "pop3" and "STLS" in self.server.capa():
            self.server.stls(ssl.create_default_context())
        elif self.url.scheme == "pop3":
            check_is_here(self.url)
        name, password = name_and_password(self.url)
        self.server.user(name)
        self.server.pass_(password)

    def close(self) -> None:
        try:
            self.server.quit()  # only now the server deletes what it was told to
        finally:
            self.server.close()

    def __iter__(self) -> Iterator[Mail]:
        count, _size = self.server.stat()
        for number in range(1, min(count, AT_ONCE) + 1):  # the oldest, which leave room for others
            _answer, lines, _size = self.server.retr(number)
            yield Mail(f"message {number}", b"\r\n".join(lines)[:LARGEST], str(number))

    def finish(self, mail: Mail, is_ours: bool) -> None:
        if is_ours:
            self.server.dele(int(mail.key))


def check_is_here(url: SplitResult) -> None:
    if url.hostname not in HERE:
        raise Unreachable("it offers no encryption, and would see the password as it is")


def name_and_password(url: SplitResult) -> tuple[str, str]:
    return unquote(url.username or ""), unquote(url.password or "")


def read_url(text: str) -> SplitResult:
    """Read the address of a mailbox on a server; raise Unreachable if it is none."""
    try:
        url = urlsplit(text)
        is_one = url.scheme in SCHEMES and url.hostname and url.username and (url.port or True)
    except ValueError:
        is_one = False
    if not is_one:
        raise Unreachable("it must look like imaps://name:password@mail.example.org/INBOX")
    return url


@contextmanager
def on_server(text: str) -> Iterator[Source]:
    """Open a mailbox on a server, and close it; raises Unreachable."""
    url = read_url(text)
    try:
        source = (Imap if url.scheme.startswith("imap") else Pop)(url)
        try:
            source.open()
            yield source
        except BaseException:
            with suppress(*TROUBLES):  # the first trouble is the one to tell of
                source.close()
            raise
        source.close()
    except (*TROUBLES, Unreachable) as error:
        place = f"{url.scheme}://{url.hostname}"
        raise Unreachable(f"{place} cannot be read: {error}") from error


def on_disk(path: Path) -> Iterator[Source]:
    """Give what a path leads to: a file, a Maildir, or a folder of files."""
    if not path.is_dir():
        yield File(path)
    elif Folder.is_one(path):
        yield Folder(path)
    else:
        yield from (File(one) for one in sorted(path.glob("*.eml")))
