"""Files of pictures that a killed process has left are removed, and never one under way."""

import datetime
import os
import signal
import subprocess
import sys

import pytest
from django.db import transaction
from django.utils import timezone

from issues import images
from issues.images import unfinished
from issues.models import Asset
from tests.builders import picture

LATER = datetime.timedelta(minutes=1)


@pytest.fixture
def stored(media_folder):
    """Give the names of the files that are there."""
    return lambda: {f"a/{file.name}" for file in (media_folder / "a").iterdir()}


def leave(file) -> None:
    """Store a picture in a process that is killed before its row is saved."""
    child = os.fork()
    if child == 0:
        Asset.save = lambda self: os.kill(os.getpid(), signal.SIGKILL)
        images.keep(images.read(file), Asset())
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def later() -> datetime.datetime:
    return timezone.now() + LATER


@pytest.mark.django_db
class TestAfterAKill:
    def test_nothing_is_left_after_a_minute(self, stored):
        kept = images.store(picture(color="red"))
        leave(picture())
        assert len(stored()) > len(kept.file_names())

        assert images.clear_unfinished() == 0  # it may be under way in the database
        assert images.clear_unfinished(later()) > 0

        assert stored() == kept.file_names()
        assert list(unfinished.folder().iterdir()) == []

    def test_the_same_picture_may_be_there_from_before(self, stored):
        kept = images.store(picture())
        leave(picture())

        assert images.clear_unfinished(later()) > 0

        assert stored() == kept.file_names()

    def test_or_be_stored_at_the_same_time(self, stored):
        leave(picture())
        with transaction.atomic(), images.undone_together():
            kept = images.store(picture())

            assert images.clear_unfinished(later()) == 0

        assert kept.file_names() <= stored()


@pytest.mark.django_db
class TestWhatIsUnderWay:
    def test_is_left_however_long_it_takes(self, stored):
        with images.undone_together():
            kept = images.store(picture())
            Asset.objects.all().delete()  # as it is for others while the transaction lasts

            assert images.clear_unfinished(later()) == 0
            assert stored() == kept.file_names()

    def test_is_no_longer_when_it_is_certain(self, stored):
        images.store(picture())

        assert list(unfinished.folder().iterdir()) == []

    def test_what_fails_leaves_nothing(self, stored):
        def fail():
            with images.undone_together(), transaction.atomic():
                images.store(picture())
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()

        images.clear_unfinished(later())
        assert stored() == set()
        assert list(unfinished.folder().iterdir()) == []


@pytest.mark.django_db
def test_nobody_looks_at_the_notes_at_the_same_time(stored):
    leave(picture())
    program = (
        "import fcntl, os, sys, time; fcntl.flock(os.open(sys.argv[1], os.O_RDONLY),"
        "fcntl.LOCK_EX); print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(unfinished.folder())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        other.stdout.readline()

        assert images.clear_unfinished(later()) == 0

        other.kill()


def test_a_site_without_pictures_has_nothing_to_clear():
    assert images.clear_unfinished() == 0
