"""What is left to do once a site was restored: where it fails, nobody hears that nothing was."""

import io

import pytest
from django.core.management import call_command
from django.db import OperationalError

from bitsletter import secret_key
from bitsletter.backup import keys
from bitsletter.backup.making import back_up
from subscribers.delivery import restored
from subscribers.models import Hold

pytestmark = pytest.mark.django_db(transaction=True)


def failing(error: Exception, since: int, do=None):
    """Give what does something a few times, and then fails."""
    turns = iter(range(100))

    def fail(*args):
        if next(turns) >= since:
            raise error
        return do(*args)

    return fail


def test_the_site_is_there_and_it_is_said_what_was_not_done(
    site, tmp_path, data_folder, settings, monkeypatch, caplog
):
    path, former = tmp_path / "site.tar", settings.SECRET_KEY
    (data_folder / secret_key.NAME).write_text(former)
    back_up(path)
    settings.SECRET_KEY = new = "another-key-of-a-new-machine" * 2
    (data_folder / secret_key.NAME).write_text(new)
    full, locked = OSError(28, "No space left on device"), OperationalError("database is locked")
    monkeypatch.setattr(keys, "write", failing(full, 1, keys.write))
    monkeypatch.setattr(restored, "note", failing(locked, 0))

    call_command("restore", str(path), "--replace", stdout=io.StringIO())

    assert Hold.objects.exists()
    assert "stays beside that of the backup: [Errno 28]" in caplog.text
    assert "database was put back: database is locked" in caplog.text
    assert secret_key.read("", data_folder, may_make=False) == [new, former]
