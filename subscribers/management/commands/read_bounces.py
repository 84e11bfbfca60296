"""manage.py read_bounces: reports of mail servers become bounces, and stop what cannot arrive."""

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from subscribers.bounces import mailboxes
from subscribers.bounces.reading import Outcome, Read, read_all, read_place, summary


class Command(BaseCommand):
    help = (
        "Read what mail servers report about mail that could not be delivered, and complaints of "
        "mailbox providers. Whose address does not exist gets no more mail, whom nothing reaches "
        "five times in a row neither, and who complains is taken off the list. A second run "
        "changes nothing. A report counts if it tells which message it is about; one that only "
        "names an address is listed. Examples: manage.py read_bounces bounce.eml; "
        "manage.py read_bounces /var/mail/bounces; "
        "manage.py read_bounces --imap imaps://bounces:password@mail.example.org/INBOX; "
        "in a mail server's aliases: | manage.py read_bounces -"
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "paths",
            nargs="*",
            metavar="PATH",
            help="a message, a file of many (mbox), a Maildir, where what was read is marked as "
            "seen, a folder of .eml files, or - for what comes in",
        )
        parser.add_argument(
            "--imap",
            metavar="URL",
            action="append",
            default=[],
            help="a mailbox, in which what was read is marked as seen; others may see the password "
            "among the running programs, but not in the setting BOUNCE_MAILBOX",
        )
        parser.add_argument(
            "--pop",
            metavar="URL",
            action="append",
            default=[],
            help="a mailbox, such as pop3s://bounces:password@mail.example.org, in which what was "
            "about a message of ours is deleted",
        )

    def handle(self, paths, imap, pop, **options):
        if not (paths or imap or pop):
            raise CommandError("Name what is to be read: a path, -, --imap or --pop.")
        check(imap, "imap")
        check(pop, "pop")
        found = Counter()
        reads = chain.from_iterable(map(read, [*paths, *imap, *pop]))
        try:
            for one in tqdm(reads, unit="message", disable=None, leave=False):
                found[one.outcome] += 1
                self.tell(one)
        except (mailboxes.Unreachable, OSError) as error:
            until_then = f" Until then: {summary(found)}." if found else ""
            raise CommandError(f"{in_words(error)}.{until_then}") from error
        self.stdout.write(f"Read: {summary(found)}.")
        if count := found[Outcome.UNREADABLE]:
            raise CommandError(f"{count} of the messages cannot be read.")

    def tell(self, one: Read) -> None:
        """Say of one message what a person should look at."""
        with tqdm.external_write_mode():
            if one.outcome == Outcome.UNREADABLE:
                self.stderr.write(f"{one.where}: cannot be read ({one.about})")
            elif one.outcome == Outcome.UNKNOWN:
                whom = one.about or "nobody"
                self.stdout.write(f"{one.where}: names {whom}, but no message of ours")


def in_words(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{error.filename} is not there"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be read: {error.strerror}"
    return str(error).rstrip(".")


def check(urls: list[str], scheme: str) -> None:
    for one in urls:
        if not one.startswith(scheme):
            raise CommandError(f"--{scheme} needs an address that begins with {scheme}.")


def read(place: str) -> Iterator[Read]:
    if place != "-":
        yield from read_place(place)
        return
    with tempfile.NamedTemporaryFile() as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
        file.flush()
        yield from read_all(mailboxes.File(Path(file.name), "standard input"))
