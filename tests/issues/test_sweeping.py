"""Files that no picture names go after a day, and nothing else does."""

import datetime
import os
import time

import pytest
from django.core.management import call_command
from django.utils import timezone

from issues import images
from issues.models import Asset
from tests.builders import make_issue, make_section, picture

pytestmark = pytest.mark.django_db

NAME = f"{'0' * 32}.avif"
HOUR = 60 * 60  # seconds


@pytest.fixture(autouse=True)
def asset(media_folder) -> Asset:
    """Have a picture that was stored long ago."""
    stored = images.store(picture())
    for file in (media_folder / "a").iterdir():
        grow_old(file)
    return stored


@pytest.fixture
def left(media_folder):
    """Leave a file behind; give its path."""

    def leave(name=NAME, hours=25):
        path = media_folder / "a" / name
        path.write_bytes(b"x")
        grow_old(path, hours)
        return path

    return leave


def grow_old(path, hours=25):
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))


class TestSweep:
    @pytest.mark.parametrize("name", [NAME, f"{'0' * 32}_aB3dE6g.jpg"])
    def test_removes_what_no_picture_names(self, left, asset, media_folder, name):
        path = left(name)

        assert images.sweep() == 1

        assert not path.exists()
        assert len(list((media_folder / "a").iterdir())) == len(asset.file_names())

    def test_leaves_what_is_younger_than_a_day(self, left):
        path = left(hours=23)

        assert images.sweep() == 0
        assert path.exists()

    @pytest.mark.parametrize("name", ["notes.txt", ".htaccess", "x.avif", f"{NAME}.bak"])
    def test_leaves_what_is_not_named_by_us(self, left, name):
        path = left(name)

        assert images.sweep() == 0
        assert path.exists()

    @pytest.mark.parametrize("hours", [1, 25])
    def test_leaves_all_for_a_day_after_a_renewal(self, left, hours):
        path, renewed_at = left(), timezone.now() - datetime.timedelta(hours=hours)
        Asset.objects.update(renewed_at=renewed_at)

        images.sweep()

        assert path.exists() == (hours == 1)

    @pytest.mark.parametrize("place", ["introduction", "section", "inbox"])
    def test_leaves_what_a_text_names(self, left, place):
        path, text = left(), f"![Copied from a page](/media/a/{NAME})"
        match place:
            case "introduction":
                make_issue(intro=text)
            case "section":
                make_issue(sections=[{"body": text}])
            case _:
                make_section(body=text)

        assert images.sweep() == 0
        assert path.exists()

    def test_leaves_all_where_the_database_knows_no_picture(self, left):
        path = left()
        Asset.objects.all().delete()

        assert images.sweep() == 0
        assert path.exists()

    def test_where_nobody_has_stored_a_picture_does_nothing(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path / "none"

        assert images.sweep() == 0

    def test_is_part_of_the_daily_work(self, left):
        path = left()

        call_command("worker", "--once")

        assert not path.exists()
