"""Making a backup: whole under its name or not there, and in nobody's way."""

import datetime
import io
import os
import re
import resource
import subprocess
import sys
import tarfile
import threading

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from bitsletter.backup import files, making, media
from bitsletter.backup.archive import Writer
from bitsletter.backup.making import back_up
from issues import images
from issues.models import Asset, AuditEntry, Issue
from tests.backup.sites import elsewhere, rows
from tests.builders import make_picture, make_ready_issue
from tests.test_project import manage
from tests.web_process import production

pytestmark = pytest.mark.django_db(transaction=True)


def back_up_to(path, *options: str) -> str:
    told = io.StringIO()
    call_command("backup", str(path), *options, stdout=told, stderr=told)
    return told.getvalue()


def names_in(path) -> list[str]:
    with tarfile.open(path) as tar:
        return tar.getnames()


class TestCommand:
    def test_says_what_it_holds_and_notes_it(self, site, tmp_path):
        tables = rows()

        told = back_up_to(tmp_path / "site.tar")

        total = sum(map(len, tables.values()))
        assert f"site.tar: {total} rows of {len(tables)} tables, 3 files of pictures, 0." in told
        assert (tmp_path / "site.tar").stat().st_mode & 0o777 == 0o600
        assert AuditEntry.objects.latest("pk").subject == "site.tar"

    def test_writes_over_nothing_unless_it_is_told_to(self, site, tmp_path):
        path = tmp_path / "site.tar"
        path.write_text("Something else.")

        with pytest.raises(CommandError, match="is there already"):
            back_up_to(path)
        assert path.read_text() == "Something else."
        assert back_up_to(path, "--replace")
        assert path.stat().st_mode & 0o777 == 0o600

    def test_in_a_folder_it_keeps_the_newest(self, site, tmp_path):
        folder = tmp_path / "backups"
        folder.mkdir()
        now = timezone.now()
        old = [files.dated(folder, now - datetime.timedelta(days=days)) for days in (3, 2, 1)]
        others = [folder / "bitsletter.tar", folder / "bitsletter-20260101-000000.tar.partial"]
        for path in (*old, *others):
            path.touch()

        told = back_up_to(folder, "--keep", "2")

        left = sorted(path.name for path in folder.iterdir())
        assert [name for name in left if files.DATED.fullmatch(name)][0] == old[2].name
        assert len(left) == 2 + len(others)
        assert told.count("Removed ") == 2

    @pytest.mark.parametrize("options", [["--keep", "0"], ["--keep", "2"]])
    def test_only_a_folder_is_kept_tidy(self, site, tmp_path, options):
        with pytest.raises(CommandError, match="--keep takes"):
            back_up_to(tmp_path / "site.tar", *options)

    def test_a_folder_that_is_not_there_is_named(self, site, tmp_path):
        with pytest.raises(CommandError, match="site.tar was not written: No such file"):
            back_up_to(tmp_path / "none" / "site.tar")

    def test_pictures_can_be_left_out(self, site, tmp_path):
        back_up_to(tmp_path / "site.tar", "--without-media")

        assert not [name for name in names_in(tmp_path / "site.tar") if "media" in name]

    def test_a_picture_that_the_site_has_lost_is_named_and_holds_up_nothing(self, site, tmp_path):
        name = Asset.objects.get().file.name
        Asset.storage().delete(name)

        told = back_up_to(tmp_path / "site.tar")

        assert f"1 files of pictures are not in the storage any more, such as {name}" in told

    def test_a_file_that_only_a_text_names_comes_along(self, site, tmp_path, media_folder):
        (media_folder / "a" / f"{'0' * 32}.png").write_bytes(b"old")
        (media_folder / "a" / "notes.txt").write_bytes(b"not ours")

        back_up_to(tmp_path / "site.tar")

        assert f"media/a/{'0' * 32}.png" in names_in(tmp_path / "site.tar")
        assert "notes" not in str(names_in(tmp_path / "site.tar"))


class TestNothingHalf:
    def test_a_full_disk_leaves_nothing_and_is_said(self, site, tmp_path):
        """As the limit of a process, which a file system that is full looks like."""
        path = tmp_path / "site.tar"
        done = subprocess.run(
            [sys.executable, "manage.py", "backup", str(path)],
            env=production(tmp_path, settings.SECRET_KEY),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 1
        assert "CommandError" in done.stderr
        assert re.search("was not written: .*large", done.stderr)
        assert not [one for one in os.listdir(tmp_path) if one.startswith("site")]

    def test_until_it_is_whole_its_name_is_that_of_the_former(self, site, tmp_path, monkeypatch):
        path = tmp_path / "site.tar"
        path.write_text("The former one.")

        def die(_writer):
            raise KeyboardInterrupt

        monkeypatch.setattr(Writer, "close", die)
        with pytest.raises(KeyboardInterrupt):
            back_up(path)

        assert path.read_text() == "The former one."
        assert not (tmp_path / "site.tar.partial").exists()

    def test_what_somebody_left_who_was_killed_is_taken_over(self, site, tmp_path):
        (tmp_path / "site.tar.partial").write_bytes(b"x" * 10_000_000)

        back_up_to(tmp_path / "site.tar")
        back_up_to(tmp_path / "other.tar")

        sizes = [(tmp_path / name).stat().st_size for name in ("site.tar", "other.tar")]
        assert max(sizes) < 1_000_000
        assert not (tmp_path / "site.tar.partial").exists()

    def test_two_at_once_are_not_written_into_each_other(self, site, tmp_path):
        path = tmp_path / "site.tar"
        with files.written_whole(path), pytest.raises(CommandError, match="Somebody else"):
            back_up_to(path)


class TestOneMoment:
    def test_others_write_meanwhile_and_nothing_of_it_is_inside(self, site, tmp_path, monkeypatch):
        """Issues have been read by then, and their sections have not."""
        before, wrote = rows(), []

        def write_meanwhile():
            try:
                wrote.append(make_ready_issue(90))
            finally:
                connection.close()

        def write_table(label, *args):
            if label == "issues.section":
                writer = threading.Thread(target=write_meanwhile)
                writer.start()
                writer.join()
            return real(label, *args)

        real = making.write_table
        monkeypatch.setattr(making, "write_table", write_table)
        manifest = back_up(tmp_path / "site.tar")

        assert Issue.objects.filter(number=90).exists()
        assert {label: table.rows for label, table in manifest.tables.items()} == {
            label: len(lines) for label, lines in before.items()
        }

    def test_a_picture_that_is_deleted_meanwhile_is_no_gap(self, site, tmp_path, monkeypatch):
        """It was new at the moment of the rows, and gone when its file was to be copied."""
        pictures = []
        real = media.copy_all

        def copy_all(names, writer):
            missing = real(names, writer)
            if not pictures:
                pictures.append(make_picture((30, 20), widths=(15,), color="red"))
            return missing

        def copy(name, writer):
            if pictures and name in pictures[0].file_names():
                for asset in Asset.objects.filter(file=pictures[0].file.name):
                    images.discard(asset)
            return real_copy(name, writer)

        real_copy = media.copy
        monkeypatch.setattr(media, "copy_all", copy_all)
        monkeypatch.setattr(media, "copy", copy)

        manifest = back_up(tmp_path / "site.tar")

        assert manifest.lost == []
        assert manifest.files == 3
        assert manifest.tables["issues.asset"].rows == 1


def test_a_site_that_is_empty_is_none(tmp_path):
    done = manage("backup", str(tmp_path / "site.tar"), **elsewhere(tmp_path))

    assert "There is no site here to back up" in done.stderr
    assert done.returncode == 1
