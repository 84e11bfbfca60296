"""manage.py restore: the whole site from a file that `backup` wrote."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from bitsletter.backup import BackupError, schema
from bitsletter.backup.reading import Backup, opened
from bitsletter.backup.restoring import Restored, require_place, restore


class Command(BaseCommand):
    help = (
        "Put a backup back, on either database, whatever it was made on: all of it, or nothing. "
        "Stop web server and worker before, and start them after. No mail goes out then until "
        "`manage.py resume_sending`, or the button at the desk. Whoever was signed in signs in "
        "anew. Examples: manage.py restore site.tar --check · manage.py restore site.tar"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")
        parser.add_argument(
            "--check", action="store_true", help="read all of it, and change nothing"
        )
        parser.add_argument(
            "--replace", action="store_true", help="in place of the site that is there"
        )
        parser.add_argument(
            "--force", action="store_true", help="although a worker seems to be alive"
        )

    def handle(self, file, check, replace, force, **options):
        try:
            with opened(file) as backup:
                schema.require_known(backup.manifest.applied)
                if check:
                    backup.read_all()
                    self.tell_of(backup)
                    return
                require_place(replace, force)
                self.tell_of(backup)
                with tqdm(
                    total=backup.manifest.rows, unit=" rows", disable=None, leave=False
                ) as bar:
                    self.tell(restore(backup, bar.update), backup)
        except BackupError as error:
            raise CommandError(f"{file}: {error} Nothing was changed.") from error
        except OSError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        except DatabaseError as error:
            words = "The database did not take it, perhaps because somebody else writes to it"
            raise CommandError(f"{words}: {error}. Nothing was changed.") from error

    def tell_of(self, backup: Backup) -> None:
        found = backup.manifest
        self.stdout.write(
            f"A backup of {found.site}, made at {found.made_at} on {found.engine}, whole: "
            f"{found.rows} rows of {len(found.tables)} tables, {found.files} files of pictures."
        )

    def tell(self, done: Restored, backup: Backup) -> None:
        width = max(map(len, done.counts))
        self.stdout.write(f"{'rows of':{width}}  {'backup':>9}  {'database':>9}")
        for label, (told, there) in done.counts.items():
            self.stdout.write(f"{label:{width}}  {told:9}  {there:9}")
        if backup.manifest.has_media:
            there = backup.manifest.files - done.files_written
            self.stdout.write(
                f"{done.files_written} files of pictures written, {there} were there."
            )
        if lost := backup.manifest.lost:
            self.stderr.write(f"The site had lost {len(lost)} files of pictures before.")
        if not done.has_our_key:
            self.stderr.write(
                "This site has another SECRET_KEY. Until the former one is in "
                "SECRET_KEY_FALLBACKS, links in letters that were sent do not work, and people "
                "who are not to be written to are not known."
            )
        self.stdout.write(
            "All mail is held back. Start web server and worker, look at the site, then let mail "
            "go out again: manage.py resume_sending, or the button at the desk."
        )
