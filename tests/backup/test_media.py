"""The files of pictures in a backup: whole, whatever happens to them meanwhile."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from bitsletter.backup import archive, files, making
from bitsletter.backup.reading import opened
from issues import images
from tests.builders import picture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(site) -> Path:
    """Store a picture as the site does: its name tells what it holds."""
    return Path(images.store(picture("PNG", (30, 20), "red")).file.path)


def inside(path: Path, name: str) -> bytes:
    with opened(path) as backup:
        return archive.read(backup.file, backup.files()[name])


def test_a_file_that_is_being_written_is_copied_when_it_is_whole(stored, tmp_path, monkeypatch):
    """Half of it was there when files were copied, and its row was there before rows were read."""
    data, real = stored.read_bytes(), making.write_rows
    stored.write_bytes(data[:20])

    def write_rows(*args):
        stored.write_bytes(data)
        return real(*args)

    monkeypatch.setattr(making, "write_rows", write_rows)
    manifest = making.back_up(tmp_path / "site.tar")

    assert inside(tmp_path / "site.tar", f"a/{stored.name}") == data
    assert manifest.lost == []
    assert f"a/{stored.name}" not in manifest.damaged


def test_one_that_is_damaged_comes_along_as_it_is_and_is_named(stored, tmp_path):
    stored.write_bytes(b"x")

    manifest = making.back_up(tmp_path / "site.tar")

    assert inside(tmp_path / "site.tar", f"a/{stored.name}") == b"x"
    assert f"a/{stored.name}" in manifest.damaged


def test_where_all_are_gone_the_night_fails_and_older_backups_stay(site, tmp_path, media_folder):
    """As where the disk of pictures is not mounted."""
    (media_folder / "a").rename(media_folder / "b")
    old = tmp_path / "bitsletter-20260101-000000.tar"
    old.touch()

    with pytest.raises(CommandError, match="holds no picture, and no older backup was removed"):
        call_command("backup", str(tmp_path), "--keep", "1", stdout=io.StringIO())

    assert old.exists()
    assert len(list(filter(files.DATED.fullmatch, (one.name for one in tmp_path.iterdir())))) == 2
