"""manage.py backup: the whole site in one file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from tqdm import tqdm

from bitsletter.backup import BackupError, files
from bitsletter.backup.making import back_up
from bitsletter.backup.manifest import Manifest
from issues import audit
from issues.audit import Act

MEBIBYTE = 1024 * 1024


class Command(BaseCommand):
    help = (
        "Write the whole site, pictures included, to one file that nobody else may read, while "
        "the site goes on. It appears under its name once it is whole. It holds addresses and, "
        "where that is kept in DATA_DIR, the secret key: keep it as you keep these. Into a folder "
        "goes a file whose name tells when, and --keep removes older ones, as for a nightly job. "
        "Examples: manage.py backup site.tar · manage.py backup /srv/backups/ --keep 14"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help="or a folder that is there")
        parser.add_argument("--replace", action="store_true", help="write over a file of that name")
        parser.add_argument(
            "--keep", type=int, metavar="N", help="in a folder, leave the newest N backups alone"
        )
        parser.add_argument(
            "--without-media",
            action="store_true",
            help="leave out the files of pictures, if something else looks after them",
        )

    def handle(self, file, replace, keep, without_media, **options):
        if keep is not None and (keep < 1 or not file.is_dir()):
            raise CommandError("--keep takes a number from 1 on, and a folder that is there.")
        path = files.dated(file, timezone.now()) if file.is_dir() else file
        if path.exists() and not replace:
            raise CommandError(f"{path} is there already. With --replace it is written over.")
        manifest = written(path, not without_media)
        self.tell(path, manifest)
        self.note(path)
        if manifest.lost and not manifest.files:  # such as a disk that is not mounted
            raise CommandError(f"{path} holds no picture, and no older backup was removed.")
        for old in files.rotate(file, keep) if keep else []:
            self.stdout.write(f"Removed {old}.")

    def tell(self, path: Path, manifest: Manifest) -> None:
        size = path.stat().st_size / MEBIBYTE
        self.stdout.write(
            f"{path}: {manifest.rows} rows of {len(manifest.tables)} tables, {manifest.files} "
            f"files of pictures, {size:.1f} MiB."
        )
        if manifest.has_key:
            self.stdout.write("The secret key is inside.")
        else:
            self.stdout.write(
                "SECRET_KEY is not inside, since it is a setting: keep it, too. Links in letters "
                "and the list of those who are not to be written to depend on it."
            )
        if manifest.damaged:
            self.stderr.write(
                f"{len(manifest.damaged)} files of pictures are damaged, such as "
                f"{manifest.damaged[0]}: they are inside as they are."
            )
        if manifest.lost:
            self.stderr.write(
                f"{len(manifest.lost)} files of pictures are not in the storage any more, such as "
                f"{manifest.lost[0]}: the site itself has lost them."
            )

    def note(self, path: Path) -> None:
        try:
            audit.note(None, Act.BACKED_UP, path.name)
        except DatabaseError as error:  # such as one that can only be read
            self.stderr.write(f"The audit log could not be written: {error}")


def written(path: Path, with_media: bool) -> Manifest:
    try:
        with tqdm(unit=" rows", disable=None, leave=False) as bar:
            return back_up(path, with_media, bar.update)
    except BackupError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{path} was not written: {error.strerror or error}") from error
