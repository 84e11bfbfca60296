"""manage.py move_to: the same site in another database, such as from SQLite to PostgreSQL."""

import os
import subprocess  # nosec B404
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bitsletter.backup import BackupError
from bitsletter.backup.making import back_up
from subscribers.models import Worker


class Command(BaseCommand):
    help = (
        "Copy the whole site into another database, and compare the counts of all rows on both "
        "sides. Stop web server and worker before: what they write meanwhile stays behind. This "
        "database is only read. Pictures stay where they are: both sites have the same storage. A "
        "password may stand in ~/.pgpass instead of the address. "
        "Example: manage.py move_to postgres://bitsletter@localhost/bitsletter"
    )

    def add_arguments(self, parser):
        parser.add_argument("url", metavar="URL", help="what DATABASE_URL will be")
        parser.add_argument(
            "--replace", action="store_true", help="in place of the site that is there"
        )
        parser.add_argument(
            "--force", action="store_true", help="although a worker seems to be alive"
        )

    def handle(self, url, replace, force, **options):
        if Worker.objects.alive().exists() and not force:
            raise CommandError("A worker is alive. Stop it and the web server first.")
        with tempfile.TemporaryDirectory(prefix="moving-", dir=settings.DATA_DIR) as folder:
            file = Path(folder, "site.tar")
            try:
                back_up(file, with_media=False)
            except (BackupError, OSError) as error:
                raise CommandError(f"Nothing was moved: {error}") from error
            self.stdout.flush()
            put_into(url, file, ["--replace"] if replace else [])
        self.stdout.write(
            "The former database is as it was. Set DATABASE_URL to the new one, start web server "
            "and worker, look at the site, then let mail go out again: manage.py resume_sending."
        )


def put_into(url: str, file: Path, options: list[str]) -> None:
    """Restore a backup into another database, in a process that knows no other."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", str(file), *options]
    environment = os.environ | {"DATABASE_URL": url}
    if subprocess.call(command, env=environment):  # nosec B603
        raise CommandError("Nothing was moved; what stands above says why.")
